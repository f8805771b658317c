-- Settled applications that wait to be sent are reviewed again by what is told then (再審査: 更正): what came
-- out otherwise than it was settled, for staff to settle anew or to say why not. Nothing changes by itself.
create table exemptions.reviews_again (
    review_id      uuid primary key,
    sequence       bigint generated always as identity unique,
    application_id uuid not null references exemptions.applications,
    -- gone: what is told now leads to what was settled again, or to something else.
    state          text not null check (state in ('open', 'noted', 'settled_anew', 'gone')),
    before_review  jsonb not null,
    after_review   jsonb not null,
    findings       jsonb not null,
    found_at       timestamptz not null,
    noted_by       text,
    noted_at       timestamptz,
    note           text,
    check ((state in ('noted', 'settled_anew')) <= (noted_by is not null)),
    check ((noted_by is null) = (noted_at is null)),
    check ((note is not null) <= (noted_by is not null))
);
comment on column exemptions.reviews_again.before_review is 'The months as they were settled; sentences that repeat what identity told are emptied when it is sent';
comment on column exemptions.reviews_again.after_review is 'The months as they were reviewed when it was found; emptied likewise';
create unique index reviews_again_standing on exemptions.reviews_again (application_id)
    where state in ('open', 'noted');
create index reviews_again_of on exemptions.reviews_again (application_id);
create index reviews_again_list on exemptions.reviews_again (state, sequence);
grant select, insert on exemptions.reviews_again to :run;
grant update (state, before_review, after_review, findings, noted_by, noted_at, note)
    on exemptions.reviews_again to :run;
select bus.hide_with('exemptions.reviews_again', 'exemptions.applications', 'application_id');
