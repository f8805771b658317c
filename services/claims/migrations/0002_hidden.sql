-- Sealed means absent: what is about somebody hidden is not there for who lacks the right, a claim
-- not where the deceased or the claimant is. What is taken in of somebody hidden is numbered in a
-- book apart, so that the other one has no gap.
alter table claims.receipt_numbers add column apart boolean not null default false;
alter table claims.receipt_numbers drop constraint receipt_numbers_pkey;
alter table claims.receipt_numbers add primary key (fiscal_year, apart);
alter table claims.unpaid_benefit_claims add column apart boolean not null default false;
alter table claims.unpaid_benefit_claims
    drop constraint unpaid_benefit_claims_fiscal_year_receipt_number_key;
alter table claims.unpaid_benefit_claims add unique (fiscal_year, apart, receipt_number);

select bus.hide('claims.persons', 'person_id');
select bus.hide('claims.qualifications', 'person_id');
select bus.hide('claims.unpaid_benefit_claims', 'deceased_id', 'claimant_id');
select bus.hide_with('claims.claim_documents', 'claims.unpaid_benefit_claims', 'claim_id');
