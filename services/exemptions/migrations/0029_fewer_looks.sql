-- A renewal adds to these within minutes. To look at a sample of them anew for every tenth that is added
-- is a seventh of what the database does meanwhile, and tells the planner nothing new.
alter table exemptions.applications set (autovacuum_analyze_scale_factor = 0.5);
alter table exemptions.application_questions set (autovacuum_analyze_scale_factor = 0.5);
alter table exemptions.registered_households set (autovacuum_analyze_scale_factor = 0.5);
