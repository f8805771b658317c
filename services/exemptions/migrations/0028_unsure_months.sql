-- A timeline that comes under review may no longer tell that months of a settled entry are of category 1:
-- that is for staff too, before the entry is sent.
alter table exemptions.consequences drop constraint consequences_what_check;
alter table exemptions.consequences add constraint consequences_what_check
    check (what in ('fell_away', 'acquired_again', 'facts_taken_back', 'timeline_unsure'));
