-- Sealed means absent: what is about somebody hidden is not there for who lacks the right. What is
-- taken in of somebody hidden is numbered in a book apart, so that the other one has no gap.
alter table exemptions.receipt_numbers add column apart boolean not null default false;
alter table exemptions.receipt_numbers drop constraint receipt_numbers_pkey;
alter table exemptions.receipt_numbers add primary key (fiscal_year, apart);
alter table exemptions.notices add column apart boolean not null default false;
alter table exemptions.notices drop constraint notices_fiscal_year_receipt_number_key;
alter table exemptions.notices add unique (fiscal_year, apart, receipt_number);

select bus.hide('exemptions.persons', 'person_id');
select bus.hide('exemptions.qualifications', 'person_id');
select bus.hide('exemptions.notices', 'person_id');
select bus.hide_with('exemptions.notice_documents', 'exemptions.notices', 'notice_id');

-- An application is not there where its applicant is hidden, or the spouse or householder whom it
-- names: whose income it asks for tells that they are.
alter table exemptions.applications
    add column apart boolean not null default false,
    add column named uuid[] not null generated always as (array_remove(array[
        substring(submission #>> '{values,spouse}' from '^[0-9a-fA-F-]{36}$')::uuid,
        substring(submission #>> '{values,householder}' from '^[0-9a-fA-F-]{36}$')::uuid
    ], null)) stored;
alter table exemptions.applications drop constraint applications_fiscal_year_receipt_number_key;
alter table exemptions.applications add unique (fiscal_year, apart, receipt_number);
select bus.put_filter('exemptions.applications', $$
    not exists (select from bus.hidden h where h.hidden and (
        h.person_id = exemptions.applications.person_id
        or h.person_id = any(exemptions.applications.named)))
$$);
select bus.hide_with('exemptions.application_questions', 'exemptions.applications', 'application_id');
select bus.hide_with('exemptions.application_documents', 'exemptions.applications', 'application_id');
