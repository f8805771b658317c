-- People who are not on the register (住登外者): their records lie beside the register's own
-- (system 'outside_register'); here is who proposed and who settled each version of them.
create sequence identity.outside_serial as bigint minvalue 1;
grant usage on sequence identity.outside_serial to :run;

create table identity.outside_entries (
    entry_id         uuid primary key,
    step             text not null check (step in ('new', 'correction', 'death', 'cancellation')),
    state            text not null check (state in ('proposed', 'settled', 'rejected')),
    -- Whose record it is about; of a new one, once it is settled.
    person_id        uuid references identity.persons,
    addressee_number text collate "C",
    record_version   bigint,
    -- What was entered; null where nothing but the step was.
    entered          json,
    died_on          json,
    -- The record of another system that it was taken over from.
    feed_system      text collate "C",
    feed_number      text collate "C",
    proposed_by      text not null,
    proposed_at      timestamptz not null,
    decided_by       text,
    decided_at       timestamptz,
    check ((feed_system is null) = (feed_number is null)),
    check ((decided_by is null) = (state = 'proposed')),
    check ((decided_by is null) = (decided_at is null)),
    check (decided_by <> proposed_by),
    check (person_id is not null or step = 'new')
);
create index outside_entries_waiting on identity.outside_entries (proposed_at, entry_id)
    where state = 'proposed';
create unique index outside_entries_one on identity.outside_entries (person_id)
    where state = 'proposed' and person_id is not null;
create index outside_entries_person on identity.outside_entries (person_id)
    where person_id is not null;
grant select, insert on identity.outside_entries to :run;
grant update (state, person_id, addressee_number, record_version, decided_by, decided_at)
    on identity.outside_entries to :run;

-- Whom the register tells of is held against those who are kept outside it.
create index residents_outside on identity.residents (birth_sort)
    where system = 'outside_register';

-- Numbers of other systems that are nobody's, for the list of them.
create index feed_links_nobody on identity.feed_links (judged_at, system, addressee_number)
    where state in ('nobody', 'dismissed');
