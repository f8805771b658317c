-- A settled notice is taken back by two people: one proposes, another agrees or does not.
create table qualification.take_backs (
    notice_id   uuid not null references qualification.notices,
    proposed_at timestamptz not null,
    proposed_by text not null,
    reason      text not null,
    decided_at  timestamptz,
    decided_by  text,
    agreed      boolean,
    primary key (notice_id, proposed_at),
    check (decided_by <> proposed_by),
    check ((decided_at is null) = (decided_by is null)),
    check ((decided_at is null) = (agreed is null))
);
create unique index take_backs_open on qualification.take_backs (notice_id)
    where decided_at is null;
grant select, insert on qualification.take_backs to :run;
grant update (decided_at, decided_by, agreed) on qualification.take_backs to :run;
select bus.hide_with('qualification.take_backs', 'qualification.notices', 'notice_id');
