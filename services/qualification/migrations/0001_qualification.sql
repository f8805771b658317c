-- Facts on persons, what was concluded from them and reported, and the notices they came by.
-- Timelines are not kept: they are computed from the facts. What is kept of them is what tells that
-- a timeline has changed, and on which day the next change happens by itself.
create schema qualification;
grant usage on schema qualification to :run;

create table qualification.persons (
    person_id        uuid primary key,
    -- The version of the person that the last register fact had: older ones change nothing.
    person_version   bigint not null check (person_version >= 1),
    -- The next day on which something happens by itself (20, 60, the day after a move abroad).
    next_due         date,
    -- The last QualificationChanged: its version, and a digest of what it said. 0: none was sent.
    timeline_version integer not null default 0 check (timeline_version >= 0),
    timeline_digest  bytea,
    check ((timeline_version = 0) = (timeline_digest is null))
) with (fillfactor = 85);
create index persons_due on qualification.persons (next_due, person_id) where next_due is not null;
grant select, insert on qualification.persons to :run;
grant update (person_version, next_due, timeline_version, timeline_digest)
    on qualification.persons to :run;

-- Facts are added and never altered (architecture, promise 4): the running role cannot.
create table qualification.facts (
    person_id   uuid not null,
    kind        text collate "C" not null check (kind in ('register', 'category', 'pension_number')),
    -- Of a register fact the version of the person, of the others the sequence of their notice.
    ordinal     bigint not null,
    -- The day it is about; null where that day is not certain.
    concerns    date,
    recorded_at timestamptz not null,
    body        jsonb not null,
    primary key (person_id, kind, ordinal)
);
grant select, insert on qualification.facts to :run;

-- Acquisitions, losses and changes that were concluded for category 1, each reported once.
create table qualification.transitions (
    item_id         uuid primary key,
    person_id       uuid not null,
    kind            text not null check (kind in ('acquisition', 'loss', 'category_change')),
    occurred_on     date not null,
    reason          text not null,
    origin          text not null check (origin in ('notice', 'resident_register', 'age')),
    category_before smallint check (category_before between 1 and 3),
    category_after  smallint check (category_after between 1 and 3),
    notice_id       uuid,
    accepted_on     date not null,
    reported_at     timestamptz not null,
    -- False: the facts as they are known now no longer give it.
    stands          boolean not null default true,
    forwarded_on    date,
    batch_id        uuid,
    medium_serial   integer,
    forwarded_at    timestamptz,
    check ((forwarded_on is null) = (batch_id is null))
);
create index transitions_person on qualification.transitions (person_id);
create index transitions_notice on qualification.transitions (notice_id)
    where notice_id is not null;
grant select, insert on qualification.transitions to :run;
grant update (stands, forwarded_on, batch_id, medium_serial, forwarded_at)
    on qualification.transitions to :run;

-- 受付番号: counted up within a fiscal year, without gaps (the row's lock holds to the commit).
create table qualification.receipt_numbers (
    fiscal_year integer primary key,
    last_number integer not null check (last_number >= 1)
);
grant select, insert on qualification.receipt_numbers to :run;
grant update (last_number) on qualification.receipt_numbers to :run;

create table qualification.notices (
    notice_id        uuid primary key,
    sequence         bigint generated always as identity unique,
    kind             text not null,
    person_id        uuid not null references qualification.persons,
    fiscal_year      integer not null,
    receipt_number   integer not null check (receipt_number >= 1),
    state            text not null
                     check (state in ('received', 'settled', 'forwarded', 'withdrawn')),
    -- As handed in: values, documents, how number and person were verified (C05, C07).
    submission       jsonb not null,
    received_on      date not null,
    occurred_on      date not null,
    due_on           date not null,
    accepted_by      text not null,
    accepted_at      timestamptz not null,
    settled_by       text,
    settled_at       timestamptz,
    withdrawn_by     text,
    withdrawn_at     timestamptz,
    withdrawn_reason text,
    forwarded_on     date,
    unique (fiscal_year, receipt_number),
    -- Who accepts does not settle (promise 9); a settled notice has who and when, and so on.
    check (settled_by <> accepted_by),
    check ((settled_by is not null) = (state in ('settled', 'forwarded'))),
    check ((settled_by is null) = (settled_at is null)),
    check ((state = 'withdrawn') = (withdrawn_by is not null)),
    check ((withdrawn_by is null) = (withdrawn_at is null)),
    check ((state = 'forwarded') = (forwarded_on is not null)),
    check (occurred_on <= received_on)
);
create index notices_person on qualification.notices (person_id);
create index notices_state on qualification.notices (state, sequence);
-- One fact, one notice: a second receipt of the same is a mistake at the counter.
create unique index notices_fact on qualification.notices (person_id, kind, occurred_on)
    where state <> 'withdrawn';
grant select, insert on qualification.notices to :run;
grant update (state, settled_by, settled_at, withdrawn_by, withdrawn_at, withdrawn_reason,
              forwarded_on) on qualification.notices to :run;

-- Documents that came in after acceptance, as the settling staff member found them (C07).
create table qualification.notice_documents (
    notice_id   uuid not null references qualification.notices,
    code        text not null,
    state       text not null check (state in ('checked', 'missing', 'waived')),
    waiver      text,
    recorded_by text not null,
    recorded_at timestamptz not null,
    primary key (notice_id, code, recorded_at)
);
grant select, insert on qualification.notice_documents to :run;

-- The days for which a nightly run was begun: what people are told of is concluded up to the
-- latest of them, and never taken back to an earlier one.
create table qualification.nightly_runs (
    run_date    date primary key,
    started_at  timestamptz not null,
    finished_at timestamptz,
    persons     integer not null default 0,
    failed      integer not null default 0
);
grant select, insert on qualification.nightly_runs to :run;
grant update (finished_at, persons, failed) on qualification.nightly_runs to :run;
