-- What JPS decided on what was reported, reports made again after a return, notices that mend a
-- returned one, and settled notices taken back.

-- A report made again is a row of its own, under an item id of its own; first_item_id is the id under
-- which the transition was reported first.
alter table qualification.transitions
    add column first_item_id uuid references qualification.transitions,
    add column asked_by text;
comment on column qualification.transitions.asked_by is 'Who had it reported again; null: reported by itself';
create index transitions_again on qualification.transitions (first_item_id)
    where first_item_id is not null;

-- 処理結果, as JPS told it. Added to, never altered: of one item that of the latest day counts.
create table qualification.decisions (
    decision_id           uuid primary key,
    item_id               uuid not null references qualification.transitions,
    person_id             uuid not null,
    outcome               text not null check (outcome in ('accepted', 'returned', 'corrected')),
    decided_on            date not null,
    return_code           text,
    return_reason         text,
    corrected_occurred_on date,
    corrected_category    smallint check (corrected_category between 1 and 3),
    recorded_at           timestamptz not null
);
create index decisions_item on qualification.decisions (item_id, decided_on);
create index decisions_person on qualification.decisions (person_id);
create index decisions_returned on qualification.decisions (recorded_at, item_id)
    where outcome = 'returned';
grant select, insert on qualification.decisions to :run;

-- What was done about a returned report where none was made again.
create table qualification.returns_settled (
    item_id    uuid primary key references qualification.transitions,
    done       text not null,
    settled_by text not null,
    settled_at timestamptz not null
);
grant select, insert on qualification.returns_settled to :run;

alter table qualification.notices
    -- The item under which it was reported: by it what became of it is known.
    add column item_id uuid,
    add column mends uuid references qualification.notices,
    add column mended_by uuid references qualification.notices deferrable initially deferred,
    add column decided_on date,
    add column taken_back_by text,
    add column taken_back_at timestamptz,
    add column taken_back_reason text;
comment on column qualification.notices.mends is 'The returned notice that this one puts right';
update qualification.notices n set item_id = t.item_id
from (select distinct on (notice_id) notice_id, item_id from qualification.transitions
      where notice_id is not null order by notice_id, occurred_on desc, item_id) as t
where t.notice_id = n.notice_id;
create index notices_item on qualification.notices (item_id) where item_id is not null;
grant update (item_id, mended_by, decided_on, taken_back_by, taken_back_at, taken_back_reason)
    on qualification.notices to :run;

alter table qualification.notices drop constraint notices_state_check;
alter table qualification.notices add constraint notices_state_check check (state in (
    'received', 'settled', 'forwarded', 'withdrawn', 'accepted', 'returned', 'corrected',
    'taken_back')) not valid;
alter table qualification.notices validate constraint notices_state_check;
alter table qualification.notices drop constraint notices_check1;
alter table qualification.notices add constraint notices_check1 check (
    (settled_by is not null) = (state not in ('received', 'withdrawn'))) not valid;
alter table qualification.notices validate constraint notices_check1;
alter table qualification.notices drop constraint notices_check5;
alter table qualification.notices add constraint notices_check5 check (
    case when state in ('forwarded', 'accepted', 'returned', 'corrected')
         then forwarded_on is not null
         when state = 'taken_back' then true
         else forwarded_on is null end) not valid;
alter table qualification.notices validate constraint notices_check5;
alter table qualification.notices
    add constraint notices_taken_back_check check (
        (state = 'taken_back') = (taken_back_by is not null)
        and (taken_back_by is null) = (taken_back_at is null)
        and (taken_back_by is null) = (taken_back_reason is null)) not valid,
    add constraint notices_decided_check check (
        state not in ('accepted', 'returned', 'corrected') or decided_on is not null) not valid;
alter table qualification.notices validate constraint notices_taken_back_check;
alter table qualification.notices validate constraint notices_decided_check;

-- One fact, one notice: one that was mended or taken back leaves the place to another.
drop index qualification.notices_fact;
create unique index notices_fact on qualification.notices (person_id, kind, occurred_on)
    where state not in ('withdrawn', 'taken_back') and mended_by is null;

-- Every state that a notice came into, when it was recorded, and the day that it is about (送付日,
-- 処理年月日). Of notices from before it is told by what they hold; their sending was noted by the day.
create table qualification.notice_history (
    notice_id uuid not null references qualification.notices,
    seq       bigint generated always as identity,
    at        timestamptz not null,
    state     text not null,
    on_day    date,
    item_id   uuid,
    staff_id  text,
    primary key (notice_id, seq)
);
grant select, insert on qualification.notice_history to :run;
insert into qualification.notice_history (notice_id, at, state, on_day, item_id, staff_id)
select n.notice_id, h.at, h.state, h.on_day, n.item_id, h.staff_id
from qualification.notices n cross join lateral (values
    (1, n.accepted_at, 'received', null::date, n.accepted_by),
    (2, n.settled_at, 'settled', null, n.settled_by),
    (3, n.withdrawn_at, 'withdrawn', null, n.withdrawn_by),
    (4, case when n.forwarded_on is not null then greatest(
            n.settled_at, n.forwarded_on::timestamp at time zone 'Asia/Tokyo') end,
        'forwarded', n.forwarded_on, null)
) as h (step, at, state, on_day, staff_id)
where h.at is not null order by n.sequence, h.step;
select bus.hide_with('qualification.notice_history', 'qualification.notices', 'notice_id');

-- A notice taken back, or mended by another: what it told no longer counts.
alter table qualification.facts drop constraint facts_kind_check;
alter table qualification.facts add constraint facts_kind_check check (
    kind in ('register', 'category', 'pension_number', 'acquisition', 'voluntary', 'old_age',
             'overseas', 'jps', 'health_insurance', 'taken_back')
) not valid;
alter table qualification.facts validate constraint facts_kind_check;

select bus.hide('qualification.decisions', 'person_id');
select bus.hide_with('qualification.returns_settled', 'qualification.transitions', 'item_id');
