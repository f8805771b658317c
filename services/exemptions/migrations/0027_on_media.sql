-- Whether the report of an entry is on a medium that was made and is not handed over yet: it is not taken back then.
alter table exemptions.entries add column on_medium integer;
alter table exemptions.applications add column on_medium integer;
comment on column exemptions.entries.on_medium is 'Serial of the medium that its report is on (媒体通番), told by jps_reporting; null: on none, or voided';
comment on column exemptions.applications.on_medium is 'Serial of the medium that its report is on (媒体通番), told by jps_reporting; null: on none, or voided';
grant update (on_medium) on exemptions.entries to :run;
grant update (on_medium) on exemptions.applications to :run;
