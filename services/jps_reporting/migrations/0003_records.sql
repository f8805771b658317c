-- What JPS's records say of persons: told once each, to whom it concerns. What they say is not kept
-- here, but for the numbers by which the next record is known to be somebody's.
create table jps_reporting.told_persons (
    told_id     uuid primary key,
    person_id   uuid not null,
    as_of       date not null,
    file_id     uuid not null references jps_reporting.told_files,
    line        bigint not null,
    recorded_at timestamptz not null
);
create index told_persons_person on jps_reporting.told_persons (person_id);
grant select, insert on jps_reporting.told_persons to :run;
select bus.hide('jps_reporting.told_persons', 'person_id');

create table jps_reporting.told_numbers (
    number    text not null check (number ~ '^[0-9]{10}$'),
    person_id uuid not null,
    primary key (number, person_id)
);
grant select, insert on jps_reporting.told_numbers to :run;
select bus.hide('jps_reporting.told_numbers', 'person_id');

create index items_number on jps_reporting.items (basic_pension_number)
    where basic_pension_number is not null;
create index decisions_number on jps_reporting.decisions (assigned_number)
    where assigned_number is not null;
