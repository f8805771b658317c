-- What became of months that settled entries gave when the qualification changed (種別変更・喪失・再取得): found
-- from the timeline as told last, kept so that staff see what changed, and do what is to be done.
create table exemptions.consequences (
    consequence_id   uuid primary key,
    sequence         bigint generated always as identity unique,
    person_id        uuid not null references exemptions.persons,
    entry_id         uuid not null,
    entry_kind       text not null,
    what             text not null check (what in ('fell_away', 'acquired_again')),
    kind             text not null,
    from_month       text not null check (from_month ~ '^[0-9]{4}-[0-9]{2}$'),
    to_month         text not null check (to_month ~ '^[0-9]{4}-[0-9]{2}$'),
    code             text not null,
    sentence         text not null,
    article          text not null,
    needs_check      boolean not null,
    timeline_version integer not null,
    -- shown: nothing is to be done; gone: the timeline does not say so any more.
    state            text not null check (state in ('open', 'noted', 'shown', 'gone')),
    found_at         timestamptz not null,
    noted_by         text,
    noted_at         timestamptz,
    note             text,
    check ((state = 'noted') <= (noted_by is not null)),
    check ((noted_by is null) = (noted_at is null)),
    check ((noted_by is null) = (note is null))
);
comment on column exemptions.consequences.kind is 'What the months were: full, half, maternity …';
comment on column exemptions.consequences.note is 'What was done, in the words of who did it';
create unique index consequences_once on exemptions.consequences
    (entry_id, what, kind, from_month, to_month, code) where state <> 'gone';
create index consequences_person on exemptions.consequences (person_id);
create index consequences_list on exemptions.consequences (state, sequence);
grant select, insert on exemptions.consequences to :run;
grant update (state, noted_by, noted_at, note) on exemptions.consequences to :run;
select bus.hide('exemptions.consequences', 'person_id');
