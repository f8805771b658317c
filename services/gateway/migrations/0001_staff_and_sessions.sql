-- Staff, their rights and their sessions. Rights are facts: a grant is never edited or deleted.
create schema gateway;
grant usage on schema gateway to :run;

create table gateway.staff (
    staff_id    text primary key check (staff_id ~ '^[a-z0-9][a-z0-9._-]{2,31}$'),
    name        text not null check (name <> ''),
    department  text not null check (department <> ''),
    valid_from  date not null,
    valid_to    date check (valid_to >= valid_from),
    applicant   text not null check (applicant <> ''),
    approver    text not null check (approver <> applicant),
    recorded_at timestamptz not null
);
comment on table gateway.staff is
    '職員. Inserted once; never deleted, so that a user id is never given to somebody else (C13).';
comment on column gateway.staff.valid_to is
    'Last day of the contract of non-regular staff; null for regular staff.';
-- No update, no delete.
grant select, insert on gateway.staff to :run;

create table gateway.disablements (
    staff_id    text primary key references gateway.staff,
    applicant   text not null check (applicant <> ''),
    approver    text not null check (approver <> applicant),
    recorded_at timestamptz not null
);
comment on table gateway.disablements is '利用者抹消 (C04): for good. Who returns gets a new id.';
grant select, insert on gateway.disablements to :run;

create table gateway.passwords (
    staff_id text primary key references gateway.staff,
    hash     text not null check (hash like '$argon2id$%'),
    set_at   timestamptz not null
);
comment on table gateway.passwords is 'Argon2id in PHC notation. The only place of a password hash.';
grant select, insert, update (hash, set_at) on gateway.passwords to :run;

create table gateway.grants (
    grant_id    uuid primary key,
    staff_id    text not null references gateway.staff,
    function    text not null check (function <> ''),
    valid_from  date not null,
    valid_to    date check (valid_to >= valid_from),
    applicant   text not null check (applicant <> ''),
    approver    text not null check (approver <> applicant),
    recorded_at timestamptz not null
);
comment on table gateway.grants is '権限の発効 (C14): one function for one person, from a day on.';
create index grants_of_staff on gateway.grants (staff_id);
grant select, insert on gateway.grants to :run;

create table gateway.revocations (
    grant_id    uuid primary key references gateway.grants,
    effective   date not null,
    applicant   text not null check (applicant <> ''),
    approver    text not null check (approver <> applicant),
    recorded_at timestamptz not null
);
comment on table gateway.revocations is '権限の失効 (C14): the first day without the right.';
grant select, insert on gateway.revocations to :run;

create table gateway.changes (
    change_id   uuid primary key,
    staff_id    text not null references gateway.staff,
    change      text not null check (change in ('set_password', 'unlock')),
    applicant   text not null check (applicant <> ''),
    approver    text not null check (approver <> applicant),
    recorded_at timestamptz not null
);
comment on table gateway.changes is
    'Who applied for and approved what leaves no fact of its own in the other tables.';
grant select, insert on gateway.changes to :run;

create table gateway.sessions (
    session_id     uuid primary key,
    token_hash     bytea not null unique check (length(token_hash) = 32),
    staff_id       text not null references gateway.staff,
    state          text not null check (state in ('password_verified', 'authenticated')),
    terminal       text not null,
    signed_in_at   timestamptz not null,
    last_active_at timestamptz not null check (last_active_at >= signed_in_at),
    ended_at       timestamptz,
    end_reason     text,
    check ((ended_at is null) = (end_reason is null))
);
comment on column gateway.sessions.session_id is 'What audit records carry. Opens nothing.';
comment on column gateway.sessions.token_hash is
    'SHA-256 of the cookie: whoever reads this table cannot take over a session.';
create index sessions_open on gateway.sessions (staff_id) where ended_at is null;
create index sessions_age on gateway.sessions (signed_in_at);
grant select, insert, delete, update (last_active_at, ended_at, end_reason)
    on gateway.sessions to :run;

create table gateway.throttles (
    kind            text not null check (kind in ('address', 'user')),
    subject         bytea not null check (length(subject) = 32),
    failures        integer not null check (failures >= 0),
    last_attempt_at timestamptz,
    open_at         timestamptz,
    refused         integer not null default 0 check (refused >= 0),
    primary key (kind, subject)
);
comment on column gateway.throttles.subject is
    'SHA-256 of the user id or address as typed: people type passwords into the wrong field.';
create index throttles_age on gateway.throttles (last_attempt_at);
grant select, insert, update, delete on gateway.throttles to :run;
