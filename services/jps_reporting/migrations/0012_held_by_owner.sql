-- An item that its owner holds back (再審査の差異): it goes on no medium until the owner lets it go, whoever releases
-- what else it is held back for.
alter table jps_reporting.items add column held_on date;
comment on column jps_reporting.items.held_on is 'Since when its owner holds it back; null: it does not';
grant update (held_on) on jps_reporting.items to :run;

-- Only the ways of domain/items.py (MOVES) lead from state to state.
create or replace function jps_reporting.items_move() returns trigger language plpgsql as $$
begin
    if (old.state, new.state) not in (
        ('waiting', 'in_batch'), ('in_batch', 'waiting'), ('in_batch', 'blocked'),
        ('blocked', 'waiting'), ('waiting', 'blocked'), ('in_batch', 'sealed'), ('sealed', 'sent'),
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
