-- A renewal adds to these within minutes, and changes each row of it once: at each half the planner still
-- looked four times within a minute, and learned nothing new: all is looked for by key.
alter table exemptions.applications set (autovacuum_analyze_scale_factor = 1);
alter table exemptions.application_questions
    set (autovacuum_analyze_scale_factor = 2, autovacuum_vacuum_insert_scale_factor = 1);
alter table exemptions.registered_households
    set (autovacuum_analyze_scale_factor = 2, autovacuum_vacuum_insert_scale_factor = 1);
