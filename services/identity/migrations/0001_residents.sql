-- Residents as the register has them, the persons they are, and what is found about them.
-- Identifiers and search keys compare by code point (collate "C"): exact, fast, and a prefix is a
-- range of the index. What is kept as it came, and read whole, is json: the very text.
create schema identity;
grant usage on schema identity to :run;

-- One person (個人), and the number that is theirs across the systems of the municipality.
create table identity.persons (
    person_id               uuid primary key,
    -- Under a support measure (支援措置): for whoever lacks the right the person does not exist.
    sealed                  boolean not null default false,
    -- 団体内統合宛名番号: one for one with the individual number; never leaves this service.
    integrated_number       text collate "C" not null unique
                            check (integrated_number ~ '^[0-9]{15}$'),
    individual_number_token text collate "C",
    number_state            text not null
                            check (number_state in ('unnumbered', 'assigned', 'conflict')),
    -- The last event to the neighbours: its version, what it said (digest), and its occasion.
    person_version          integer not null check (person_version >= 1),
    view_digest             bytea not null,
    change                  text not null,
    changed_on              json not null,
    reported_on             date not null,
    emitted_at              timestamptz not null,
    check ((individual_number_token is null) = (number_state = 'unnumbered'))
) with (fillfactor = 85);
-- The one that says "one for one": a number in conflict is borne by a second person.
create unique index persons_number on identity.persons (individual_number_token)
    where number_state = 'assigned';
create index persons_conflict on identity.persons (individual_number_token)
    where number_state = 'conflict';
create index persons_sealed on identity.persons (person_id) where sealed;
grant select, insert on identity.persons to :run;
grant update (individual_number_token, number_state, person_version, view_digest, change,
              changed_on, reported_on, emitted_at) on identity.persons to :run;

-- The households of the registers, under an id that means nothing outside.
create table identity.households (
    household_id     uuid primary key,
    system           text collate "C" not null,
    household_number text collate "C" not null,
    unique (household_number, system)
);
grant select, insert on identity.households to :run;

-- A register's record as it stands, linked to its person: (system, 宛名番号) -> person.
create table identity.residents (
    system           text collate "C" not null,
    addressee_number text collate "C" not null,
    person_id        uuid not null references identity.persons,
    record_version   bigint not null,
    content_digest   bytea not null,
    names_digest     bytea not null,
    household_id     uuid references identity.households,
    resident_status  text not null,
    birth_sort       date,
    -- Stays so far (domain/residence.py): what the next version is followed from.
    residence        json not null,
    linked_at        timestamptz not null,
    recorded_at      timestamptz not null,
    primary key (addressee_number, system)
) with (fillfactor = 85);
create index residents_person on identity.residents (person_id);
create index residents_household on identity.residents (household_id);
create index residents_birth on identity.residents (birth_sort);
grant select, insert on identity.residents to :run;
grant update (record_version, content_digest, names_digest, household_id, resident_status,
              birth_sort, residence, recorded_at) on identity.residents to :run;

-- The residents for someone who does, or does not, see persons under a support measure. Whatever
-- staff read, they read through this.
create function identity.visible_residents(sees_sealed boolean)
returns setof identity.residents language sql stable
as $$
    select * from identity.residents
    where sees_sealed or person_id not in (select person_id from identity.persons where sealed)
$$;
revoke execute on function identity.visible_residents from public;
grant execute on function identity.visible_residents to :run;

-- Every version of every record, as received; nothing here is changed or removed.
create table identity.record_versions (
    system                  text collate "C" not null,
    addressee_number        text collate "C" not null,
    record_version          bigint not null,
    person_id               uuid not null,
    -- Older than what was known when it came: noted, without any effect.
    late                    boolean not null,
    change                  text not null,
    changed_on              json not null,
    reported_on             date not null,
    individual_number_token text collate "C",
    content_digest          bytea not null,
    record                  json not null,
    event_id                uuid not null,
    sent_at                 timestamptz not null,
    recorded_at             timestamptz not null,
    primary key (addressee_number, system, record_version)
);
grant select, insert on identity.record_versions to :run;

-- Names folded for search, former ones too; the name itself is in the record.
create table identity.names (
    system           text collate "C" not null,
    addressee_number text collate "C" not null,
    kind             text not null check (kind in ('name', 'alias')),
    since_version    bigint not null,
    current          boolean not null,
    kanji_key        text collate "C" not null,
    kana_key         text collate "C" not null,
    reading          text collate "C" not null,
    latin_key        text collate "C" not null,
    primary key (addressee_number, system, kind, since_version)
) with (fillfactor = 90);
create index names_kanji on identity.names (kanji_key);
create index names_kana on identity.names (kana_key) where kana_key <> '';
create index names_reading on identity.names (reading) where reading <> '';
create index names_latin on identity.names (latin_key) where latin_key <> '';
grant select, insert on identity.names to :run;
grant update (current, kanji_key, kana_key, reading, latin_key) on identity.names to :run;

-- What staff have to look at. Nothing is merged or mended by itself.
create table identity.findings (
    finding_id       uuid primary key,
    kind             text not null
                     check (kind in ('number_changed', 'number_withdrawn', 'number_shared')),
    state            text not null check (state in ('open', 'noted')),
    person_id        uuid not null references identity.persons,
    other_person_id  uuid references identity.persons,
    system           text collate "C" not null,
    addressee_number text collate "C" not null,
    record_version   bigint not null,
    found_at         timestamptz not null
);
create index findings_person on identity.findings (person_id);
create index findings_other on identity.findings (other_person_id)
    where other_person_id is not null;
create index findings_open on identity.findings (found_at) where state = 'open';
grant select, insert on identity.findings to :run;

create sequence identity.integrated_number_serial as bigint minvalue 1 cache 1000;
grant usage on sequence identity.integrated_number_serial to :run;

-- How far a republication has come: an interrupted one is taken up where it stopped.
create table identity.republications (
    republication_id uuid primary key,
    since            timestamptz,
    -- By how much it raises each person's version: neighbours then take it for newer.
    ahead            integer not null,
    last_person_id   uuid,
    persons          bigint not null default 0,
    started_at       timestamptz not null,
    finished_at      timestamptz
);
grant select, insert, update on identity.republications to :run;
