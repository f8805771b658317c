-- What JPS was told about a report that does not stand: taken back (取消), or told once more. As jps_reporting
-- tells it; added to, never altered.
create table claims.corrections (
    correction_id uuid primary key,
    item_id       uuid not null,
    claim_id      uuid not null references claims.unpaid_benefit_claims,
    processing    text not null check (processing in ('report', 'cancellation')),
    forwarded_on  date not null,
    medium_serial integer not null,
    recorded_at   timestamptz not null
);
comment on column claims.corrections.item_id is 'The report that it corrects';
create index corrections_claim on claims.corrections (claim_id);
grant select, insert on claims.corrections to :run;
select bus.hide_with('claims.corrections', 'claims.unpaid_benefit_claims', 'claim_id');

-- What JPS decided on a cancellation. Of several that of the latest day counts; what was another's does not.
create table claims.correction_decisions (
    decision_id   uuid primary key,
    correction_id uuid not null references claims.corrections,
    outcome       text not null check (outcome in ('accepted', 'returned', 'corrected')),
    decided_on    date not null,
    return_code   text,
    return_reason text,
    recorded_at   timestamptz not null,
    taken_back_at timestamptz
);
create index correction_decisions_of on claims.correction_decisions (correction_id);
grant select, insert on claims.correction_decisions to :run;
grant update (taken_back_at) on claims.correction_decisions to :run;
select bus.hide_with('claims.correction_decisions', 'claims.corrections', 'correction_id');
