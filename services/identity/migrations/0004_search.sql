-- Search: part of a name and the given name alone, addresses by their parts, sex, household, a day
-- of the year; and how much each staff member searches. After it, run
-- `python -m services.identity refold`: it folds what records of before are searched by.
set local statement_timeout = 0;

-- The pairs of characters of a key, the last character alone too. The server compares by code
-- point (locale C), in which pg_trgm knows no kanji; and names are short: pairs find what threes
-- do not.
create function identity.grams(key text) returns tsvector
language sql immutable strict parallel safe
as $$
    select array_to_tsvector(coalesce(array_agg(substr(key, i, 2)), '{}'))
    from generate_series(1, length(key)) as i
$$;
create function identity.name_grams(kanji_key text, latin_key text) returns tsvector
language sql immutable strict parallel safe
as $$
    select identity.grams(case latin_key when '' then kanji_key
                          else kanji_key || ' ' || latin_key end)
$$;
revoke execute on function identity.grams, identity.name_grams from public;
grant execute on function identity.grams, identity.name_grams to :run;

alter table identity.names
    add column given_kanji_key text collate "C" not null default '',
    add column given_kana_key  text collate "C" not null default '';
create index names_given_kanji on identity.names (given_kanji_key) where given_kanji_key <> '';
create index names_given_kana on identity.names (given_kana_key) where given_kana_key <> '';
create index names_parts on identity.names
    using gin (identity.name_grams(kanji_key, latin_key));
create index names_kana_parts on identity.names
    using gin (identity.grams(kana_key)) where kana_key <> '';
grant update (given_kanji_key, given_kana_key) on identity.names to :run;

alter table identity.residents
    add column sex text,
    add column addresses_digest bytea not null default '';
update identity.residents r set sex = v.record->>'sex'
from identity.record_versions v
where v.addressee_number = r.addressee_number and v.system = r.system
  and v.record_version = r.record_version;
create index residents_birthday on identity.residents
    ((extract(month from birth_sort)::int * 100 + extract(day from birth_sort)::int));
grant update (sex, addresses_digest) on identity.residents to :run;

-- Towns (町字) and buildings (方書) as they are written, folded, each once.
create table identity.address_parts (
    part_id  integer generated always as identity primary key,
    kind     text not null check (kind in ('town', 'building')),
    part_key text collate "C" not null,
    unique (part_key, kind)
);
create index address_parts_grams on identity.address_parts using gin (identity.grams(part_key));
grant select, insert on identity.address_parts to :run;

-- The addresses of records by their parts, former ones too; the address itself is in the record.
create table identity.addresses (
    system           text collate "C" not null,
    addressee_number text collate "C" not null,
    -- Of the record: 現住所, 前住所, 転入元, 転出先.
    kind             text not null check (kind in ('address', 'previous', 'move_in', 'move_out')),
    since_version    bigint not null,
    current          boolean not null,
    town_id          integer not null,
    number_key       text collate "C" not null,
    building_id      integer,
    room_key         text collate "C" not null,
    primary key (addressee_number, system, kind, since_version)
) with (fillfactor = 90);
create index addresses_town on identity.addresses (town_id, number_key);
create index addresses_building on identity.addresses (building_id, room_key)
    where building_id is not null;
grant select, insert on identity.addresses to :run;
grant update (current, town_id, number_key, building_id, room_key) on identity.addresses to :run;

-- Counted by minute, forgotten once they count no more.
create table identity.search_counts (
    staff_id text collate "C" not null,
    minute   timestamptz not null,
    searches integer not null,
    persons  integer not null,
    primary key (staff_id, minute)
);
grant select, insert, update, delete on identity.search_counts to :run;
