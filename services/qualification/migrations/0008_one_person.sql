-- Somebody may answer for another of whom alone the register has told so far.
alter table qualification.persons drop constraint persons_person_version_check;
alter table qualification.persons add constraint persons_person_version_check
    check (person_version >= 0) not valid;
alter table qualification.persons validate constraint persons_person_version_check;
