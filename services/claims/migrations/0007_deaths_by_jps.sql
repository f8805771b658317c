-- The day of death that JPS put in the place of the claim's: theirs, beside the municipality's (C40).
alter table claims.decisions add column died_on date;
comment on column claims.decisions.died_on is 'Null: as reported, or not told';
