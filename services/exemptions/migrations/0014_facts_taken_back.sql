-- A settled review may turn out to rest on facts of somebody else (persons.facts): that is for staff too.
alter table exemptions.consequences drop constraint consequences_what_check;
alter table exemptions.consequences add constraint consequences_what_check
    check (what in ('fell_away', 'acquired_again', 'facts_taken_back'));
