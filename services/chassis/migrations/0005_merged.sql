-- Ids for which another answers, as persons.merges told last of each. What was recorded under an id
-- stays so: whoever reads about somebody reads what lies under all ids of the same person.
create table bus.merged (
    person_id        uuid primary key,
    -- Null: the person stands for itself again.
    surviving_id     uuid,
    identity_version integer not null check (identity_version >= 1),
    check (surviving_id <> person_id)
);
create index merged_surviving on bus.merged (surviving_id) where surviving_id is not null;
grant select, insert on bus.merged to :run;
grant update (surviving_id, identity_version) on bus.merged to :run;

-- Who answers for an id: itself, unless it was merged.
create function bus.surviving(id uuid) returns uuid language sql stable
as $$
    select coalesce((select m.surviving_id from bus.merged m where m.person_id = id), id)
$$;
revoke execute on function bus.surviving from public;
grant execute on function bus.surviving to :run;

-- All ids of the same person, whichever of them is asked for: the surviving one first.
create function bus.same_person(id uuid) returns setof uuid language sql stable
as $$
    select bus.surviving(id)
    union all
    select * from (
        select m.person_id from bus.merged m where m.surviving_id = bus.surviving(id)
        order by m.person_id
    ) former
$$;
revoke execute on function bus.same_person from public;
grant execute on function bus.same_person to :run;
