-- What is known of persons, and claims to unpaid benefits. The running role cannot remove anything.
create schema claims;
grant usage on schema claims to :run;

-- What person events told last: only what the examination of a claim needs.
create table claims.persons (
    person_id      uuid primary key,
    person_version bigint not null check (person_version >= 1),
    residence      jsonb not null,
    died_on        jsonb
) with (fillfactor = 85);
comment on column claims.persons.residence is 'Stays in the city, as contracts.events.ResidencePeriod';
comment on column claims.persons.died_on is 'contracts.dates.UncertainDate; null: not known to be dead';
grant select, insert on claims.persons to :run;
grant update (person_version, residence, died_on) on claims.persons to :run;

-- What qualification events told last.
create table claims.qualifications (
    person_id        uuid primary key,
    timeline_version integer not null check (timeline_version >= 1),
    periods          jsonb not null
) with (fillfactor = 85);
grant select, insert on claims.qualifications to :run;
grant update (timeline_version, periods) on claims.qualifications to :run;

-- 受付番号: counted up within a fiscal year, without gaps (the row's lock holds to the commit).
create table claims.receipt_numbers (
    fiscal_year integer primary key,
    last_number integer not null check (last_number >= 1)
);
grant select, insert on claims.receipt_numbers to :run;
grant update (last_number) on claims.receipt_numbers to :run;

create table claims.unpaid_benefit_claims (
    claim_id         uuid primary key,
    sequence         bigint generated always as identity unique,
    kind             text not null check (kind = 'unpaid_benefit_claim'),
    deceased_id      uuid not null references claims.persons,
    claimant_id      uuid,
    fiscal_year      integer not null,
    receipt_number   integer not null check (receipt_number >= 1),
    state            text not null
                     check (state in ('received', 'settled', 'forwarded', 'withdrawn')),
    submission       jsonb not null,
    received_on      date not null,
    died_on          date not null check (died_on <= received_on),
    accepted_by      text not null,
    accepted_at      timestamptz not null,
    settled_by       text,
    settled_at       timestamptz,
    acknowledged     text[],
    item_id          uuid unique,
    withdrawn_by     text,
    withdrawn_at     timestamptz,
    withdrawn_reason text,
    forwarded_on     date,
    unique (fiscal_year, receipt_number),
    check (claimant_id <> deceased_id),
    -- Who accepts does not settle (promise 9); a settled claim has who, when and what, and so on.
    check (settled_by <> accepted_by),
    check ((settled_by is not null) = (state in ('settled', 'forwarded'))),
    check ((settled_by is null) = (settled_at is null)),
    check ((settled_by is null) = (item_id is null)),
    check ((state = 'withdrawn') = (withdrawn_by is not null)),
    check ((withdrawn_by is null) = (withdrawn_at is null)),
    check ((state = 'forwarded') = (forwarded_on is not null))
);
comment on column claims.unpaid_benefit_claims.submission is 'As handed in: values, documents, identity check (C05, C07)';
comment on column claims.unpaid_benefit_claims.claimant_id is 'Null: the claimant is not known to identity';
comment on column claims.unpaid_benefit_claims.acknowledged is 'Codes of the findings that whoever settled it looked at';
create index unpaid_benefit_claims_deceased on claims.unpaid_benefit_claims (deceased_id);
create index unpaid_benefit_claims_claimant on claims.unpaid_benefit_claims (claimant_id)
    where claimant_id is not null;
create index unpaid_benefit_claims_state on claims.unpaid_benefit_claims (state, sequence);
-- A second receipt of the same claim is a mistake at the counter.
create unique index unpaid_benefit_claims_open on claims.unpaid_benefit_claims (deceased_id, claimant_id)
    where state = 'received';
grant select, insert on claims.unpaid_benefit_claims to :run;
grant update (state, settled_by, settled_at, acknowledged, item_id, withdrawn_by, withdrawn_at,
              withdrawn_reason, forwarded_on) on claims.unpaid_benefit_claims to :run;

-- Documents that came in after acceptance, as whoever settled found them (C07).
create table claims.claim_documents (
    claim_id    uuid not null references claims.unpaid_benefit_claims,
    code        text not null,
    state       text not null check (state in ('checked', 'missing', 'waived')),
    waiver      text,
    recorded_by text not null,
    recorded_at timestamptz not null,
    primary key (claim_id, code, recorded_at)
);
grant select, insert on claims.claim_documents to :run;
