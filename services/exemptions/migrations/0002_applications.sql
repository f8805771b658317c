-- Applications for exemption, deferment and students' special payment (規則77条以下), and what the
-- integrated database answered for their review. The running role cannot remove anything; answers
-- are emptied once the review needs them no more (C08).
-- Of persons told before this, both are null until identity tells of them again (`republish`).
alter table exemptions.persons
    add column birth_date jsonb,
    add column resident_kind text check (resident_kind in ('1', '2'));
grant update (birth_date, resident_kind) on exemptions.persons to :run;

create table exemptions.applications (
    application_id   uuid primary key,
    sequence         bigint generated always as identity unique,
    kind             text not null
                     check (kind in ('exemption_application', 'student_application')),
    person_id        uuid not null references exemptions.persons,
    cycle            smallint not null,
    fiscal_year      integer not null,
    receipt_number   integer not null check (receipt_number >= 1),
    state            text not null
                     check (state in ('received', 'settled', 'forwarded', 'withdrawn')),
    submission       jsonb not null,
    received_on      date not null,
    applied_on       date not null check (applied_on <= received_on),
    continued_from   uuid references exemptions.applications,
    accepted_by      text not null,
    accepted_at      timestamptz not null,
    settled_by       text,
    settled_at       timestamptz,
    acknowledged     text[],
    item_id          uuid unique,
    reviewed         jsonb,
    withdrawn_by     text,
    withdrawn_at     timestamptz,
    withdrawn_reason text,
    forwarded_on     date,
    unique (fiscal_year, receipt_number),
    -- Who accepts does not settle (promise 9); a settled application has who, when and what.
    check (settled_by <> accepted_by),
    check ((settled_by is not null) = (state in ('settled', 'forwarded'))),
    check ((settled_by is null) = (settled_at is null)),
    check ((settled_by is null) = (item_id is null)),
    check ((settled_by is null) = (reviewed is null)),
    check ((state = 'withdrawn') = (withdrawn_by is not null)),
    check ((withdrawn_by is null) = (withdrawn_at is null)),
    check ((state = 'forwarded') = (forwarded_on is not null))
);
comment on column exemptions.applications.cycle is '年度: the year in which it begins';
comment on column exemptions.applications.submission is 'As handed in: values, documents, identity check (C05, C07)';
comment on column exemptions.applications.reviewed is 'The city''s review as it was settled: month by month, with its reasons (C40: not the decision)';
create index applications_person on exemptions.applications (person_id);
create index applications_state on exemptions.applications (state, sequence);
-- One of a kind and a cycle at a time: two reviews would contradict each other.
create unique index applications_open on exemptions.applications (person_id, kind, cycle)
    where state = 'received';
grant select, insert on exemptions.applications to :run;
grant update (state, settled_by, settled_at, acknowledged, item_id, reviewed, withdrawn_by,
              withdrawn_at, withdrawn_reason, forwarded_on) on exemptions.applications to :run;

-- What identity was asked for an application, and its answer while the review needs it.
create table exemptions.application_questions (
    request_id     uuid primary key,
    application_id uuid not null references exemptions.applications,
    whose          text not null check (whose in ('applicant', 'spouse', 'householder')),
    person_id      uuid not null,
    asked_at       timestamptz not null,
    answered_at    timestamptz,
    refusal        text,
    answer         jsonb,
    disposed_at    timestamptz,
    check (answer is null or answered_at is not null),
    check (answer is null or disposed_at is null)
);
comment on column exemptions.application_questions.answer is 'contracts.events.FactsAnswered without its ids; emptied when the application is forwarded or withdrawn';
create index application_questions_of on exemptions.application_questions (application_id, asked_at);
grant select, insert on exemptions.application_questions to :run;
grant update (answered_at, refusal, answer, disposed_at) on exemptions.application_questions to :run;

-- Documents that came in after acceptance, as whoever settled found them (C07).
create table exemptions.application_documents (
    application_id uuid not null references exemptions.applications,
    code           text not null,
    state          text not null check (state in ('checked', 'missing', 'waived')),
    waiver         text,
    recorded_by    text not null,
    recorded_at    timestamptz not null,
    primary key (application_id, code, recorded_at)
);
grant select, insert on exemptions.application_documents to :run;
