-- A renewal is kept, and some seconds later changed by its review: beside where it lies, without writing
-- an index again.

-- No index says how the review stands any more. Whoever looks for those that wait finds them by their
-- state; who looks for a cycle, by this.
drop index exemptions.applications_renewal;
create index applications_renewed on exemptions.applications (cycle, sequence)
    where continued_from is not null;
-- Room for what it was and what it is, in a page.
alter table exemptions.applications set (fillfactor = 50);

-- Persons and applications are never removed. What takes in an application has asked whether the person
-- is known (EX-0101), and a renewal holds the application that it continues: to check that they are there
-- locks a row of each for every renewal.
alter table exemptions.applications
    drop constraint applications_person_id_fkey,
    drop constraint applications_continued_from_fkey;
