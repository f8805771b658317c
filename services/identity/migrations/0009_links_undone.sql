-- Undoing whose a number of another system is: doubted by staff, and never again theirs by itself.

alter table identity.near_misses drop constraint near_misses_outcome_check;
alter table identity.near_misses add constraint near_misses_outcome_check
    check (outcome in ('near', 'ambiguous', 'doubted'));

-- Whose a number was settled not to be after it had been theirs: the four attributes agreed then, so
-- that they agree is no reason any more. A row goes when two people settle that it is theirs.
create table identity.feed_links_undone (
    system           text collate "C" not null,
    addressee_number text collate "C" not null,
    person_id        uuid not null references identity.persons,
    entry_id         uuid not null references identity.near_misses,
    undone_at        timestamptz not null,
    primary key (addressee_number, system, person_id)
);
grant select, insert, delete on identity.feed_links_undone to :run;
