-- What the neighbours were last told of what is stopped for a person: the person's own blocks and
-- those of the household they live in.
create table identity.blocks_told (
    person_id      uuid primary key references identity.persons,
    blocks_version integer not null check (blocks_version >= 1),
    stops          jsonb not null
);
grant select, insert on identity.blocks_told to :run;
grant update (blocks_version, stops) on identity.blocks_told to :run;
