-- Audit records and the heads of their chains. Owned by the migrating role. The running role reads
-- and adds; what is there is not changed by anyone, the owner included.
create schema audit;
grant usage on schema audit to :run;

create table audit.records (
    shard           smallint not null check (shard >= 0),
    position        bigint not null check (position > 0),
    event_id        uuid not null,
    type            text not null,
    source          text not null,
    sent_at         timestamptz not null,
    recorded_at     timestamptz not null,
    body            bytea not null,
    chain_hash      bytea not null check (octet_length(chain_hash) = 32),
    at              timestamptz not null,
    operation       text not null,
    outcome         text not null,
    staff_id        text,
    department      text,
    person_id       uuid,
    number_accessed boolean not null,
    primary key (shard, position)
);
comment on table audit.records is 'One event of audit.events each, under the hash chain of its shard';
comment on column audit.records.position is 'From 1 in each shard, without a gap';
comment on column audit.records.body is 'The event exactly as it came';
comment on column audit.records.chain_hash is 'See services/audit/domain/chain.py';
comment on column audit.records.at is 'From here on: repeated from the body to find records by';

create unique index records_event on audit.records (event_id);
create index records_time on audit.records (at, shard, position);
create index records_person on audit.records (person_id, at, shard, position)
    where person_id is not null;
create index records_staff on audit.records (staff_id, at, shard, position)
    where staff_id is not null;
grant select, insert on audit.records to :run;

create table audit.chains (
    shard      smallint primary key check (shard >= 0),
    position   bigint not null check (position >= 0),
    chain_hash bytea not null check (octet_length(chain_hash) = 32)
);
comment on table audit.chains is 'The last record of each chain; its row lock keeps a chain from forking';
grant select, insert on audit.chains to :run;
grant update (position, chain_hash) on audit.chains to :run;

create function audit.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'audit records are kept as they are: % refused', lower(tg_op)
        using errcode = 'insufficient_privilege';
end
$$;
create trigger records_are_kept before update or delete or truncate on audit.records
    for each statement execute function audit.refuse_change();
create trigger chains_are_kept before delete or truncate on audit.chains
    for each statement execute function audit.refuse_change();

create function audit.chain_grows() returns trigger language plpgsql as $$
begin
    if new.position <= old.position or new.shard <> old.shard then
        raise exception 'a chain only grows' using errcode = 'insufficient_privilege';
    end if;
    return new;
end
$$;
create trigger chains_only_grow before update on audit.chains
    for each row execute function audit.chain_grows();
