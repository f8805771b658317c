-- An older report of the same fact counts as well: JPS was told the fact twice, and of the two reports the later one
-- was taken back. A record says whose fact it is, of what kind and of which day, and nothing of the report that it
-- cancels: to cancel the later one would cancel the fact, which stands. Only where both say the same of it: where
-- the later one said something else, that is what JPS has, and is not so.
create or replace function jps_reporting.told_anew(item uuid) returns uuid language sql stable as $$
    with told as (
        select max(m.serial) as serial
        from jps_reporting.items i
        join jps_reporting.provisions p on p.item_id = i.item_id and p.voided_at is null
        join jps_reporting.media m on m.medium_id = p.medium_id
        where i.item_id = item or i.corrects = item and i.processing = 'report'
    )
    select other.item_id
    from told cross join jps_reporting.items r
    join jps_reporting.items other
      on other.person_id in (select bus.same_person(r.person_id))
     and other.kind = r.kind and other.occurred_on = r.occurred_on
     and other.item_id <> r.item_id and other.corrects is null and other.fell_away_on is null
     and other.state in ('sealed', 'sent', 'accepted', 'corrected')
    join jps_reporting.provisions q on q.item_id = other.item_id and q.voided_at is null
    join jps_reporting.media n on n.medium_id = q.medium_id
    where r.item_id = item
      and (n.serial > told.serial
           or jps_reporting.held(other.item_id, other.state) = 'report'
              and (other.reason, other.category_before, other.category_after, other.from_month,
                   other.pension_code, other.claimant_relationship)
                  is not distinct from
                  (r.reason, r.category_before, r.category_after, r.from_month, r.pension_code,
                   r.claimant_relationship))
      and not exists (
          select from jps_reporting.items c
          join jps_reporting.provisions o on o.item_id = c.item_id and o.voided_at is null
          join jps_reporting.media l on l.medium_id = o.medium_id
          where c.corrects = r.item_id and c.processing = 'cancellation'
            and l.serial > told.serial and (l.serial <= n.serial or n.serial <= told.serial)
            and c.state <> 'returned')
    order by n.serial > told.serial desc, n.serial, other.item_id limit 1
$$;
