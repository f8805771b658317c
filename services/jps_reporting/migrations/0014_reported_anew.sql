-- A correction that is overtaken: the fact that was taken back is reported anew, under another item (of
-- the same person, kind and day). What JPS hears last must be what stands: so a cancellation goes before
-- the new report or with it, and where the new report went first, no cancellation follows.

-- The item that told JPS again, on a later medium than the item's fact, what stands of that fact now;
-- null: none did, or a cancellation went before it or with it.
create function jps_reporting.told_anew(item uuid) returns uuid language sql stable as $$
    with told as (
        select max(m.serial) as serial
        from jps_reporting.items i
        join jps_reporting.provisions p on p.item_id = i.item_id and p.voided_at is null
        join jps_reporting.media m on m.medium_id = p.medium_id
        where i.item_id = item or i.corrects = item and i.processing = 'report'
    )
    select anew.item_id
    from told cross join jps_reporting.items r
    join jps_reporting.items anew
      on anew.person_id in (select bus.same_person(r.person_id))
     and anew.kind = r.kind and anew.occurred_on = r.occurred_on
     and anew.item_id <> r.item_id and anew.corrects is null and anew.fell_away_on is null
     and anew.state in ('sealed', 'sent', 'accepted', 'corrected')
    join jps_reporting.provisions q on q.item_id = anew.item_id and q.voided_at is null
    join jps_reporting.media n on n.medium_id = q.medium_id and n.serial > told.serial
    where r.item_id = item
      and not exists (
          select from jps_reporting.items c
          join jps_reporting.provisions o on o.item_id = c.item_id and o.voided_at is null
          join jps_reporting.media l on l.medium_id = o.medium_id
          where c.corrects = r.item_id and c.processing = 'cancellation'
            and l.serial > told.serial and l.serial <= n.serial and c.state <> 'returned')
    order by n.serial, anew.item_id limit 1
$$;
revoke execute on function jps_reporting.told_anew from public;
grant execute on function jps_reporting.told_anew to :run;

-- What JPS holds of an item: what it was told last of what it did not return; null: nothing.
create function jps_reporting.held(item uuid, item_state text) returns text language sql stable as $$
    select told.processing from (
        select c.processing, c.correction_no from jps_reporting.items c
        where c.corrects = item and c.state in ('sent', 'accepted', 'corrected')
        union all
        select 'report', 0 where item_state in ('sent', 'accepted', 'corrected')
        order by 2 desc limit 1
    ) as told
$$;
revoke execute on function jps_reporting.held from public;
grant execute on function jps_reporting.held to :run;

-- Whether what an item tells is no longer so: of a cancellation, that its fact stands after all, was told
-- anew, or is nothing that JPS holds (it returned the report since).
create or replace function jps_reporting.is_stale(corrected uuid, processing text, fell_away_on date)
returns boolean language sql stable as $$
    select case when corrected is null then fell_away_on is not null
                when processing = 'cancellation' then exists (
                    select from jps_reporting.items r
                    where r.item_id = corrected and (
                        r.fell_away_on is null
                        or jps_reporting.held(r.item_id, r.state) is distinct from 'report'))
                    or jps_reporting.told_anew(corrected) is not null
                else exists (
                    select from jps_reporting.items r
                    where r.item_id = corrected and r.fell_away_on is not null)
           end
$$;

create or replace function jps_reporting.correction_wanted(item uuid, item_state text, fell_away_on date)
returns text language sql stable as $$
    select case
        when item_state not in ('sent', 'accepted', 'returned', 'corrected') then null
        when exists (select from jps_reporting.items c where c.corrects = item
                     and c.state in ('waiting', 'blocked', 'in_batch', 'sealed')) then null
        when fell_away_on is not null and held.processing = 'report'
             and jps_reporting.told_anew(item) is null then 'cancellation'
        when fell_away_on is null and held.processing = 'cancellation' then 'report'
        end
    from (select jps_reporting.held(item, item_state) as processing) as held
$$;

-- Of an item that fell away: the one that tells its fact anew and was not sent yet; null: none does.
create function jps_reporting.to_be_told_anew(item uuid) returns uuid language sql stable as $$
    select anew.item_id
    from jps_reporting.items r
    join jps_reporting.items anew
      on anew.person_id in (select bus.same_person(r.person_id))
     and anew.kind = r.kind and anew.occurred_on = r.occurred_on
     and anew.item_id <> r.item_id and anew.corrects is null and anew.fell_away_on is null
     and anew.state in ('waiting', 'blocked', 'in_batch', 'sealed')
    where r.item_id = item
    order by anew.received_at, anew.item_id limit 1
$$;
revoke execute on function jps_reporting.to_be_told_anew from public;
grant execute on function jps_reporting.to_be_told_anew to :run;
