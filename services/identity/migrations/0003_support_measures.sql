-- Support measures (支援措置): who is under one, and every step of its life. Steps are added and
-- never altered; what is kept beside them is what lists and the filter go by.
create table identity.measures (
    measure_id uuid primary key,
    ground     text not null,
    -- 申出日 of the application that began it.
    applied_on date not null,
    entered_at timestamptz not null,
    -- From then on staff are warned that its term ends; null while it is provisional.
    warn_from  date,
    -- One has proposed an extension or the end, and nobody has settled it.
    proposed   boolean not null default false,
    -- It hides its persons until then, whatever its term says.
    ended_at   timestamptz
);
create index measures_open on identity.measures (entered_at, measure_id) where ended_at is null;
grant select, insert on identity.measures to :run;
grant update (warn_from, proposed, ended_at) on identity.measures to :run;

create table identity.measure_persons (
    measure_id uuid not null references identity.measures,
    person_id  uuid not null references identity.persons,
    -- The applicant (申出者) is the first; the others are protected together with them (併せて支援を求める者).
    place      smallint not null check (place >= 1),
    primary key (measure_id, person_id),
    unique (measure_id, place)
);
create index measure_persons_person on identity.measure_persons (person_id);
grant select, insert on identity.measure_persons to :run;

create table identity.measure_steps (
    measure_id uuid not null references identity.measures,
    number     smallint not null check (number >= 1),
    step       text not null,
    staff_id   text not null,
    at         timestamptz not null,
    on_day     date,
    reason     text,
    primary key (measure_id, number)
);
grant select, insert on identity.measure_steps to :run;

-- What the neighbours were last told of a person's sight; 0: nothing, as there was nothing to tell.
alter table identity.persons
    add column sight_version integer not null default 0 check (sight_version >= 0);
grant update (sealed, sight_version) on identity.persons to :run;
create index persons_sight on identity.persons (person_id) where sight_version > 0;
