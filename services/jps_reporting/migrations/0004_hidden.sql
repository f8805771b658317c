-- Sealed means absent: what is about somebody hidden is not there for who lacks the right.
select bus.hide('jps_reporting.items', 'person_id');
select bus.hide_with('jps_reporting.item_history', 'jps_reporting.items', 'item_id');
select bus.hide_with('jps_reporting.findings', 'jps_reporting.items', 'item_id');
select bus.hide_with('jps_reporting.substitutions', 'jps_reporting.items', 'item_id');
select bus.hide('jps_reporting.linkage', 'person_id');
select bus.hide('jps_reporting.provisions', 'person_id');

-- A batch with an item about somebody hidden is not there, and so is its medium: it goes to JPS
-- whole, and its counts would tell of the item. A batch is of hidden persons alone or of others
-- alone; only one whose medium was made before somebody was hidden holds both. Looks past the filter.
create function jps_reporting.holds_hidden(batch uuid) returns boolean
language sql stable security definer set search_path = ''
as $$
    select exists (
        select from jps_reporting.items i join bus.hidden h using (person_id)
        where i.batch_id = batch and h.hidden
    )
$$;
revoke execute on function jps_reporting.holds_hidden from public;
grant execute on function jps_reporting.holds_hidden to :run;
select bus.put_filter('jps_reporting.batches',
                      'not jps_reporting.holds_hidden(jps_reporting.batches.batch_id)');
select bus.hide_with('jps_reporting.media', 'jps_reporting.batches', 'batch_id');
select bus.hide_with('jps_reporting.medium_life', 'jps_reporting.media', 'medium_id');
select bus.hide_with('jps_reporting.slips', 'jps_reporting.media', 'medium_id');
