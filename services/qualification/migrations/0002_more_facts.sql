-- Facts beyond the register and the first notice: insurance by choice, rights to old-age benefits,
-- exceptions for category 3 abroad, and JPS's own record.
alter table qualification.facts drop constraint facts_kind_check;
alter table qualification.facts add constraint facts_kind_check check (
    kind in ('register', 'category', 'pension_number', 'acquisition', 'voluntary', 'old_age',
             'overseas', 'jps')
) not valid;
alter table qualification.facts validate constraint facts_kind_check;

-- An application has no day by which it is due.
alter table qualification.notices alter column due_on drop not null;
