-- While a city loads, the server counted anew whenever a table had grown by a tenth: a sixth of its
-- time. All here is looked for by key or by day, so what the planner believes may be off by a half.
alter table qualification.persons set (autovacuum_analyze_scale_factor = 0.5);
alter table qualification.facts set (autovacuum_analyze_scale_factor = 0.5);
alter table qualification.transitions set (autovacuum_analyze_scale_factor = 0.5);
