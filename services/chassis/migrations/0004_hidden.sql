-- Who is hidden from staff without the right: sealed means absent. The filter of every service whose
-- tables are about persons is made here, once, and is the database's own (row-level security).
create table bus.hidden (
    person_id     uuid primary key,
    sight_version integer not null check (sight_version >= 1),
    -- False: was hidden once, and a late event does not hide again.
    hidden        boolean not null
);
create index hidden_now on bus.hidden (person_id) where hidden;
grant select, insert, update on bus.hidden to :run;

-- Whether this transaction sees everybody. Fail closed: who has not said so does not.
create function bus.sees_all() returns boolean language sql stable as $$
    select coalesce(current_setting('nenkin.sight', true), '') = 'all'
$$;
revoke execute on function bus.sees_all from public;
grant execute on function bus.sees_all to :run;

-- Puts a filter on a table: a transaction that does not see everybody sees the rows that ``shown``
-- lets through. Adding is free: a foreign key, or who adds, says whether it may be.
create function bus.put_filter(filtered regclass, shown text) returns void
language plpgsql as $$
begin
    shown := '(select bus.sees_all()) or ' || shown;
    execute format('alter table %s enable row level security', filtered);
    execute format('create policy sight on %s for select using (%s)', filtered, shown);
    execute format('create policy sight_add on %s for insert with check (true)', filtered);
    execute format('create policy sight_change on %s for update using (%s) with check (true)',
                   filtered, shown);
    execute format('create policy sight_remove on %s for delete using (%s)', filtered, shown);
end
$$;
revoke execute on function bus.put_filter from public;

-- For the services' migrations: the rows are there unless a column of ``persons`` names somebody
-- hidden. A column that is null names nobody.
create function bus.hide(filtered regclass, variadic persons text[]) returns void
language sql as $$
    select bus.put_filter(filtered, '(' || string_agg(format(
        'not exists (select from bus.hidden h where h.hidden and h.person_id = %s.%I)',
        filtered, person), ' and ') || ')')
    from unnest(persons) as person
$$;
revoke execute on function bus.hide from public;

-- The same for rows that belong to another table's: they are there where that one's row is.
create function bus.hide_with(filtered regclass, owner regclass, key text) returns void
language sql as $$
    select bus.put_filter(filtered, format(
        'exists (select from %s o where o.%I = %s.%I)', owner, key, filtered, key))
$$;
revoke execute on function bus.hide_with from public;
