-- A question is kept small and answered large: the answer finds room beside it, and no index is written
-- for it again. It is read as it came, and never searched.
alter table exemptions.application_questions alter column answer type json using answer::json;
alter table exemptions.application_questions set (fillfactor = 10);
-- A renewal has neither a receipt nor a report yet: no index need know of it.
alter table exemptions.applications drop constraint applications_item_id_key;
create unique index applications_item on exemptions.applications (item_id)
    where item_id is not null;
alter table exemptions.applications
    drop constraint applications_office_fiscal_year_receipt_number_key;
create unique index applications_receipt
    on exemptions.applications (office, fiscal_year, receipt_number)
    where receipt_number is not null;
