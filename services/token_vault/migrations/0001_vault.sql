-- The vault's keys, numbers, quotas. Owned by the migrating role; the running role gets what is
-- granted below and nothing more: it cannot delete a number or a key, nor change what a row is.
create schema token_vault;
grant usage on schema token_vault to :run;

-- Inbound sealing keys: upstream and browsers seal to the public half.
create table token_vault.sealing_keys (
    key_id         text primary key check (key_id ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
    suite          text not null check (suite in ('hybrid', 'x25519')),
    public         bytea not null check (octet_length(public) = case suite when 'hybrid' then 1216 else 32 end),
    wrapped_seed   bytea,
    wrapped_by     text not null,
    state          text not null check (state in ('pending', 'active', 'retiring', 'destroyed')),
    created_at     timestamptz not null,
    activated_at   timestamptz,
    retired_at     timestamptz,
    last_opened_at timestamptz,
    destroyed_at   timestamptz,
    check ((state = 'destroyed') = (wrapped_seed is null)),
    check ((state = 'destroyed') = (destroyed_at is not null)),
    check (state not in ('retiring', 'destroyed') or retired_at is not null)
);
comment on table token_vault.sealing_keys is 'Inbound sealing keys; the seed is wrapped by the key-encryption key and erased on destruction';
comment on column token_vault.sealing_keys.wrapped_by is 'Id of the key-encryption key';
comment on column token_vault.sealing_keys.last_opened_at is 'Last use that the vault saw, written at most once an hour';
create unique index sealing_keys_one_active on token_vault.sealing_keys (state) where state = 'active';
create unique index sealing_keys_one_pending on token_vault.sealing_keys (state) where state = 'pending';
grant select, insert on token_vault.sealing_keys to :run;
grant update (state, wrapped_seed, activated_at, retired_at, last_opened_at, destroyed_at)
    on token_vault.sealing_keys to :run;

-- Data keys (AES-256-GCM) and blind-index keys (HMAC-SHA-256), by version.
create table token_vault.versioned_keys (
    kind         text not null check (kind in ('data', 'index')),
    version      smallint not null check (version > 0),
    wrapped      bytea,
    wrapped_by   text not null,
    state        text not null check (state in ('active', 'retiring', 'destroyed')),
    created_at   timestamptz not null,
    retired_at   timestamptz,
    destroyed_at timestamptz,
    primary key (kind, version),
    check ((state = 'destroyed') = (wrapped is null)),
    check ((state = 'destroyed') = (destroyed_at is not null)),
    check ((state = 'active') = (retired_at is null))
);
comment on table token_vault.versioned_keys is 'Keys that never leave the vault, wrapped by the key-encryption key';
create unique index versioned_keys_one_active on token_vault.versioned_keys (kind) where state = 'active';
grant select, insert on token_vault.versioned_keys to :run;
grant update (state, wrapped, retired_at, destroyed_at) on token_vault.versioned_keys to :run;

-- A destroyed key stays destroyed, a retired one retired: states only move forward.
create function token_vault.keys_move_forward() returns trigger language plpgsql as $$
declare
    ladder constant text[] := array['pending', 'active', 'retiring', 'destroyed'];
begin
    if array_position(ladder, new.state) < array_position(ladder, old.state) then
        raise exception 'a % key does not become % again', old.state, new.state;
    end if;
    return new;
end $$;
create trigger forward before update on token_vault.sealing_keys
    for each row execute function token_vault.keys_move_forward();
create trigger forward before update on token_vault.versioned_keys
    for each row execute function token_vault.keys_move_forward();

-- One row per individual number.
create table token_vault.numbers (
    token         bytea primary key check (octet_length(token) = 16),
    blind_index   bytea not null check (octet_length(blind_index) = 32),
    index_version smallint not null,
    ciphertext    bytea not null check (octet_length(ciphertext) = 40),
    data_version  smallint not null,
    created_at    timestamptz not null,
    unique (index_version, blind_index)
);
comment on table token_vault.numbers is 'Individual numbers: a random token, the number encrypted, a keyed digest to find it by';
comment on column token_vault.numbers.ciphertext is 'Nonce, AES-256-GCM of twelve digits, tag; bound to the token and the data key version';
grant select, insert on token_vault.numbers to :run;
-- Rewrapping writes the number anew; token and creation are beyond it.
grant update (blind_index, index_version, ciphertext, data_version) on token_vault.numbers to :run;

-- The password that JPS designated for media (C25). One at a time: the former one is not kept.
create table token_vault.medium_password (
    single     boolean primary key default true check (single),
    wrapped    bytea not null,
    wrapped_by text not null,
    set_at     timestamptz not null
);
comment on table token_vault.medium_password is 'Wrapped by the key-encryption key; never beside a medium, never in a log';
grant select, insert, update (wrapped, wrapped_by, set_at) on token_vault.medium_password to :run;

-- Limits by date: a later entry replaces an earlier one from its date on; none is ever changed.
create table token_vault.quotas (
    operation  text not null check (operation in ('number_lookup', 'medium_seal')),
    valid_from date not null,
    period     text not null check (period in ('hour', 'day')),
    allowed    integer not null check (allowed >= 0),
    primary key (operation, valid_from)
);
grant select, insert on token_vault.quotas to :run;
insert into token_vault.quotas (operation, valid_from, period, allowed) values
    ('number_lookup', '2026-01-01', 'hour', 60),
    ('medium_seal', '2026-01-01', 'day', 20);

create table token_vault.quota_uses (
    operation    text not null,
    caller       text not null,
    period_start timestamptz not null,
    used         integer not null check (used > 0),
    primary key (operation, caller, period_start)
);
comment on table token_vault.quota_uses is 'What a caller has used of its quota; a counter, not a record: the record is audit''s';
grant select, insert, delete, update (used) on token_vault.quota_uses to :run;
