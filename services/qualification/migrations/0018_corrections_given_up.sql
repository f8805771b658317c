-- A correction of a report that was settled and given up before it was sent (訂正の取下げ): JPS was not told.
create table qualification.corrections_given_up (
    correction_id uuid primary key,
    item_id       uuid not null references qualification.transitions,
    processing    text not null check (processing in ('report', 'cancellation')),
    given_up_on   date not null,
    recorded_at   timestamptz not null
);
create index corrections_given_up_item on qualification.corrections_given_up (item_id);
grant select, insert on qualification.corrections_given_up to :run;
select bus.hide_with('qualification.corrections_given_up', 'qualification.transitions', 'item_id');
