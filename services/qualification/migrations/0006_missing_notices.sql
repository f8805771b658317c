-- Facts that call for a notice that has not come: a work list, with its history.
alter table qualification.facts drop constraint facts_kind_check;
alter table qualification.facts add constraint facts_kind_check check (
    kind in ('register', 'category', 'pension_number', 'acquisition', 'voluntary', 'old_age',
             'overseas', 'jps', 'health_insurance')
) not valid;
alter table qualification.facts validate constraint facts_kind_check;

alter table qualification.persons
    -- From which day on the nightly run has to look at the person's entries; null: nothing to see.
    add column list_due date,
    -- Whether there are open entries.
    add column listed boolean not null default false,
    -- From which day on identity is to be asked about 国民健康保険; null: nothing would follow.
    add column ask_on date,
    -- When identity was asked last.
    add column asked_on date;
create index persons_list_due on qualification.persons (list_due, person_id)
    where list_due is not null;
create index persons_ask_on on qualification.persons (ask_on, person_id) where ask_on is not null;
grant update (list_due, listed, ask_on, asked_on) on qualification.persons to :run;

-- Of how many persons identity was asked in a night: a run that is taken up asks no more than one.
alter table qualification.nightly_runs add column asked integer not null default 0;
grant update (asked) on qualification.nightly_runs to :run;

create table qualification.missing_notices (
    -- Made from person, kind and day: the same whenever it is worked out again.
    entry_id    uuid primary key,
    sequence    bigint generated always as identity unique,
    person_id   uuid not null references qualification.persons,
    kind        text not null,
    occurred_on date not null,
    -- The kind of notice that is due, and by when; null: the law sets no day.
    notice      text not null,
    due_on      date,
    -- Why: rule, article, sentence, figures, as they were when it was listed last.
    reason      jsonb not null,
    -- The last step, and when it was taken.
    step        text not null check (step in ('listed', 'reminded', 'reminded_again', 'ex_officio',
                                              'ended_by_notice', 'ended_by_fact')),
    step_on     date not null,
    open        boolean not null generated always as (step not like 'ended%') stored
);
create index missing_notices_person on qualification.missing_notices (person_id);
create index missing_notices_open on qualification.missing_notices (kind, sequence) where open;
grant select, insert on qualification.missing_notices to :run;
grant update (reason, due_on, notice, step, step_on) on qualification.missing_notices to :run;

-- Each step of an entry: added, never altered.
create table qualification.missing_notice_steps (
    entry_id    uuid not null references qualification.missing_notices,
    ordinal     integer not null check (ordinal >= 1),
    step        text not null check (step in ('listed', 'reminded', 'reminded_again', 'ex_officio',
                                              'ended_by_notice', 'ended_by_fact')),
    taken_on    date not null,
    -- Null: it followed by itself.
    taken_by    text,
    note        text,
    notice_id   uuid references qualification.notices,
    recorded_at timestamptz not null,
    primary key (entry_id, ordinal),
    check ((notice_id is not null) <= (step = 'ended_by_notice'))
);
grant select, insert on qualification.missing_notice_steps to :run;

-- Sealed means absent.
select bus.hide('qualification.missing_notices', 'person_id');
select bus.hide_with('qualification.missing_notice_steps', 'qualification.missing_notices',
                     'entry_id');
