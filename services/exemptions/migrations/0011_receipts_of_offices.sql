-- 受付番号: counted for each office (課・区役所) and fiscal year from here on. What was numbered before
-- stays in one book for the whole city.
alter table exemptions.receipt_numbers add column office text not null default '全庁' check (office <> '');
update exemptions.receipt_numbers set office = '全庁（支援措置別冊）' where apart;
alter table exemptions.receipt_numbers alter column office drop default;
alter table exemptions.receipt_numbers drop constraint receipt_numbers_pkey;
alter table exemptions.receipt_numbers drop column apart;
alter table exemptions.receipt_numbers add primary key (office, fiscal_year);

alter table exemptions.entries add column office text not null default '全庁' check (office <> '');
update exemptions.entries set office = '全庁（支援措置別冊）' where apart;
alter table exemptions.entries alter column office drop default;
alter table exemptions.entries drop constraint entries_fiscal_year_apart_receipt_number_key;
alter table exemptions.entries add unique (office, fiscal_year, receipt_number);
comment on column exemptions.entries.office is 'The book that numbered it: an office, or an office''s of those who are hidden';

-- Null where nothing was handed in: the law continues an application.
alter table exemptions.applications add column office text check (office <> '');
update exemptions.applications
set office = case when apart then '全庁（支援措置別冊）' else '全庁' end where receipt_number is not null;
alter table exemptions.applications
    add constraint applications_office check ((office is null) = (receipt_number is null));
alter table exemptions.applications drop constraint applications_fiscal_year_apart_receipt_number_key;
alter table exemptions.applications add unique (office, fiscal_year, receipt_number);
