-- Support measures that the register tells of: every version as received, whom each names, and the
-- measure here that follows it.

create table identity.told_measure_versions (
    system         text collate "C" not null,
    measure_number text collate "C" not null,
    record_version bigint not null,
    late           boolean not null,
    content        json not null,
    content_digest bytea not null,
    event_id       uuid not null,
    sent_at        timestamptz not null,
    recorded_at    timestamptz not null,
    primary key (measure_number, system, record_version)
);
grant select, insert on identity.told_measure_versions to :run;

create table identity.told_measures (
    system         text collate "C" not null,
    measure_number text collate "C" not null,
    measure_id     uuid not null unique references identity.measures,
    record_version bigint not null,
    primary key (measure_number, system)
);
grant select, insert, update (record_version) on identity.told_measures to :run;

-- Whom the newest version names. The register may tell of the measure before it tells of the person,
-- who is hidden from the first moment then.
create table identity.told_measure_persons (
    system           text collate "C" not null,
    measure_number   text collate "C" not null,
    addressee_number text collate "C" not null,
    place            smallint not null check (place >= 1),
    primary key (measure_number, system, addressee_number)
);
create index told_measure_persons_number
    on identity.told_measure_persons (addressee_number, system);
grant select, insert, delete on identity.told_measure_persons to :run;

-- A term as the register tells it, where it does.
alter table identity.measure_steps add column last_day date;
-- Whom the register names no more is hidden by this measure no more.
alter table identity.measure_persons add column left_at timestamptz;
alter table identity.measure_persons drop constraint measure_persons_measure_id_place_key;
grant update (place, left_at) on identity.measure_persons to :run;
