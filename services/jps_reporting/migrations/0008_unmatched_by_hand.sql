-- What fits no item is matched by hand: proposed by one, decided by another.
alter table jps_reporting.unmatched
    add column matched_item uuid references jps_reporting.items,
    add column matched_person uuid;
comment on column jps_reporting.unmatched.matched_item is 'Of a result: the item that it was found to be about';
comment on column jps_reporting.unmatched.matched_person is 'Of a record: the person that it was found to be about';
grant update (matched_item, matched_person) on jps_reporting.unmatched to :run;
drop policy sight on jps_reporting.unmatched;
drop policy sight_change on jps_reporting.unmatched;
create policy sight on jps_reporting.unmatched for select
    using (jps_reporting.unmatched_shown(person_id, veils)
           and jps_reporting.unmatched_shown(matched_person, null));
create policy sight_change on jps_reporting.unmatched for update
    using (jps_reporting.unmatched_shown(person_id, veils)
           and jps_reporting.unmatched_shown(matched_person, null)) with check (true);
create index unmatched_settled on jps_reporting.unmatched (listed_at, unmatched_id)
    where settled_at is not null;
create index unmatched_file on jps_reporting.unmatched (file_id);

create table jps_reporting.unmatched_proposals (
    proposal_id  uuid primary key,
    sequence     bigint generated always as identity,
    unmatched_id uuid not null references jps_reporting.unmatched,
    proposed_at  timestamptz not null,
    proposed_by  text not null,
    item_id      uuid references jps_reporting.items,
    -- Whose it would be: of an item, its person.
    person_id    uuid not null,
    reason       text not null,
    decided_at   timestamptz,
    decided_by   text,
    agreed       boolean,
    check (decided_by <> proposed_by),
    check ((decided_at is null) = (decided_by is null)),
    check ((decided_at is null) = (agreed is null))
);
create index unmatched_proposals_row on jps_reporting.unmatched_proposals (unmatched_id);
grant select, insert on jps_reporting.unmatched_proposals to :run;
grant update (decided_at, decided_by, agreed) on jps_reporting.unmatched_proposals to :run;
-- There are those alone of rows that are there, and of persons who are.
select bus.put_filter('jps_reporting.unmatched_proposals',
    'exists (select from jps_reporting.unmatched u
             where u.unmatched_id = jps_reporting.unmatched_proposals.unmatched_id)
     and not exists (select from bus.hidden h
                     where h.hidden and h.person_id = jps_reporting.unmatched_proposals.person_id)');

-- A row that is found to be a hidden person's: as it was it stays before whoever may not see them, and
-- a copy is the one that is matched. Looks past the filter.
create function jps_reporting.leave_veil(row_id uuid, copy_id uuid, whose uuid) returns void
language sql security definer set search_path = ''
as $$
    update jps_reporting.unmatched set veils = whose where unmatched_id = row_id;
    insert into jps_reporting.unmatched
        (unmatched_id, file_id, line, code, said, person_id, listed_at)
    select copy_id, u.file_id, u.line, u.code, u.said, u.person_id, u.listed_at
    from jps_reporting.unmatched as u where u.unmatched_id = row_id;
    update jps_reporting.unmatched_proposals set unmatched_id = copy_id
    where unmatched_id = row_id and person_id = whose;
$$;
revoke execute on function jps_reporting.leave_veil from public;
grant execute on function jps_reporting.leave_veil to :run;
