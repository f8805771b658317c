-- Blocks (抑止) on persons and households, and the editing lock (排他). Steps are added and never
-- altered; what is kept beside them is what the checks and the list go by.
create table identity.blocks (
    block_id     uuid primary key,
    person_id    uuid references identity.persons,
    household_id uuid references identity.households,
    kind         text not null,
    level        text not null check (level in ('stop', 'warn')),
    reason       text not null,
    first_day    date not null,
    -- When it was to end: it does not end by itself.
    last_day     date,
    entered_at   timestamptz not null,
    is_set       boolean not null default false,
    over         boolean not null default false,
    proposed     boolean not null default true,
    -- Released for a while: it comes back then.
    lifted_until timestamptz,
    check ((person_id is null) <> (household_id is null)),
    check (last_day is null or last_day >= first_day)
);
create index blocks_person on identity.blocks (person_id) where person_id is not null and not over;
create index blocks_household on identity.blocks (household_id)
    where household_id is not null and not over;
create index blocks_list on identity.blocks (entered_at, block_id) where not over;
grant select, insert on identity.blocks to :run;
grant update (is_set, over, proposed, lifted_until) on identity.blocks to :run;

create table identity.block_steps (
    block_id uuid not null references identity.blocks,
    number   smallint not null check (number >= 1),
    step     text not null,
    staff_id text not null,
    at       timestamptz not null,
    until    timestamptz,
    primary key (block_id, number)
);
grant select, insert on identity.block_steps to :run;

-- Whom a block is about: the person, or those who live in the household.
create function identity.blocked_persons(sees_sealed boolean)
returns table (block_id uuid, person_id uuid) language sql stable
as $$
    select b.block_id, r.person_id
    from identity.blocks b
    join identity.visible_residents(sees_sealed) r on r.person_id = identity.surviving(b.person_id)
    union
    select b.block_id, r.person_id
    from identity.blocks b
    join identity.visible_residents(sees_sealed) r
      on r.household_id = b.household_id and r.resident_status = '1'
$$;
revoke execute on function identity.blocked_persons from public;
grant execute on function identity.blocked_persons to :run;

-- Who edits a person's entries now. The moments are the database's own: no clock of an instance
-- that is wrong gives a lock away or keeps it.
create table identity.edit_locks (
    person_id  uuid primary key references identity.persons,
    staff_id   text not null,
    department text not null,
    taken_at   timestamptz not null,
    expires_at timestamptz not null
);
grant select, insert, update, delete on identity.edit_locks to :run;
