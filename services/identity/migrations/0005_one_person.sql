-- Findings as work (one proposes, another settles), wrong numbers, and one person from two records.

alter table identity.persons drop constraint persons_number_state_check;
alter table identity.persons add constraint persons_number_state_check check (
    number_state in ('unnumbered', 'assigned', 'conflict', 'wrong')
) not valid;
alter table identity.persons validate constraint persons_number_state_check;
-- The last event on persons.merges (0: none was sent): its version, and whose settlement decided it.
alter table identity.persons
    add column identity_version integer not null default 0 check (identity_version >= 0),
    add column identity_decision uuid references identity.findings,
    add column identity_decided_on date,
    add check ((identity_version = 0) = (identity_decision is null)
               and (identity_version = 0) = (identity_decided_on is null)) not valid;
create index persons_merges on identity.persons (person_id) where identity_version > 0;
grant update (identity_version, identity_decision, identity_decided_on)
    on identity.persons to :run;

-- The person that a record made, while another answers for it: person_id is the one that answers.
alter table identity.residents add column former_id uuid references identity.persons;
alter table identity.residents add check (former_id <> person_id) not valid;
create index residents_former on identity.residents (former_id) where former_id is not null;
create index residents_merged on identity.residents (person_id) where former_id is not null;

-- Who answers for a person: itself, unless it was merged.
create function identity.surviving(id uuid) returns uuid language sql stable
as $$
    select coalesce((select r.person_id from identity.residents r where r.former_id = id limit 1),
                    id)
$$;
revoke execute on function identity.surviving from public;
grant execute on function identity.surviving to :run;

-- The merges: an edge from a person to the one that it was merged into. Undone by ending it.
create table identity.merges (
    merge_id       uuid primary key,
    former_id      uuid not null references identity.persons,
    surviving_id   uuid not null references identity.persons,
    -- Why this one survives (domain/merging.py), and whose settlement decided it.
    why            text not null check (why in ('numbered', 'lives_here', 'known_longer')),
    finding_id     uuid not null references identity.findings,
    merged_at      timestamptz not null,
    separated_by   uuid references identity.findings,
    separated_at   timestamptz,
    check (former_id <> surviving_id),
    check ((separated_by is null) = (separated_at is null))
);
create unique index merges_standing on identity.merges (former_id) where separated_at is null;
create index merges_surviving on identity.merges (surviving_id) where separated_at is null;
grant select, insert on identity.merges to :run;
grant update (separated_by, separated_at) on identity.merges to :run;

-- Whose a record is follows from the merges alone: the running role cannot say otherwise.
create function identity.answer_as_merged(ids uuid[]) returns void
language sql security definer set search_path = ''
as $$
    with recursive up (id, root, depth) as (
        select id, id, 0 from unnest(ids) as a (id)
        union all
        select up.id, m.surviving_id, up.depth + 1
        from up join identity.merges m on m.former_id = up.root and m.separated_at is null
    ), roots as (
        select distinct on (id) id, root from up order by id, depth desc
    )
    update identity.residents r
    set person_id = a.root, former_id = nullif(a.id, a.root)
    from roots a
    where r.former_id = a.id or (r.former_id is null and r.person_id = a.id)
$$;
revoke execute on function identity.answer_as_merged from public;
grant execute on function identity.answer_as_merged to :run;

alter table identity.findings drop constraint findings_kind_check;
alter table identity.findings add constraint findings_kind_check check (
    kind in ('number_changed', 'number_withdrawn', 'number_shared', 'numbers_differ',
             'same_person', 'merge_doubted', 'number_doubted')
) not valid;
alter table identity.findings validate constraint findings_kind_check;
alter table identity.findings drop constraint findings_state_check;
alter table identity.findings add constraint findings_state_check check (
    state in ('open', 'proposed', 'settled', 'awaiting_register', 'resolved', 'noted')
) not valid;
alter table identity.findings validate constraint findings_state_check;
alter table identity.findings
    -- What one has proposed, or what was settled; of which of the two, where it differs.
    add column decision           text,
    add column decision_person_id uuid references identity.persons,
    add column proposed_by        text,
    add column proposed_at        timestamptz,
    add constraint findings_proposed check (
        (state = 'proposed') = (proposed_by is not null)
        and (proposed_by is null) = (proposed_at is null)
        and (state <> 'proposed' or decision is not null)
    );
grant update (state, decision, decision_person_id, proposed_by, proposed_at)
    on identity.findings to :run;
create index findings_waiting on identity.findings (found_at, finding_id)
    where state in ('open', 'proposed', 'awaiting_register');
drop index identity.findings_open;
-- Two of staff do not raise the same twice.
create unique index findings_raised on identity.findings (kind, person_id, other_person_id)
    nulls not distinct
    where kind in ('same_person', 'merge_doubted', 'number_doubted')
      and state in ('open', 'proposed', 'awaiting_register');

-- The findings for someone who does, or does not, see persons under a support measure: one that
-- concerns someone sealed is not there. Whatever staff read, they read through this.
create function identity.visible_findings(sees_sealed boolean)
returns setof identity.findings language sql stable
as $$
    select * from identity.findings f
    where sees_sealed or not exists (
        select from identity.persons p
        where p.sealed and (
            p.person_id in (f.person_id, f.other_person_id)
            or p.person_id in (identity.surviving(f.person_id),
                               identity.surviving(f.other_person_id))
        )
    )
$$;
revoke execute on function identity.visible_findings from public;
grant execute on function identity.visible_findings to :run;

-- What became of a finding, step by step; nothing here is changed or removed.
create table identity.finding_steps (
    finding_id uuid not null references identity.findings,
    step       text not null
               check (step in ('raised', 'proposed', 'rejected', 'settled', 'resolved')),
    -- Null: the house itself, because the register has told otherwise or another decision covers it.
    staff_id   text,
    decision   text,
    person_id  uuid references identity.persons,
    at         timestamptz not null
);
create index finding_steps_finding on identity.finding_steps (finding_id, at);
grant select, insert on identity.finding_steps to :run;
