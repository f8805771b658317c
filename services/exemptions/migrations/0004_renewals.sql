-- Continuing applications (継続申請, 規則77条3項・77条の5第3項): reviewed each July without a form.
alter table exemptions.applications
    add column continued_kind text check (continued_kind in ('full', 'deferment')),
    add column continued_ground text check (continued_ground in ('income', 'status')),
    add column continues_kind text check (continues_kind in ('full', 'deferment')),
    add column continues_ground text check (continues_ground in ('income', 'status')),
    add column renewal text check (renewal in ('asked', 'clear', 'to_look_at')),
    alter column receipt_number drop not null,
    -- Nothing is handed in for a renewal: it has no receipt number, and is of the one before it.
    add check ((continued_from is null) = (receipt_number is not null)),
    add check ((continued_from is null) = (continued_kind is null)),
    add check ((continued_from is null) = (renewal is null)),
    add check ((continued_kind is null) = (continued_ground is null)),
    add check ((continues_kind is null) = (continues_ground is null));
comment on column exemptions.applications.continued_kind is 'By what the cycle before passed: what it is reviewed as';
comment on column exemptions.applications.continues_kind is 'By what the next cycle is reviewed without a form; null: a form is needed';
comment on column exemptions.applications.renewal is 'asked: answers are awaited; clear: its review leaves nothing to look at; to_look_at: it does';
-- Each is continued once: a run that was broken off, or two at a time, double nothing.
create unique index applications_continued on exemptions.applications (continued_from)
    where continued_from is not null;
create index applications_to_renew on exemptions.applications (cycle, person_id)
    where continues_kind is not null;
create index applications_renewal on exemptions.applications (cycle, renewal, sequence)
    where renewal is not null;
grant update (continues_kind, continues_ground, renewal) on exemptions.applications to :run;
