-- 法定免除 that ended three years after the state of disability ceased is work for staff as well.
alter table exemptions.proposals drop constraint proposals_kind_check;
alter table exemptions.proposals add constraint proposals_kind_check
    check (kind in ('begin', 'end', 'correct', 'recovered', 'apply', 'look'));
create index entries_changed_disability on exemptions.entries (person_id)
    where kind = 'disability_change' and settled_by is not null;
