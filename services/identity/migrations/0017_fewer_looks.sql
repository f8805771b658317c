-- While a city loads, the server counted anew whenever a table had grown by a tenth: a sixth of its
-- time. All here is looked for by key, so what the planner believes may be off by a half.
alter table identity.persons set (autovacuum_analyze_scale_factor = 0.5);
alter table identity.households set (autovacuum_analyze_scale_factor = 0.5);
alter table identity.residents set (autovacuum_analyze_scale_factor = 0.5);
alter table identity.record_versions set (autovacuum_analyze_scale_factor = 0.5);
alter table identity.names set (autovacuum_analyze_scale_factor = 0.5);
alter table identity.addresses set (autovacuum_analyze_scale_factor = 0.5);
alter table identity.pension_told set (autovacuum_analyze_scale_factor = 0.5);
