-- Items whose fact no longer stands: withdrawn where they were not sent (取下げ); where they were, the
-- day is noted, and a correction is called for.
alter table jps_reporting.items add column fell_away_on date;
comment on column jps_reporting.items.fell_away_on is 'Since when the owner''s facts no longer give it';
create index items_fell_away on jps_reporting.items (fell_away_on, item_id)
    where fell_away_on is not null;
grant update (fell_away_on) on jps_reporting.items to :run;

alter table jps_reporting.items drop constraint items_state_check;
alter table jps_reporting.items add constraint items_state_check check (state in (
    'waiting', 'in_batch', 'sealed', 'sent', 'blocked', 'not_needed', 'accepted', 'returned',
    'corrected', 'withdrawn')) not valid;
alter table jps_reporting.items validate constraint items_state_check;
alter table jps_reporting.items drop constraint items_check2;
alter table jps_reporting.items add constraint items_check2 check (
    state in ('blocked', 'not_needed', 'withdrawn') or due_on is not null) not valid;
alter table jps_reporting.items validate constraint items_check2;

-- Only the ways of domain/items.py (MOVES) lead from state to state.
create or replace function jps_reporting.items_move() returns trigger language plpgsql as $$
begin
    if (old.state, new.state) not in (
        ('waiting', 'in_batch'), ('in_batch', 'waiting'), ('in_batch', 'blocked'),
        ('blocked', 'waiting'), ('in_batch', 'sealed'), ('sealed', 'sent'),
        ('waiting', 'withdrawn'), ('blocked', 'withdrawn'), ('withdrawn', 'blocked')
    ) and not (
        old.state in ('sent', 'accepted', 'returned', 'corrected')
        and new.state in ('accepted', 'returned', 'corrected')
    ) then
        raise exception 'an item does not go from % to %', old.state, new.state;
    end if;
    return new;
end $$;
