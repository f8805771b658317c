-- A medium that was made and not handed over is voided (媒体の取消) by two people, e.g. because somebody on
-- it is under 発行抑止 since: its bytes are erased, its serial is never used again, its items wait again, and
-- what was recorded as provided by it was not. All of that stays on record.
alter table jps_reporting.provisions add column voided_at timestamptz;
comment on column jps_reporting.provisions.voided_at is 'Nothing was given: the medium was voided before it was handed over';
grant update (voided_at) on jps_reporting.provisions to :run;
create unique index provisions_given on jps_reporting.provisions (item_id) where voided_at is null;
alter table jps_reporting.provisions drop constraint provisions_pkey;
create index provisions_item on jps_reporting.provisions (item_id);

alter table jps_reporting.media add column voided_at timestamptz;
comment on column jps_reporting.media.voided_at is 'It was made, not handed over, and destroyed';
grant update (voided_at) on jps_reporting.media to :run;
alter table jps_reporting.media add constraint media_voided check (
    voided_at is null or (sealed_at is not null and content is null)) not valid;
alter table jps_reporting.media validate constraint media_voided;

-- A medium is sealed once: what was recorded of it stands. It can be voided, once, and its bytes go.
create or replace function jps_reporting.media_sealed_once() returns trigger language plpgsql as $$
begin
    if old.sealed_at is not null and (
        old.voided_at is not null or new.voided_at is null or new.content is not null
        or (new.medium_id, new.batch_id, new.serial, new.file_name, new.created_on, new.ordered_at,
            new.layout_id, new.layout_title, new.layout_status, new.sealed_by, new.sealed_at,
            new.record_count, new.sha256, new.size)
           is distinct from
           (old.medium_id, old.batch_id, old.serial, old.file_name, old.created_on, old.ordered_at,
            old.layout_id, old.layout_title, old.layout_status, old.sealed_by, old.sealed_at,
            old.record_count, old.sha256, old.size)
    ) then
        raise exception 'the medium is sealed already';
    end if;
    return new;
end $$;

alter table jps_reporting.medium_life drop constraint medium_life_what_check;
alter table jps_reporting.medium_life add constraint medium_life_what_check check (
    what in ('ordered', 'sealed', 'downloaded', 'handed_over', 'voided')) not valid;
alter table jps_reporting.medium_life validate constraint medium_life_what_check;

create table jps_reporting.void_proposals (
    proposal_id      uuid primary key,
    sequence         bigint generated always as identity,
    medium_id        uuid not null references jps_reporting.media,
    proposed_at      timestamptz not null,
    proposed_by      text not null,
    reason           text not null,
    copies_destroyed boolean not null,
    decided_at       timestamptz,
    decided_by       text,
    agreed           boolean,
    check (decided_by <> proposed_by),
    check ((decided_at is null) = (decided_by is null)),
    check ((decided_at is null) = (agreed is null))
);
comment on column jps_reporting.void_proposals.copies_destroyed is 'Of what was downloaded nothing is left, as who proposed says';
create unique index void_proposals_open on jps_reporting.void_proposals (medium_id)
    where decided_at is null;
create index void_proposals_medium on jps_reporting.void_proposals (medium_id, sequence);
grant select, insert on jps_reporting.void_proposals to :run;
grant update (decided_at, decided_by, agreed) on jps_reporting.void_proposals to :run;
select bus.hide_with('jps_reporting.void_proposals', 'jps_reporting.media', 'medium_id');

-- The items of a voided medium are in no batch any more: what it held tells who was on it. Looks past
-- the filter.
create or replace function jps_reporting.holds_hidden(batch uuid) returns boolean
language sql stable security definer set search_path = ''
as $$
    select exists (
        select from jps_reporting.items i join bus.hidden h using (person_id)
        where i.batch_id = batch and h.hidden
    ) or exists (
        select from jps_reporting.media m
        join jps_reporting.provisions p using (medium_id) join bus.hidden h using (person_id)
        where m.batch_id = batch and m.voided_at is not null and h.hidden
    )
$$;

-- Only the ways of domain/items.py (MOVES) lead from state to state.
create or replace function jps_reporting.items_move() returns trigger language plpgsql as $$
begin
    if (old.state, new.state) not in (
        ('waiting', 'in_batch'), ('in_batch', 'waiting'), ('in_batch', 'blocked'),
        ('blocked', 'waiting'), ('waiting', 'blocked'), ('in_batch', 'sealed'), ('sealed', 'sent'),
        ('sealed', 'waiting'), ('sealed', 'blocked'), ('sealed', 'withdrawn'),
        ('waiting', 'withdrawn'), ('blocked', 'withdrawn'), ('in_batch', 'withdrawn'),
        ('withdrawn', 'blocked')
    ) and not (
        old.state in ('sent', 'accepted', 'returned', 'corrected')
        and new.state in ('sent', 'accepted', 'returned', 'corrected')
    ) then
        raise exception 'an item does not go from % to %', old.state, new.state;
    end if;
    return new;
end $$;
