-- What JPS was told about a report that does not stand: taken back (取消), or told once more. As jps_reporting
-- tells it; added to, never altered.
create table exemptions.corrections (
    correction_id uuid primary key,
    item_id       uuid not null,
    entry_id      uuid not null,
    processing    text not null check (processing in ('report', 'cancellation')),
    forwarded_on  date not null,
    medium_serial integer not null,
    recorded_at   timestamptz not null
);
comment on column exemptions.corrections.item_id is 'The report that it corrects';
comment on column exemptions.corrections.entry_id is 'What was reported so: an entry, or an application';
create index corrections_entry on exemptions.corrections (entry_id);
grant select, insert on exemptions.corrections to :run;
select bus.put_filter('exemptions.corrections', $$ (
    exists (select from exemptions.entries o where o.entry_id = exemptions.corrections.entry_id)
    or exists (select from exemptions.applications o
               where o.application_id = exemptions.corrections.entry_id)) $$);

-- What JPS decided on a cancellation. Of several that of the latest day counts; what was another's does not.
create table exemptions.correction_decisions (
    decision_id   uuid primary key,
    correction_id uuid not null references exemptions.corrections,
    outcome       text not null check (outcome in ('accepted', 'returned', 'corrected')),
    decided_on    date not null,
    return_code   text,
    return_reason text,
    recorded_at   timestamptz not null,
    taken_back_at timestamptz
);
create index correction_decisions_of on exemptions.correction_decisions (correction_id);
grant select, insert on exemptions.correction_decisions to :run;
grant update (taken_back_at) on exemptions.correction_decisions to :run;
select bus.hide_with('exemptions.correction_decisions', 'exemptions.corrections', 'correction_id');
