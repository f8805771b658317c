-- A row that two people matched to the wrong item or person is unmatched again, by two people: what it
-- decided or told counts no more. All of it stays; another result of that day may take its place.
alter table jps_reporting.decisions
    add column taken_back_at timestamptz,
    add column attempt smallint not null default 0 check (attempt >= 0);
comment on column jps_reporting.decisions.attempt is 'How many of that day were taken back before it';
alter table jps_reporting.decisions drop constraint decisions_item_id_decided_on_key;
create unique index decisions_day on jps_reporting.decisions (item_id, decided_on)
    where taken_back_at is null;
grant update (taken_back_at) on jps_reporting.decisions to :run;

alter table jps_reporting.told_persons add column taken_back_at timestamptz;
grant update (taken_back_at) on jps_reporting.told_persons to :run;
grant delete on jps_reporting.told_numbers to :run;

alter table jps_reporting.unmatched_proposals add column undoes boolean not null default false;
comment on column jps_reporting.unmatched_proposals.undoes is 'The match is to be undone; false: it is to be made';

-- A row that is nobody's again needs no stand-in before those who may not see whose it was. One that
-- they have dealt with stays. Looks past the filter.
create function jps_reporting.lift_veil(row_id uuid, whose uuid) returns void
language sql security definer set search_path = ''
as $$
    with veil as (
        select v.unmatched_id from jps_reporting.unmatched v
        join jps_reporting.unmatched r using (file_id, line)
        where r.unmatched_id = row_id and v.veils = whose and v.settled_at is null
    ), said as (
        delete from jps_reporting.unmatched_proposals p using veil
        where p.unmatched_id = veil.unmatched_id
    )
    delete from jps_reporting.unmatched u using veil where u.unmatched_id = veil.unmatched_id
$$;
revoke execute on function jps_reporting.lift_veil from public;
grant execute on function jps_reporting.lift_veil to :run;

-- Only the ways of domain/items.py (MOVES) lead from state to state.
create or replace function jps_reporting.items_move() returns trigger language plpgsql as $$
begin
    if (old.state, new.state) not in (
        ('waiting', 'in_batch'), ('in_batch', 'waiting'), ('in_batch', 'blocked'),
        ('blocked', 'waiting'), ('in_batch', 'sealed'), ('sealed', 'sent'),
        ('waiting', 'withdrawn'), ('blocked', 'withdrawn'), ('in_batch', 'withdrawn'),
        ('withdrawn', 'blocked')
    ) and not (
        old.state in ('sent', 'accepted', 'returned', 'corrected')
        and new.state in ('sent', 'accepted', 'returned', 'corrected')
    ) then
        raise exception 'an item does not go from % to %', old.state, new.state;
    end if;
    return new;
end $$;
