-- A correction of a report that was settled and given up before it was sent (訂正の取下げ): JPS was not told.
create table exemptions.corrections_given_up (
    correction_id uuid primary key,
    item_id       uuid not null,
    entry_id      uuid not null,
    processing    text not null check (processing in ('report', 'cancellation')),
    given_up_on   date not null,
    recorded_at   timestamptz not null
);
create index corrections_given_up_entry on exemptions.corrections_given_up (entry_id);
grant select, insert on exemptions.corrections_given_up to :run;
select bus.put_filter('exemptions.corrections_given_up', $$ (
    exists (select from exemptions.entries o
            where o.entry_id = exemptions.corrections_given_up.entry_id)
    or exists (select from exemptions.applications o
               where o.application_id = exemptions.corrections_given_up.entry_id)) $$);
