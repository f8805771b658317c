-- Whether any letter is open at all, which every batch asks first: without reading past those that
-- were settled long ago. There are few open ones, so it costs next to nothing to keep.
create index dead_letters_open on bus.dead_letters (id) where state in ('parked', 'waiting');
