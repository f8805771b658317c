-- Since when somebody is hidden, or no more: the moment of the event that told so last. What was
-- recorded after it by whoever does not see them is what is recorded about nobody.
alter table bus.hidden add column since timestamptz not null default now();
alter table bus.hidden alter column since drop default;
