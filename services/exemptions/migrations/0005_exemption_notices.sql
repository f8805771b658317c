-- Notices of exemption by law: statutory (規則75条, 76条), maternity (73条の7), child-care (73条の9). Months
-- are not kept: they are computed from settled notices and from the timeline. The running role cannot
-- remove anything.
create table exemptions.exemption_notices (
    notice_id        uuid primary key,
    sequence         bigint generated always as identity unique,
    kind             text not null check (kind in ('statutory_start', 'statutory_end', 'maternity',
                                                   'child_care', 'child_care_end')),
    subject          text not null check (subject in ('statutory', 'maternity', 'child_care')),
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
    check (kind like subject || '%'),
    -- Who accepts does not settle (promise 9); a settled notice has who, when and what.
    check (settled_by <> accepted_by),
    check ((settled_by is not null) = (state in ('settled', 'forwarded'))),
    check ((settled_by is null) = (settled_at is null)),
    check ((settled_by is null) = (item_id is null)),
    check ((settled_by is null) = (from_month is null)),
    check ((state = 'withdrawn') = (withdrawn_by is not null)),
    check ((withdrawn_by is null) = (withdrawn_at is null)),
    check ((state = 'forwarded') = (forwarded_on is not null))
);
comment on column exemptions.exemption_notices.submission is 'As handed in: values, documents, identity check (C05, C07)';
comment on column exemptions.exemption_notices.from_month is 'First month exempt; of an end the first that is exempt no more';
comment on column exemptions.exemption_notices.apart is 'Numbered in the book of those who are hidden (支援措置別冊)';
create index exemption_notices_person on exemptions.exemption_notices (person_id);
create index exemption_notices_state on exemptions.exemption_notices (state, sequence);
-- One of a subject at a time: the examination of a notice relies on the settled ones.
create unique index exemption_notices_open on exemptions.exemption_notices (person_id, subject)
    where state = 'received';
grant select, insert on exemptions.exemption_notices to :run;
grant update (state, settled_by, settled_at, acknowledged, item_id, from_month, to_month,
              withdrawn_by, withdrawn_at, withdrawn_reason, forwarded_on)
    on exemptions.exemption_notices to :run;

-- Documents that came in after acceptance, as whoever settled found them (C07).
create table exemptions.exemption_notice_documents (
    notice_id   uuid not null references exemptions.exemption_notices,
    code        text not null,
    state       text not null check (state in ('checked', 'missing', 'waived')),
    waiver      text,
    recorded_by text not null,
    recorded_at timestamptz not null,
    primary key (notice_id, code, recorded_at)
);
grant select, insert on exemptions.exemption_notice_documents to :run;

select bus.hide('exemptions.exemption_notices', 'person_id');
select bus.hide_with('exemptions.exemption_notice_documents', 'exemptions.exemption_notices',
                     'notice_id');
