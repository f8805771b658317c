-- 受付番号: counted for each office (課・区役所) and fiscal year from here on. What was numbered before
-- was one series of the whole city (全庁): it keeps its numbers, and who took it in is not known.
alter table qualification.receipt_numbers
    add column office text not null default '全庁' check (office <> '');
alter table qualification.receipt_numbers alter column office drop default;
alter table qualification.receipt_numbers drop constraint receipt_numbers_pkey;
alter table qualification.receipt_numbers add primary key (office, fiscal_year);

alter table qualification.notices
    add column office text not null default '全庁' check (office <> '');
alter table qualification.notices alter column office drop default;
alter table qualification.notices drop constraint notices_fiscal_year_receipt_number_key;
alter table qualification.notices add unique (office, fiscal_year, receipt_number);
