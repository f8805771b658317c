-- Report items, batches, what identity answered, checks, media, provisions. Owned by the migrating
-- role; the running role gets what is granted below and nothing more: it cannot delete an item, a
-- medium or a provision, nor change what a fact or a provision says.
create schema jps_reporting;
grant usage on schema jps_reporting to :run;

-- 送付単位: what goes on one medium.
create table jps_reporting.batches (
    batch_id     uuid primary key,
    state        text not null check (state in
                 ('collecting', 'checked', 'has_errors', 'sealing', 'sealed', 'sent', 'cancelled')),
    layout_id    text not null,
    digest       text not null,
    version      integer not null default 1,
    chosen       jsonb not null,
    built_by     text not null,
    built_at     timestamptz not null,
    checked_at   timestamptz,
    closed_at    timestamptz
);
comment on column jps_reporting.batches.digest is 'Over layouts and substitution table, as last checked with';
comment on column jps_reporting.batches.version is 'Counts changes of content: a medium is recorded only for the version it was made of';
comment on column jps_reporting.batches.chosen is 'What the builder asked for: kinds, due date, limit';
create index batches_open on jps_reporting.batches (built_at) where state not in ('sent', 'cancelled');
grant select, insert on jps_reporting.batches to :run;
grant update (state, digest, version, checked_at, closed_at) on jps_reporting.batches to :run;

-- 報告項目: facts of the owning service, the table's verdict on them, and where they are now.
create table jps_reporting.items (
    item_id               uuid primary key,
    person_id             uuid not null,
    kind                  text not null,
    source                text not null check (source in ('qualification', 'exemptions', 'claims')),
    origin                text not null check (origin in ('notice', 'resident_register', 'age')),
    document_id           uuid,
    occurred_on           date not null,
    accepted_on           date not null,
    reason                text not null,
    category_before       smallint check (category_before between 1 and 3),
    category_after        smallint check (category_after between 1 and 3),
    basic_pension_number  text check (basic_pension_number ~ '^[0-9]{10}$'),
    from_month            text check (from_month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    pension_code          text check (pension_code ~ '^[0-9]{4}$'),
    claimant_relationship text,
    content_digest        bytea not null check (octet_length(content_digest) = 32),
    rule                  text not null,
    article               text not null,
    rule_reason           text not null,
    may_precede           boolean not null,
    due_on                date,
    due_article           text,
    due_statutory         boolean,
    due_note              text,
    state                 text not null check (state in
                          ('waiting', 'in_batch', 'sealed', 'sent', 'blocked', 'not_needed')),
    batch_id              uuid references jps_reporting.batches,
    blocked_code          text,
    trace                 text,
    received_at           timestamptz not null,
    state_since           timestamptz not null,
    check ((state in ('in_batch', 'sealed', 'sent')) = (batch_id is not null)),
    check ((state = 'blocked') = (blocked_code is not null)),
    check (state = 'blocked' or state = 'not_needed' or due_on is not null)
) with (fillfactor = 80);
comment on table jps_reporting.items is 'Report items; nothing received is ever dropped: what need not be reported is kept with its reason';
comment on column jps_reporting.items.content_digest is 'SHA-256 of what the item is about: the same item id about something else is refused';
comment on column jps_reporting.items.due_statutory is 'Whether the law counts the days, or the office';
create index items_open on jps_reporting.items (state, due_on, item_id);
create index items_batch on jps_reporting.items (batch_id, person_id) where batch_id is not null;
create index items_person on jps_reporting.items (person_id, kind, occurred_on);
grant select, insert on jps_reporting.items to :run;
grant update (state, batch_id, blocked_code, state_since) on jps_reporting.items to :run;

-- Only the ways of domain/items.py (MOVES) lead from state to state.
create function jps_reporting.items_move() returns trigger language plpgsql as $$
begin
    if (old.state, new.state) not in (
        ('waiting', 'in_batch'), ('in_batch', 'waiting'), ('in_batch', 'blocked'),
        ('blocked', 'waiting'), ('in_batch', 'sealed'), ('sealed', 'sent')
    ) then
        raise exception 'an item does not go from % to %', old.state, new.state;
    end if;
    return new;
end $$;
create trigger move before update of state on jps_reporting.items
    for each row when (old.state is distinct from new.state)
    execute function jps_reporting.items_move();

-- 履歴: every state an item came into.
create table jps_reporting.item_history (
    item_id  uuid not null references jps_reporting.items,
    at       timestamptz not null,
    state    text not null,
    batch_id uuid,
    code     text,
    staff_id text
);
create index item_history_item on jps_reporting.item_history (item_id, at);
grant select, insert on jps_reporting.item_history to :run;

-- What identity was asked for a batch, and what it answered. The answer is erased once it has
-- served (C41): name, address and birth date are identity's to keep.
create table jps_reporting.linkage (
    request_id   uuid primary key,
    batch_id     uuid not null references jps_reporting.batches,
    person_id    uuid not null,
    items        text[] not null,
    requested_at timestamptz not null,
    outcome      text check (outcome in ('answered', 'no_record', 'refused')),
    refusal      text,
    answer       jsonb,
    answered_at  timestamptz,
    erased_at    timestamptz,
    unique (batch_id, person_id),
    check ((outcome is null) = (answered_at is null)),
    check (erased_at is null or answer is null)
);
grant select, insert on jps_reporting.linkage to :run;
grant update (outcome, refusal, answer, answered_at, erased_at) on jps_reporting.linkage to :run;

-- What the logical checks found (C26), as last checked.
create table jps_reporting.findings (
    batch_id  uuid not null references jps_reporting.batches,
    item_id   uuid not null references jps_reporting.items,
    code      text not null,
    severity  text not null check (severity in ('error', 'warning')),
    field     text not null default '',
    character text not null default '',
    primary key (batch_id, item_id, code, field, character)
);
grant select, insert, delete on jps_reporting.findings to :run;

-- Every character that is written in place of another on the batch's medium.
create table jps_reporting.substitutions (
    batch_id    uuid not null references jps_reporting.batches,
    item_id     uuid not null references jps_reporting.items,
    field       text not null,
    character   text not null,
    replacement text not null,
    times       smallint not null check (times > 0),
    primary key (batch_id, item_id, field, character)
);
grant select, insert, delete on jps_reporting.substitutions to :run;

-- 媒体通番: counted up, never used again.
create table jps_reporting.serials (
    one  boolean primary key default true check (one),
    last bigint not null default 0
);
insert into jps_reporting.serials default values;
grant select, update (last) on jps_reporting.serials to :run;

-- One medium a batch: ordered first, so that a repeat after a crash has the same serial; the
-- encrypted file, with its digest, when the vault has made it.
create table jps_reporting.media (
    medium_id      uuid primary key,
    batch_id       uuid not null unique references jps_reporting.batches,
    serial         bigint not null unique,
    file_name      text not null,
    created_on     date not null,
    ordered_at     timestamptz not null,
    layout_id      text not null,
    layout_title   text not null,
    layout_status  text not null,
    sealed_by      text,
    sealed_at      timestamptz,
    record_count   integer check (record_count > 0),
    sha256         bytea check (octet_length(sha256) = 32),
    size           integer check (size > 0),
    content        bytea,
    check ((sealed_at is null) = (sha256 is null)),
    check ((sealed_at is null) = (sealed_by is null)),
    check (content is null or sealed_at is not null)
);
-- Encrypted bytes do not compress.
alter table jps_reporting.media alter column content set storage external;
comment on column jps_reporting.media.content is 'AES-256 ZIP under the password that JPS designated; the password is the vault''s alone (C25)';
grant select, insert on jps_reporting.media to :run;
grant update (file_name, created_on, layout_id, layout_title, layout_status,
              sealed_by, sealed_at, record_count, sha256, size, content) on jps_reporting.media to :run;

-- A medium is sealed once: what was recorded of it stands.
create function jps_reporting.media_sealed_once() returns trigger language plpgsql as $$
begin
    if old.sealed_at is not null then
        raise exception 'the medium is sealed already';
    end if;
    return new;
end $$;
create trigger sealed_once before update on jps_reporting.media
    for each row execute function jps_reporting.media_sealed_once();

-- C08: the life of a medium.
create table jps_reporting.medium_life (
    medium_id uuid not null references jps_reporting.media,
    at        timestamptz not null,
    what      text not null check (what in ('ordered', 'sealed', 'downloaded', 'handed_over')),
    staff_id  text not null
);
create index medium_life_medium on jps_reporting.medium_life (medium_id, at);
grant select, insert on jps_reporting.medium_life to :run;

-- C23: what was given of whom, when, to whom, under which clause. An item is provided once.
create table jps_reporting.provisions (
    item_id    uuid primary key references jps_reporting.items,
    person_id  uuid not null,
    medium_id  uuid not null references jps_reporting.media,
    position   integer not null check (position > 0),
    recipient  text not null,
    clause     text not null,
    article    text not null,
    items      text[] not null,
    number     boolean not null,
    at         timestamptz not null,
    unique (medium_id, position)
);
comment on column jps_reporting.provisions.position is 'Of the record on the medium, from 1';
comment on column jps_reporting.provisions.number is 'Whether the record holds an individual number';
create index provisions_person on jps_reporting.provisions (person_id, at);
grant select, insert on jps_reporting.provisions to :run;

-- 受渡票 (C22), one a medium.
create table jps_reporting.slips (
    medium_id    uuid primary key references jps_reporting.media,
    handed_on    date not null,
    record_count integer not null,
    receiver     text not null,
    transport    text not null,
    handed_by    text not null,
    department   text not null,
    at           timestamptz not null
);
grant select, insert on jps_reporting.slips to :run;
