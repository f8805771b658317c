-- What is known of persons, and notices on the additional premium. Periods are not kept: they are
-- computed from settled notices and from what is known. The running role cannot remove anything.
create schema exemptions;
grant usage on schema exemptions to :run;

-- What person events told last: only what the examination of a notice needs.
create table exemptions.persons (
    person_id      uuid primary key,
    person_version bigint not null check (person_version >= 1),
    residence      jsonb not null,
    died_on        jsonb
) with (fillfactor = 85);
comment on column exemptions.persons.residence is 'Stays in the city, as contracts.events.ResidencePeriod';
comment on column exemptions.persons.died_on is 'contracts.dates.UncertainDate; null: not known to be dead';
grant select, insert on exemptions.persons to :run;
grant update (person_version, residence, died_on) on exemptions.persons to :run;

-- What qualification events told last.
create table exemptions.qualifications (
    person_id        uuid primary key,
    timeline_version integer not null check (timeline_version >= 1),
    periods          jsonb not null,
    review           text[] not null
) with (fillfactor = 85);
comment on column exemptions.qualifications.review is 'What a person has to look at before the timeline can be relied on';
grant select, insert on exemptions.qualifications to :run;
grant update (timeline_version, periods, review) on exemptions.qualifications to :run;

-- 受付番号: counted up within a fiscal year, without gaps (the row's lock holds to the commit).
create table exemptions.receipt_numbers (
    fiscal_year integer primary key,
    last_number integer not null check (last_number >= 1)
);
grant select, insert on exemptions.receipt_numbers to :run;
grant update (last_number) on exemptions.receipt_numbers to :run;

create table exemptions.notices (
    notice_id        uuid primary key,
    sequence         bigint generated always as identity unique,
    kind             text not null
                     check (kind in ('additional_premium_start', 'additional_premium_end')),
    person_id        uuid not null references exemptions.persons,
    fiscal_year      integer not null,
    receipt_number   integer not null check (receipt_number >= 1),
    state            text not null
                     check (state in ('received', 'settled', 'forwarded', 'withdrawn')),
    submission       jsonb not null,
    received_on      date not null,
    notified_on      date not null check (notified_on <= received_on),
    insured_as       text not null,
    stop_from        text check (stop_from ~ '^[0-9]{4}-[0-9]{2}$'),
    accepted_by      text not null,
    accepted_at      timestamptz not null,
    settled_by       text,
    settled_at       timestamptz,
    acknowledged     text[],
    item_id          uuid unique,
    from_month       text check (from_month ~ '^[0-9]{4}-[0-9]{2}$'),
    withdrawn_by     text,
    withdrawn_at     timestamptz,
    withdrawn_reason text,
    forwarded_on     date,
    unique (fiscal_year, receipt_number),
    -- Who accepts does not settle (promise 9); a settled notice has who, when and what, and so on.
    check (settled_by <> accepted_by),
    check ((settled_by is not null) = (state in ('settled', 'forwarded'))),
    check ((settled_by is null) = (settled_at is null)),
    check ((settled_by is null) = (item_id is null)),
    check ((settled_by is null) = (from_month is null)),
    check ((state = 'withdrawn') = (withdrawn_by is not null)),
    check ((withdrawn_by is null) = (withdrawn_at is null)),
    check ((state = 'forwarded') = (forwarded_on is not null))
);
comment on column exemptions.notices.submission is 'As handed in: values, documents, identity check (C05, C07)';
comment on column exemptions.notices.notified_on is '申出日';
comment on column exemptions.notices.acknowledged is 'Codes of the findings that whoever settled it looked at';
comment on column exemptions.notices.from_month is 'First month with (start) or without (end) the premium';
create index notices_person on exemptions.notices (person_id);
create index notices_state on exemptions.notices (state, sequence);
-- One at a time: the examination of a notice relies on the person's settled ones.
create unique index notices_open on exemptions.notices (person_id) where state = 'received';
grant select, insert on exemptions.notices to :run;
grant update (state, settled_by, settled_at, acknowledged, item_id, from_month, withdrawn_by,
              withdrawn_at, withdrawn_reason, forwarded_on) on exemptions.notices to :run;

-- Documents that came in after acceptance, as whoever settled found them (C07).
create table exemptions.notice_documents (
    notice_id   uuid not null references exemptions.notices,
    code        text not null,
    state       text not null check (state in ('checked', 'missing', 'waived')),
    waiver      text,
    recorded_by text not null,
    recorded_at timestamptz not null,
    primary key (notice_id, code, recorded_at)
);
grant select, insert on exemptions.notice_documents to :run;
