-- What was told JPS about a report that does not stand: taken back (取消), or told once more where it
-- stands after all. As jps_reporting tells it; added to, never altered.
create table qualification.corrections (
    correction_id uuid primary key,
    item_id       uuid not null references qualification.transitions,
    processing    text not null check (processing in ('report', 'cancellation')),
    forwarded_on  date not null,
    medium_serial integer not null,
    recorded_at   timestamptz not null
);
create index corrections_item on qualification.corrections (item_id);
grant select, insert on qualification.corrections to :run;
select bus.hide_with('qualification.corrections', 'qualification.transitions', 'item_id');

-- What JPS decided on a cancellation. Of several that of the latest day counts.
create table qualification.correction_decisions (
    decision_id   uuid primary key,
    correction_id uuid not null references qualification.corrections,
    outcome       text not null check (outcome in ('accepted', 'returned', 'corrected')),
    decided_on    date not null,
    return_code   text,
    return_reason text,
    recorded_at   timestamptz not null
);
create index correction_decisions_of on qualification.correction_decisions (correction_id);
grant select, insert on qualification.correction_decisions to :run;
select bus.hide_with('qualification.correction_decisions', 'qualification.corrections',
                     'correction_id');
