-- Numbers are looked for by token and by blind index alone: what the planner believes of the table
-- may be off by a half, and counting anew at each tenth costs more while a city loads.
alter table token_vault.numbers set (autovacuum_analyze_scale_factor = 0.5);
