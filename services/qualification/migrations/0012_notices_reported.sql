-- Notices that bring about no change of a category, and are themselves what JPS is told: they stand
-- among what was reported, so that what becomes of them is followed like everything else.
alter table qualification.transitions add column notice_kind text;
comment on column qualification.transitions.notice_kind is 'Of a notice that is itself reported: its kind';
comment on table qualification.transitions is 'What was reported: transitions of the timeline, and notices';
alter table qualification.transitions drop constraint transitions_kind_check;
alter table qualification.transitions add constraint transitions_kind_check check (
    kind in ('acquisition', 'loss', 'category_change', 'notice')) not valid;
alter table qualification.transitions validate constraint transitions_kind_check;
alter table qualification.transitions add constraint transitions_notice_check check (
    (kind = 'notice') = (notice_kind is not null)
    and (kind <> 'notice' or notice_id is not null)) not valid;
alter table qualification.transitions validate constraint transitions_notice_check;
