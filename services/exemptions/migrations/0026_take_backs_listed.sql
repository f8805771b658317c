-- Proposals to take an entry back are a work list; and what became of which months is kept with the agreement.
alter table exemptions.take_backs add column months jsonb check (months is null or agreed);
comment on column exemptions.take_backs.months is 'What became of which months when it was agreed to; null before this was kept';
create index take_backs_listed on exemptions.take_backs (agreed, sequence);
grant update (months) on exemptions.take_backs to :run;
