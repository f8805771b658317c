-- Facts beyond the register and the first notice: insurance by choice, rights to old-age benefits,
-- exceptions for category 3 abroad, and JPS's own record.
alter table qualification.facts drop constraint facts_kind_check;
alter table qualification.facts add constraint facts_kind_check check (
    kind in ('register', 'category', 'pension_number', 'voluntary', 'old_age', 'overseas', 'jps')
) not valid;
alter table qualification.facts validate constraint facts_kind_check;
