-- What JPS sends back (処理結果一覧): files as they were taken, decisions on items, and the rows that
-- fit no item. Items get the states that JPS's decisions bring.

-- A file is known by its digest: the same again brings nothing new, one broken off is gone on with.
create table jps_reporting.told_files (
    file_id       uuid primary key,
    layout_id     text not null,
    layout_status text not null,
    digest        bytea not null unique check (octet_length(digest) = 32),
    started_by    text,
    started_at    timestamptz not null,
    lines         bigint not null default 0,
    taken         bigint not null default 0,
    known         bigint not null default 0,
    listed        bigint not null default 0,
    faults        bigint not null default 0,
    finished_at   timestamptz
);
comment on column jps_reporting.told_files.started_by is 'Null: an operator, by the command';
comment on column jps_reporting.told_files.lines is 'Up to which line it is taken in';
grant select, insert on jps_reporting.told_files to :run;
grant update (lines, taken, known, listed, faults, finished_at) on jps_reporting.told_files to :run;

-- Bad rows: line and reason, never what stood there.
create table jps_reporting.told_file_faults (
    file_id uuid not null references jps_reporting.told_files,
    line    bigint not null,
    reason  text not null,
    primary key (file_id, line)
);
grant select, insert on jps_reporting.told_file_faults to :run;

-- 処理結果: what JPS decided on an item on a day. Added to, never altered.
create table jps_reporting.decisions (
    decision_id           uuid primary key,
    item_id               uuid not null references jps_reporting.items,
    outcome               text not null check (outcome in ('accepted', 'returned', 'corrected')),
    decided_on            date not null,
    return_code           text,
    return_reason         text,
    corrected_occurred_on date,
    corrected_category    smallint check (corrected_category between 1 and 3),
    assigned_number       text check (assigned_number ~ '^[0-9]{10}$'),
    file_id               uuid not null references jps_reporting.told_files,
    line                  bigint not null,
    recorded_at           timestamptz not null,
    unique (item_id, decided_on),
    check ((outcome = 'returned') = (return_code is not null)),
    check ((outcome = 'corrected')
           = (corrected_occurred_on is not null or corrected_category is not null))
);
grant select, insert on jps_reporting.decisions to :run;

-- 不一致: rows that fit no item, until somebody says what was done about them.
create table jps_reporting.unmatched (
    unmatched_id uuid primary key,
    file_id      uuid not null references jps_reporting.told_files,
    line         bigint not null,
    code         text not null,
    -- Whose item the named record is; null: there is none.
    person_id    uuid,
    said         jsonb not null,
    listed_at    timestamptz not null,
    settled_at   timestamptz,
    settled_by   text,
    done         text,
    unique (file_id, line),
    check ((settled_at is null) = (settled_by is null)),
    check ((settled_at is null) = (done is null))
);
comment on column jps_reporting.unmatched.said is 'The row as read: numbers, codes and days, no name or address';
create index unmatched_open on jps_reporting.unmatched (listed_at, unmatched_id)
    where settled_at is null;
grant select, insert on jps_reporting.unmatched to :run;
grant update (settled_at, settled_by, done) on jps_reporting.unmatched to :run;

alter table jps_reporting.items drop constraint items_state_check;
alter table jps_reporting.items add constraint items_state_check check (state in (
    'waiting', 'in_batch', 'sealed', 'sent', 'blocked', 'not_needed', 'accepted', 'returned',
    'corrected')) not valid;
alter table jps_reporting.items validate constraint items_state_check;
alter table jps_reporting.items drop constraint items_check;
alter table jps_reporting.items add constraint items_check check (
    (state in ('in_batch', 'sealed', 'sent', 'accepted', 'returned', 'corrected'))
    = (batch_id is not null)) not valid;
alter table jps_reporting.items validate constraint items_check;

-- Only the ways of domain/items.py (MOVES) lead from state to state.
create or replace function jps_reporting.items_move() returns trigger language plpgsql as $$
begin
    if (old.state, new.state) not in (
        ('waiting', 'in_batch'), ('in_batch', 'waiting'), ('in_batch', 'blocked'),
        ('blocked', 'waiting'), ('in_batch', 'sealed'), ('sealed', 'sent')
    ) and not (
        old.state in ('sent', 'accepted', 'returned', 'corrected')
        and new.state in ('accepted', 'returned', 'corrected')
    ) then
        raise exception 'an item does not go from % to %', old.state, new.state;
    end if;
    return new;
end $$;

select bus.hide_with('jps_reporting.decisions', 'jps_reporting.items', 'item_id');
select bus.hide('jps_reporting.unmatched', 'person_id');
