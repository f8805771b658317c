-- A correction of a report that was settled and given up before it was sent (訂正の取下げ): JPS was not told.
create table claims.corrections_given_up (
    correction_id uuid primary key,
    item_id       uuid not null,
    claim_id      uuid not null references claims.unpaid_benefit_claims,
    processing    text not null check (processing in ('report', 'cancellation')),
    given_up_on   date not null,
    recorded_at   timestamptz not null
);
create index corrections_given_up_claim on claims.corrections_given_up (claim_id);
grant select, insert on claims.corrections_given_up to :run;
select bus.hide_with('claims.corrections_given_up', 'claims.unpaid_benefit_claims', 'claim_id');
