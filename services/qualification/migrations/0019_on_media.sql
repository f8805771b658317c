-- Whether what is reported is on a medium that was made and is not handed over yet: staff are told before they take
-- its notice back.
alter table qualification.transitions add column on_medium integer;
comment on column qualification.transitions.on_medium is 'Serial of its medium (媒体通番), told by jps_reporting; null: on none, or voided';
grant update (on_medium) on qualification.transitions to :run;
