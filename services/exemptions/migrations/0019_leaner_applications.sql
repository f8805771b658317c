-- A renewal adds and changes a row for every continuing applicant of a city, within minutes.

-- Nothing is looked for inside these: to sample and sort them is most of what an analyze costs.
alter table exemptions.applications
    alter column submission set statistics 0,
    alter column reviewed set statistics 0;
alter table exemptions.entries alter column submission set statistics 0;
alter table exemptions.persons
    alter column residence set statistics 0,
    alter column birth_date set statistics 0,
    alter column died_on set statistics 0;
alter table exemptions.qualifications alter column periods set statistics 0;

-- The sequence is generated always, and read by state or renewal.
alter table exemptions.applications drop constraint applications_sequence_key;
-- Most applications mend nothing.
drop index exemptions.applications_mends;
create unique index applications_mends on exemptions.applications (mends)
    where mends is not null and state <> 'withdrawn';

-- Applications are never removed, and what is asked or told for one is written beside it or found by
-- its question. To check that it is there locks it four times for each renewal.
alter table exemptions.application_questions
    drop constraint application_questions_application_id_fkey;
alter table exemptions.registered_households
    drop constraint registered_households_application_id_fkey;
