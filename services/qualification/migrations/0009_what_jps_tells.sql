-- What JPS's records tell of persons: taken in once each. Where they and the city's own timeline do
-- not agree is put up for work; which numbers are whose is kept to find the same with two persons.
create table qualification.jps_records (
    told_id     uuid primary key,
    person_id   uuid not null,
    as_of       date not null,
    recorded_at timestamptz not null
);
create index jps_records_person on qualification.jps_records (person_id);
grant select, insert on qualification.jps_records to :run;
select bus.hide('qualification.jps_records', 'person_id');

create table qualification.differences (
    difference_id uuid primary key,
    person_id     uuid not null,
    code          text not null,
    article       text not null,
    sentence      text not null,
    since         date not null,
    found_at      timestamptz not null,
    -- When the facts ceased to give it; it may come back.
    gone_at       timestamptz,
    settled_at    timestamptz,
    settled_by    text,
    done          text,
    check ((settled_at is null) = (settled_by is null)),
    check ((settled_at is null) = (done is null))
);
create index differences_open on qualification.differences (found_at, difference_id)
    where gone_at is null and settled_at is null;
create index differences_person on qualification.differences (person_id);
grant select, insert on qualification.differences to :run;
grant update (gone_at, settled_at, settled_by, done) on qualification.differences to :run;
select bus.hide('qualification.differences', 'person_id');

create table qualification.pension_numbers (
    person_id uuid not null,
    number    text not null check (number ~ '^[0-9]{10}$'),
    standing  text not null check (standing in ('assigned', 'former', 'withdrawn')),
    primary key (person_id, number)
);
create index pension_numbers_number on qualification.pension_numbers (number);
grant select, insert, delete on qualification.pension_numbers to :run;
grant update (standing) on qualification.pension_numbers to :run;
select bus.hide('qualification.pension_numbers', 'person_id');
insert into qualification.pension_numbers (person_id, number, standing)
select distinct person_id, body ->> 'number', 'assigned' from qualification.facts
where kind = 'pension_number';
