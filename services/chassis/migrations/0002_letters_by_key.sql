-- A key of any length has its letters found: a B-tree takes keys of a third of a page at most.
drop index bus.dead_letters_open;
create index dead_letters_of_key on bus.dead_letters using hash (key)
    where state in ('parked', 'waiting');
