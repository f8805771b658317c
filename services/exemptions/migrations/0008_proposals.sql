-- What facts call for: asked of identity, compared with what is held, proposed to staff (a work list
-- with its history). Nothing of it changes anybody's months.

-- Of whom there is reason to ask about public assistance, and from which day on; null: not now.
create table exemptions.assistance_watch (
    person_id uuid primary key,
    ask_on    date
);
create index assistance_watch_due on exemptions.assistance_watch (ask_on, person_id)
    where ask_on is not null;
grant select, insert on exemptions.assistance_watch to :run;
grant update (ask_on) on exemptions.assistance_watch to :run;

-- What was asked and answered. An answer is kept while a proposal rests on it; what is left says that
-- it was asked, of whom and when (C08, C11).
create table exemptions.assistance_questions (
    request_id  uuid primary key,
    sequence    bigint generated always as identity unique,
    person_id   uuid not null,
    asked_at    timestamptz not null,
    answered_at timestamptz,
    refusal     text,
    answer      jsonb,
    disposed_at timestamptz,
    check (answer is null or (answered_at is not null and disposed_at is null))
);
create index assistance_questions_person on exemptions.assistance_questions (person_id, sequence);
grant select, insert on exemptions.assistance_questions to :run;
grant update (answered_at, refusal, answer, disposed_at)
    on exemptions.assistance_questions to :run;

create table exemptions.proposals (
    -- Made from person, rule and day: the same whenever it is worked out again.
    entry_id    uuid primary key,
    sequence    bigint generated always as identity unique,
    person_id   uuid not null references exemptions.persons,
    kind        text not null check (kind in ('begin', 'end', 'correct', 'apply', 'look')),
    -- The day of the fact, the first month that changes, and by when a notice is due; null: none.
    occurred_on date,
    month       text check (month ~ '^[0-9]{4}-[0-9]{2}$'),
    due_on      date,
    -- Why: rule, article, sentence, figures, as they were when it was listed last.
    reason      jsonb not null,
    -- The last step, and when it was taken.
    step        text not null check (step in ('listed', 'reminded', 'reminded_again', 'checked',
                                              'not_needed', 'ended_by_entry', 'ended_by_fact')),
    step_on     date not null,
    open        boolean not null generated always as
                    (step in ('listed', 'reminded', 'reminded_again')) stored
);
create index proposals_person on exemptions.proposals (person_id);
create index proposals_open on exemptions.proposals (sequence) where open;
grant select, insert on exemptions.proposals to :run;
grant update (month, due_on, reason, step, step_on) on exemptions.proposals to :run;

-- Each step of an entry: added, never altered.
create table exemptions.proposal_steps (
    entry_id    uuid not null references exemptions.proposals,
    ordinal     integer not null check (ordinal >= 1),
    step        text not null check (step in ('listed', 'reminded', 'reminded_again', 'checked',
                                              'not_needed', 'ended_by_entry', 'ended_by_fact')),
    taken_on    date not null,
    -- Null: it followed by itself.
    taken_by    text,
    note        text,
    -- The notice or application with which it ended.
    answered_by uuid,
    recorded_at timestamptz not null,
    primary key (entry_id, ordinal),
    check ((answered_by is not null) <= (step = 'ended_by_entry')),
    check (step not in ('checked', 'not_needed') or note is not null)
);
grant select, insert on exemptions.proposal_steps to :run;

-- Sealed means absent.
select bus.hide('exemptions.assistance_watch', 'person_id');
select bus.hide('exemptions.assistance_questions', 'person_id');
select bus.hide('exemptions.proposals', 'person_id');
select bus.hide_with('exemptions.proposal_steps', 'exemptions.proposals', 'entry_id');
