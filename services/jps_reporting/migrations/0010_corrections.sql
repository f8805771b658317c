-- Corrections: items that take back at JPS what was sent and no longer stands, or tell it once more
-- where it stands after all. They follow the item that they correct, numbered from 1.
alter table jps_reporting.items
    add column processing text not null default 'report'
        check (processing in ('report', 'cancellation')),
    add column corrects uuid references jps_reporting.items,
    add column correction_no smallint check (correction_no > 0),
    add constraint items_correction check ((corrects is null) = (correction_no is null)),
    add constraint items_processing check (processing = 'report' or corrects is not null);
comment on column jps_reporting.items.processing is '処理区分: a report, or one that takes a report back (取消)';
comment on column jps_reporting.items.corrects is 'The item as its owner reported it; never another correction';
create unique index items_corrects on jps_reporting.items (corrects, correction_no)
    where corrects is not null;
-- Of corrections of one item one is on its way at a time.
create unique index items_correction_open on jps_reporting.items (corrects)
    where corrects is not null and state in ('waiting', 'blocked', 'in_batch', 'sealed');

-- Whether an item's fact is no longer so: of a cancellation, that it stands after all.
create function jps_reporting.is_stale(corrected uuid, processing text, fell_away_on date)
returns boolean language sql stable as $$
    select case when corrected is null then fell_away_on is not null
                else (processing = 'cancellation') = exists (
                    select from jps_reporting.items r
                    where r.item_id = corrected and r.fell_away_on is null)
           end
$$;
revoke execute on function jps_reporting.is_stale from public;
grant execute on function jps_reporting.is_stale to :run;

-- What JPS has yet to be told about an item that was sent, beyond what is on its way: null, nothing.
-- It holds what was told it last of what it did not return.
create function jps_reporting.correction_wanted(item uuid, item_state text, fell_away_on date)
returns text language sql stable as $$
    select case
        when item_state not in ('sent', 'accepted', 'returned', 'corrected') then null
        when exists (select from jps_reporting.items c where c.corrects = item
                     and c.state in ('waiting', 'blocked', 'in_batch', 'sealed')) then null
        when fell_away_on is not null and held.processing = 'report' then 'cancellation'
        when fell_away_on is null and held.processing = 'cancellation' then 'report'
        end
    from (
        select c.processing, c.correction_no from jps_reporting.items c
        where c.corrects = item and c.state in ('sent', 'accepted', 'corrected')
        union all
        select 'report', 0 where item_state <> 'returned'
        order by 2 desc limit 1
    ) as held
$$;
revoke execute on function jps_reporting.correction_wanted from public;
grant execute on function jps_reporting.correction_wanted to :run;

-- A correction is proposed by one and settled by another; it lapses where there is no call for it.
create table jps_reporting.correction_proposals (
    proposal_id   uuid primary key,
    sequence      bigint generated always as identity,
    item_id       uuid not null references jps_reporting.items,
    processing    text not null check (processing in ('report', 'cancellation')),
    proposed_at   timestamptz not null,
    proposed_by   text not null,
    reason        text not null,
    decided_at    timestamptz,
    decided_by    text,
    agreed        boolean,
    lapsed_at     timestamptz,
    correction_id uuid references jps_reporting.items,
    check (decided_by <> proposed_by),
    check ((decided_at is null) = (decided_by is null)),
    check ((decided_at is null) = (agreed is null)),
    check (decided_at is null or lapsed_at is null),
    check ((correction_id is not null) = coalesce(agreed, false))
);
create unique index correction_proposals_open on jps_reporting.correction_proposals (item_id)
    where decided_at is null and lapsed_at is null;
grant select, insert on jps_reporting.correction_proposals to :run;
grant update (decided_at, decided_by, agreed, lapsed_at, correction_id)
    on jps_reporting.correction_proposals to :run;
select bus.hide_with('jps_reporting.correction_proposals', 'jps_reporting.items', 'item_id');

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
        and new.state in ('accepted', 'returned', 'corrected')
    ) then
        raise exception 'an item does not go from % to %', old.state, new.state;
    end if;
    return new;
end $$;
