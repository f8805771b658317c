-- 承認・却下 of an application: what JPS granted (kind and months); an empty list is a refusal.
alter table jps_reporting.decisions add column exemption jsonb;
comment on column jps_reporting.decisions.exemption is 'contracts.events.ExemptionDecision; null: not told';
