-- 受付番号: counted for each office (課・区役所) and fiscal year from here on. What was numbered before
-- stays in one book for the whole city.
alter table claims.receipt_numbers add column office text not null default '全庁' check (office <> '');
update claims.receipt_numbers set office = '全庁（支援措置別冊）' where apart;
alter table claims.receipt_numbers alter column office drop default;
alter table claims.receipt_numbers drop constraint receipt_numbers_pkey;
alter table claims.receipt_numbers drop column apart;
alter table claims.receipt_numbers add primary key (office, fiscal_year);

alter table claims.unpaid_benefit_claims
    add column office text not null default '全庁' check (office <> '');
update claims.unpaid_benefit_claims set office = '全庁（支援措置別冊）' where apart;
alter table claims.unpaid_benefit_claims alter column office drop default;
alter table claims.unpaid_benefit_claims
    drop constraint unpaid_benefit_claims_fiscal_year_apart_receipt_number_key;
alter table claims.unpaid_benefit_claims add unique (office, fiscal_year, receipt_number);
comment on column claims.unpaid_benefit_claims.office is 'The book that numbered it: an office, or an office''s of those who are hidden';
