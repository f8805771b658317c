-- The integrated database: facts of other systems (所得, 生活保護, 障害者手帳, 国保, 介護), whose they
-- are, and the comparison of the four attributes (4情報) that says so. Nothing of it bears an
-- individual number.

-- Every version of every record, as received; nothing here is changed or removed.
create table identity.feed_versions (
    system           text collate "C" not null,
    addressee_number text collate "C" not null,
    -- Which of the person's records it is: income/2026, public_assistance …
    subject          text collate "C" not null,
    record_version   bigint not null,
    late             boolean not null,
    change           text not null,
    reported_on      date not null,
    -- The four attributes as the sending system knows them.
    told             json not null,
    content          json not null,
    content_digest   bytea not null,
    event_id         uuid not null,
    sent_at          timestamptz not null,
    recorded_at      timestamptz not null,
    primary key (addressee_number, system, subject, record_version)
);
grant select, insert on identity.feed_versions to :run;

-- A record as it stands: its newest version, and the newest that is somebody's.
create table identity.feed_records (
    system           text collate "C" not null,
    addressee_number text collate "C" not null,
    subject          text collate "C" not null,
    record_version   bigint not null,
    content_digest   bytea not null,
    attached_version bigint,
    primary key (addressee_number, system, subject)
) with (fillfactor = 85);
grant select, insert on identity.feed_records to :run;
grant update (record_version, content_digest, attached_version)
    on identity.feed_records to :run;

-- A number of a system, and whose it is. Each system has a number space of its own.
create table identity.feed_links (
    system            text collate "C" not null,
    addressee_number  text collate "C" not null,
    state             text not null
                      check (state in ('linked', 'held', 'near', 'nobody', 'dismissed')),
    -- No foreign key: it would have the register's changes wait for bulk loads, and nobody goes.
    person_id         uuid,
    -- The attributes told last, with which record, and the key of their name.
    told              json not null,
    attributes_digest bytea not null,
    subject           text collate "C" not null,
    record_version    bigint not null,
    kanji_key         text collate "C" not null,
    judged_at         timestamptz not null,
    -- From when it is to be compared again: the register may know more by then.
    due_at            timestamptz,
    linked_at         timestamptz,
    primary key (addressee_number, system),
    check ((state in ('linked', 'held')) = (person_id is not null))
) with (fillfactor = 85);
create index feed_links_person on identity.feed_links (person_id) where person_id is not null;
create index feed_links_name on identity.feed_links (kanji_key)
    where state in ('held', 'near', 'nobody');
create index feed_links_due on identity.feed_links (due_at) where due_at is not null;
grant select, insert on identity.feed_links to :run;
grant update (state, person_id, told, attributes_digest, subject, record_version, kanji_key,
              judged_at, due_at, linked_at) on identity.feed_links to :run;

-- Every comparison of the four attributes and its outcome, kept with the record that it is about.
create table identity.comparisons (
    comparison_id    uuid primary key,
    system           text collate "C" not null,
    addressee_number text collate "C" not null,
    subject          text collate "C" not null,
    record_version   bigint not null,
    -- With whom; null where nobody came near.
    person_id        uuid,
    name             text,
    address          text,
    birth_date       text,
    sex              text,
    outcome          text not null,
    entry_id         uuid,
    compared_at      timestamptz not null,
    check ((person_id is null) = (name is null))
);
create index comparisons_record
    on identity.comparisons (addressee_number, system, subject, record_version);
create index comparisons_entry on identity.comparisons (entry_id) where entry_id is not null;
create index comparisons_near on identity.comparisons (person_id) where entry_id is not null;
grant select, insert on identity.comparisons to :run;

-- The work list: numbers whose person is not certain. Proposed by one, settled by another.
create table identity.near_misses (
    entry_id           uuid primary key,
    system             text collate "C" not null,
    addressee_number   text collate "C" not null,
    state              text not null check (state in ('open', 'proposed', 'settled', 'resolved')),
    outcome            text not null check (outcome in ('near', 'ambiguous')),
    opened_at          timestamptz not null,
    -- When it was last compared, and with which record: its candidates are those comparisons.
    judged_at          timestamptz not null,
    subject            text collate "C" not null,
    record_version     bigint not null,
    -- What one has proposed: a person, or nobody.
    proposed_person_id uuid references identity.persons,
    proposed_by        text,
    proposed_at        timestamptz
) with (fillfactor = 85);
create unique index near_misses_open on identity.near_misses (addressee_number, system)
    where state in ('open', 'proposed');
create index near_misses_list on identity.near_misses (opened_at, entry_id)
    where state in ('open', 'proposed');
grant select, insert on identity.near_misses to :run;
grant update (state, outcome, judged_at, subject, record_version, proposed_person_id, proposed_by,
              proposed_at) on identity.near_misses to :run;

-- The entries for someone who does, or does not, see persons under a support measure: one that was
-- ever compared with someone sealed is not there. Whatever staff read, they read through this.
create function identity.visible_near_misses(sees_sealed boolean)
returns setof identity.near_misses language sql stable
as $$
    select * from identity.near_misses m
    where sees_sealed or not exists (
        select from identity.comparisons c
        where c.entry_id = m.entry_id
          and c.person_id in (select person_id from identity.persons where sealed)
    )
$$;
revoke execute on function identity.visible_near_misses from public;
grant execute on function identity.visible_near_misses to :run;

-- What became of an entry, step by step; nothing here is changed or removed.
create table identity.near_miss_steps (
    entry_id  uuid not null references identity.near_misses,
    step      text not null
              check (step in ('opened', 'proposed', 'rejected', 'settled', 'resolved')),
    -- Null: the house itself, because records agree by now.
    staff_id  text,
    person_id uuid references identity.persons,
    at        timestamptz not null
);
create index near_miss_steps_entry on identity.near_miss_steps (entry_id, at);
grant select, insert on identity.near_miss_steps to :run;

-- The four attributes as staff entered them (届書等), and what came of comparing them with a person.
create table identity.entered_comparisons (
    comparison_id uuid primary key,
    person_id     uuid not null references identity.persons,
    told          json not null,
    name          text not null,
    address       text not null,
    birth_date    text not null,
    sex           text not null,
    agreed        boolean not null,
    staff_id      text not null,
    compared_at   timestamptz not null
);
create index entered_comparisons_person on identity.entered_comparisons (person_id);
grant select, insert on identity.entered_comparisons to :run;

-- Files that were loaded (UTF-8 CSV): how far each came, and which of its lines are bad.
create table identity.feed_loads (
    load_id     uuid primary key,
    feed        text not null,
    file_digest bytea not null,
    lines       bigint not null default 0,
    records     bigint not null default 0,
    started_at  timestamptz not null,
    finished_at timestamptz,
    unique (feed, file_digest)
);
grant select, insert on identity.feed_loads to :run;
grant update (lines, records, finished_at) on identity.feed_loads to :run;
create table identity.feed_load_faults (
    load_id uuid not null references identity.feed_loads,
    line    bigint not null,
    reason  text not null,
    primary key (load_id, line, reason)
);
grant select, insert on identity.feed_load_faults to :run;
