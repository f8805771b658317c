-- A correction that two people agreed to and that is on no medium yet is given up (訂正の取下げ): proposed by one
-- with a reason, settled by another. It lapses where the correction is called for no more in the meantime.
create table jps_reporting.correction_give_ups (
    give_up_id  uuid primary key,
    sequence    bigint generated always as identity,
    item_id     uuid not null references jps_reporting.items,
    proposed_at timestamptz not null,
    proposed_by text not null,
    reason      text not null,
    decided_at  timestamptz,
    decided_by  text,
    agreed      boolean,
    lapsed_at   timestamptz,
    check (decided_by <> proposed_by),
    check ((decided_at is null) = (decided_by is null)),
    check ((decided_at is null) = (agreed is null)),
    check (decided_at is null or lapsed_at is null)
);
comment on column jps_reporting.correction_give_ups.item_id is 'The correction, which is an item of its own';
create unique index correction_give_ups_open on jps_reporting.correction_give_ups (item_id)
    where decided_at is null and lapsed_at is null;
create index correction_give_ups_of on jps_reporting.correction_give_ups (item_id, sequence);
grant select, insert on jps_reporting.correction_give_ups to :run;
grant update (decided_at, decided_by, agreed, lapsed_at) on jps_reporting.correction_give_ups to :run;
select bus.hide_with('jps_reporting.correction_give_ups', 'jps_reporting.items', 'item_id');
