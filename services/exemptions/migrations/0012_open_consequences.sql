-- Months of an exemption without an end have none: null, so that it is the same one however far ahead is looked.
alter table exemptions.consequences alter column to_month drop not null;
comment on column exemptions.consequences.to_month is 'Null: no end of them is known';
drop index exemptions.consequences_once;
create unique index consequences_once on exemptions.consequences
    (entry_id, what, kind, from_month, to_month, code) nulls not distinct where state <> 'gone';
