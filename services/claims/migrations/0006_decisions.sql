-- What JPS decided on the report of a claim (処理結果): the claim's state is what it decided last. What was
-- another's does not count.
create table claims.decisions (
    decision_id   uuid primary key,
    claim_id      uuid not null references claims.unpaid_benefit_claims,
    outcome       text not null check (outcome in ('accepted', 'returned', 'corrected')),
    decided_on    date not null,
    return_code   text,
    return_reason text,
    recorded_at   timestamptz not null,
    taken_back_at timestamptz
);
create index decisions_claim on claims.decisions (claim_id, decided_on);
grant select, insert on claims.decisions to :run;
grant update (taken_back_at) on claims.decisions to :run;
select bus.hide_with('claims.decisions', 'claims.unpaid_benefit_claims', 'claim_id');

alter table claims.unpaid_benefit_claims drop constraint unpaid_benefit_claims_state_check;
alter table claims.unpaid_benefit_claims add constraint unpaid_benefit_claims_state_check check (
    state in ('received', 'settled', 'forwarded', 'withdrawn', 'accepted', 'returned', 'corrected')
) not valid;
-- Settled is what waits to be sent, was sent, or was decided on.
alter table claims.unpaid_benefit_claims drop constraint unpaid_benefit_claims_check3;
alter table claims.unpaid_benefit_claims add constraint unpaid_benefit_claims_settled
    check ((settled_by is not null) = (state not in ('received', 'withdrawn'))) not valid;
alter table claims.unpaid_benefit_claims drop constraint unpaid_benefit_claims_check8;
alter table claims.unpaid_benefit_claims add constraint unpaid_benefit_claims_sent
    check ((forwarded_on is not null) = (state not in ('received', 'settled', 'withdrawn'))) not valid;
