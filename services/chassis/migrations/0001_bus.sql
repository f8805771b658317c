-- The chassis' own tables: outbox, lanes, marks, dead letters. Owned by the migrating role.
create schema bus;
grant usage on schema bus to :run;

-- One row a transaction: all its events packed (services/chassis/packing.py), in sending order.
create table bus.outbox (
    seq        bigint generated always as identity primary key,
    created_at timestamptz not null default now(),
    events     integer not null check (events > 0),
    packed     bytea not null
);
-- Compressing bytes that live for milliseconds costs more than it saves.
alter table bus.outbox alter column packed set storage external;
-- Rows live for milliseconds: keep the dead ones from piling up.
alter table bus.outbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
grant select, insert, delete on bus.outbox to :run;

-- The number that the next event on a topic and shard gets. Numbers have no gaps.
create table bus.lanes (
    topic       text not null,
    shard       smallint not null,
    next_number bigint not null default 1,
    primary key (topic, shard)
);
grant select, insert, update on bus.lanes to :run;

-- Counted up when this database is restored from a backup: numbers then begin anew.
create table bus.epoch (
    sole  boolean primary key default true check (sole),
    epoch integer not null default 1
);
insert into bus.epoch default values;
grant select on bus.epoch to :run;

-- The highest number seen from each producer on a topic and shard.
create table bus.marks (
    producer text not null,
    topic    text not null,
    shard    smallint not null,
    epoch    integer not null,
    number   bigint not null,
    primary key (producer, topic, shard)
);
grant select, insert, update on bus.marks to :run;

-- Events that were refused ('parked') and those of the same key that wait behind them.
create table bus.dead_letters (
    id           bigint generated always as identity primary key,
    key          text,
    shard        smallint not null,
    topic        text not null,
    kafka_offset bigint not null,
    headers      jsonb not null,
    body         bytea not null,
    mended       bytea,
    state        text not null check (state in ('parked', 'waiting', 'replayed', 'discarded')),
    code         text,
    reason       text,
    attempts     integer not null default 1,
    arrived_at   timestamptz not null default now(),
    settled_at   timestamptz,
    settled_by   text
);
create index dead_letters_open on bus.dead_letters (key, id) where state in ('parked', 'waiting');
grant select, insert, update on bus.dead_letters to :run;

-- A topic whose intake has stopped because too much of it was refused.
create table bus.breakers (
    topic       text primary key,
    opened_at   timestamptz not null default now(),
    code        text not null,
    park_anyway boolean not null default false
);
grant select, insert, update, delete on bus.breakers to :run;
