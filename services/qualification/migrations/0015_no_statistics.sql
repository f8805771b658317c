-- Nobody is found by these, so the planner asks nothing about them. While a city loads, the server
-- sorts thirty thousand of each of them anew whenever the tables have grown by a tenth.
alter table qualification.persons
    alter column person_version set statistics 0,
    alter column timeline_version set statistics 0,
    alter column timeline_digest set statistics 0,
    alter column columns_version set statistics 0,
    alter column columns_digest set statistics 0;
alter table qualification.facts
    alter column body set statistics 0;
alter table qualification.transitions
    alter column reason set statistics 0,
    alter column origin set statistics 0,
    alter column category_before set statistics 0,
    alter column category_after set statistics 0,
    alter column accepted_on set statistics 0;
