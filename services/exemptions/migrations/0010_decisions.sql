-- What JPS decides on entries (処理結果): theirs, shown as theirs (C40). Entries get the states that the
-- decision of the latest day brings; a returned one is mended by a new entry, or reported again.
do $$
declare told record;
begin
    for told in
        select conrelid::regclass as kept_in, conname from pg_constraint
        where contype = 'c' and pg_get_constraintdef(oid) like '%forwarded%'
            and conrelid in ('exemptions.entries'::regclass, 'exemptions.applications'::regclass)
    loop
        execute format('alter table %s drop constraint %I', told.kept_in, told.conname);
    end loop;
end
$$;
alter table exemptions.entries
    add column mends uuid references exemptions.entries,
    add constraint entries_states check (state in (
        'received', 'settled', 'forwarded', 'withdrawn', 'accepted', 'returned', 'corrected')),
    add constraint entries_settled check (
        (settled_by is not null) = (state not in ('received', 'withdrawn'))),
    add constraint entries_sent check (
        (forwarded_on is not null) = (state in ('forwarded', 'accepted', 'returned', 'corrected'))),
    add constraint entries_reported check (forwarded_on is null or item_id is not null);
alter table exemptions.applications
    add column mends uuid references exemptions.applications,
    add column decided_kind text check (decided_kind in ('full', 'deferment', 'none')),
    add constraint applications_states check (state in (
        'received', 'settled', 'forwarded', 'withdrawn', 'accepted', 'returned', 'corrected')),
    add constraint applications_settled check (
        (settled_by is not null) = (state not in ('received', 'withdrawn'))),
    add constraint applications_sent check (
        (forwarded_on is not null) = (state in ('forwarded', 'accepted', 'returned', 'corrected')));
comment on column exemptions.entries.mends is 'The returned entry that this one takes the place of';
comment on column exemptions.applications.mends is 'The returned application that this one takes the place of';
comment on column exemptions.applications.decided_kind is 'What JPS granted for the last month of the cycle: by this the next one is continued; none: refused, or what is not continued; null: not told';
create unique index entries_mends on exemptions.entries (mends) where state <> 'withdrawn';
create unique index applications_mends on exemptions.applications (mends) where state <> 'withdrawn';
grant update (decided_kind) on exemptions.applications to :run;

-- Added to, never altered. What was reported again has decisions on several items.
create table exemptions.decisions (
    decision_id   uuid primary key,
    entry_id      uuid not null,
    item_id       uuid not null,
    outcome       text not null check (outcome in ('accepted', 'returned', 'corrected')),
    decided_on    date not null,
    return_code   text,
    return_reason text,
    granted       jsonb,
    needs_work    boolean not null,
    recorded_at   timestamptz not null
);
comment on column exemptions.decisions.entry_id is 'Of an entry, or of an application';
comment on column exemptions.decisions.granted is 'contracts.events.GrantedMonths; empty: refused; null: not told';
comment on column exemptions.decisions.needs_work is 'Returned, or other than the city''s review';
create index decisions_item on exemptions.decisions (item_id, decided_on desc);
create index decisions_entry on exemptions.decisions (entry_id);
grant select, insert on exemptions.decisions to :run;
select bus.put_filter('exemptions.decisions', $$ (
    exists (select from exemptions.entries o where o.entry_id = exemptions.decisions.entry_id)
    or exists (select from exemptions.applications o
               where o.application_id = exemptions.decisions.entry_id)) $$);

-- What was done about a decision that needed work.
create table exemptions.decisions_settled (
    decision_id uuid primary key references exemptions.decisions,
    done        text not null,
    settled_by  text not null,
    settled_at  timestamptz not null
);
grant select, insert on exemptions.decisions_settled to :run;
select bus.hide_with('exemptions.decisions_settled', 'exemptions.decisions', 'decision_id');

-- 取消申請 and 審査請求, noted on the application that they are about.
create table exemptions.application_notes (
    note_id        uuid primary key,
    application_id uuid not null references exemptions.applications,
    kind           text not null check (kind in ('cancellation', 'appeal')),
    made_on        date not null,
    noted_by       text not null,
    noted_at       timestamptz not null,
    unique (application_id, kind, made_on)
);
comment on column exemptions.application_notes.made_on is 'The day of the request';
grant select, insert on exemptions.application_notes to :run;
select bus.hide_with('exemptions.application_notes', 'exemptions.applications', 'application_id');
