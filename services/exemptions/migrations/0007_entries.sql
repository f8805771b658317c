-- One life of an entry (受付から送付まで): notices of every procedure (手続) lie in one table, so that a further
-- one needs no table of its own; which kinds there are, the forms say. The running role cannot remove anything.
-- Code from before this finds no table while this runs and fails aloud: better than a notice that is lost.
create table exemptions.entries (
    entry_id         uuid primary key,
    sequence         bigint generated always as identity unique,
    kind             text not null,
    subject          text not null,
    person_id        uuid not null references exemptions.persons,
    fiscal_year      integer not null,
    receipt_number   integer not null check (receipt_number >= 1),
    apart            boolean not null,
    state            text not null
                     check (state in ('received', 'settled', 'forwarded', 'withdrawn')),
    submission       jsonb not null,
    received_on      date not null,
    notified_on      date not null check (notified_on <= received_on),
    accepted_by      text not null,
    accepted_at      timestamptz not null,
    settled_by       text,
    settled_at       timestamptz,
    acknowledged     text[],
    item_id          uuid unique,
    from_month       text check (from_month ~ '^[0-9]{4}-[0-9]{2}$'),
    to_month         text check (to_month ~ '^[0-9]{4}-[0-9]{2}$'),
    withdrawn_by     text,
    withdrawn_at     timestamptz,
    withdrawn_reason text,
    forwarded_on     date,
    unique (fiscal_year, apart, receipt_number),
    -- Who accepts does not settle (promise 9); a settled entry has who, when and what.
    check (settled_by <> accepted_by),
    check ((settled_by is not null) = (state in ('settled', 'forwarded'))),
    check ((settled_by is null) = (settled_at is null)),
    check (item_id is null or settled_by is not null),
    check (from_month is null or settled_by is not null),
    check (to_month is null or settled_by is not null),
    check ((state = 'withdrawn') = (withdrawn_by is not null)),
    check ((withdrawn_by is null) = (withdrawn_at is null)),
    check ((state = 'forwarded') = (forwarded_on is not null)),
    -- What JPS was sent was an item.
    check (forwarded_on is null or item_id is not null)
);
comment on column exemptions.entries.subject is 'What it is about: one of a subject and a person waits at a time';
comment on column exemptions.entries.submission is 'As handed in: values, documents, identity check (C05, C07)';
comment on column exemptions.entries.notified_on is '届出日・申出日';
comment on column exemptions.entries.acknowledged is 'Codes of the findings that whoever settled it looked at';
comment on column exemptions.entries.item_id is 'Of the report to JPS; null where nothing is reported';
comment on column exemptions.entries.from_month is 'First month that it brings about; of an end the first that is without';
comment on column exemptions.entries.apart is 'Numbered in the book of those who are hidden (支援措置別冊)';

create table exemptions.entry_documents (
    entry_id    uuid not null references exemptions.entries,
    code        text not null,
    state       text not null check (state in ('checked', 'missing', 'waived')),
    waiver      text,
    recorded_by text not null,
    recorded_at timestamptz not null,
    primary key (entry_id, code, recorded_at)
);
comment on table exemptions.entry_documents is 'Documents that came in after acceptance, as whoever settled found them (C07)';

insert into exemptions.entries (entry_id, kind, subject, person_id, fiscal_year,
    receipt_number, apart, state, submission, received_on, notified_on, accepted_by, accepted_at,
    settled_by, settled_at, acknowledged, item_id, from_month, to_month, withdrawn_by, withdrawn_at,
    withdrawn_reason, forwarded_on)
select * from (
    select notice_id, kind, 'additional_premium', person_id,
        fiscal_year, receipt_number, apart, state, submission, received_on, notified_on,
        accepted_by, accepted_at, settled_by, settled_at, acknowledged, item_id, from_month,
        null::text, withdrawn_by, withdrawn_at, withdrawn_reason, forwarded_on
    from exemptions.notices
    union all
    select notice_id, kind, subject, person_id, fiscal_year, receipt_number,
        apart, state, submission, received_on, notified_on, accepted_by, accepted_at, settled_by,
        settled_at, acknowledged, item_id, from_month, to_month, withdrawn_by, withdrawn_at,
        withdrawn_reason, forwarded_on
    from exemptions.exemption_notices
) as kept
order by accepted_at;
insert into exemptions.entry_documents
select * from exemptions.notice_documents
union all
select * from exemptions.exemption_notice_documents;
drop table exemptions.notice_documents, exemptions.exemption_notice_documents;
drop table exemptions.notices, exemptions.exemption_notices;

create index entries_person on exemptions.entries (person_id);
create index entries_state on exemptions.entries (state, sequence);
-- One of a subject at a time: the examination of an entry relies on the settled ones.
create unique index entries_open on exemptions.entries (person_id, subject)
    where state = 'received';
grant select, insert on exemptions.entries, exemptions.entry_documents to :run;
grant update (state, settled_by, settled_at, acknowledged, item_id, from_month, to_month,
              withdrawn_by, withdrawn_at, withdrawn_reason, forwarded_on)
    on exemptions.entries to :run;
select bus.hide('exemptions.entries', 'person_id');
select bus.hide_with('exemptions.entry_documents', 'exemptions.entries', 'entry_id');
