-- A settled entry is taken back (本登録取消) before it is sent: proposed by one, decided by another. It waits again
-- then; what it was settled with stays here, without the sentences that repeat what identity told.
create table exemptions.take_backs (
    take_back_id uuid primary key,
    sequence     bigint generated always as identity,
    entry_id     uuid not null,
    proposed_at  timestamptz not null,
    proposed_by  text not null,
    reason       text not null,
    decided_at   timestamptz,
    decided_by   text,
    agreed       boolean,
    item_id      uuid,
    settled_by   text,
    settled_at   timestamptz,
    acknowledged text[],
    brought      jsonb,
    sent_on      date,
    check (decided_by <> proposed_by),
    check ((decided_at is null) = (decided_by is null)),
    check ((decided_at is null) = (agreed is null)),
    check ((settled_by is not null) = coalesce(agreed, false)),
    check ((settled_by is null) = (settled_at is null)),
    check ((settled_by is null) = (brought is null)),
    check (item_id is null or settled_by is not null),
    check (sent_on is null or item_id is not null)
);
comment on column exemptions.take_backs.entry_id is 'Of an entry, or of an application';
comment on column exemptions.take_backs.item_id is 'Of the report that fell away; null where nothing is reported';
comment on column exemptions.take_backs.brought is 'What it was settled with: the values of its table''s own columns';
comment on column exemptions.take_backs.sent_on is 'Its medium was made already, and went all the same';
create unique index take_backs_open on exemptions.take_backs (entry_id) where decided_at is null;
create index take_backs_of on exemptions.take_backs (entry_id, sequence);
create unique index take_backs_item on exemptions.take_backs (item_id) where item_id is not null;
grant select, insert on exemptions.take_backs to :run;
grant update (decided_at, decided_by, agreed, item_id, settled_by, settled_at, acknowledged, brought, sent_on)
    on exemptions.take_backs to :run;
select bus.put_filter('exemptions.take_backs', $$ (
    exists (select from exemptions.entries o where o.entry_id = exemptions.take_backs.entry_id)
    or exists (select from exemptions.applications o
               where o.application_id = exemptions.take_backs.entry_id)) $$);
