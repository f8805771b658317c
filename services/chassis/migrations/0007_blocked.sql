-- What is stopped for a person (抑止), as persons.blocks told last of each. A stop begins and comes
-- back by the day and the moment, so whoever asks says which day and moment it is.
create table bus.blocked (
    person_id      uuid primary key,
    blocks_version integer not null check (blocks_version >= 1),
    -- [{"kind": …, "since": …, "lifted_until": …}]; empty: nothing is stopped any more.
    stops          jsonb not null
);
grant select, insert, update on bus.blocked to :run;
select bus.hide('bus.blocked', 'person_id');

-- Whether something is stopped for a person, whichever of their ids is asked for.
create function bus.stopped(id uuid, what text, on_day date, at timestamptz)
returns boolean language sql stable
as $$
    select exists (
        select from bus.same_person(id) as same (id)
        join bus.blocked b on b.person_id = same.id,
        lateral jsonb_to_recordset(b.stops)
            as stop (kind text, since date, lifted_until timestamptz)
        where stop.kind = what and stop.since <= on_day
          and (stop.lifted_until is null or stop.lifted_until <= at)
    )
$$;
revoke execute on function bus.stopped from public;
grant execute on function bus.stopped to :run;
