-- 住登外者 are given an individual number, by two of staff: what was entered is the vault's token alone.
alter table identity.outside_entries
    add column individual_number_token text collate "C" check (individual_number_token ~ '^[0-9a-f]{32}$'),
    add column number_verification text,
    add column person_verification text;
comment on column identity.outside_entries.number_verification is 'How the number was verified (本人確認の措置, C05)';
alter table identity.outside_entries drop constraint outside_entries_step_check;
alter table identity.outside_entries add constraint outside_entries_step_check check (
    step in ('new', 'correction', 'death', 'cancellation', 'number')) not valid;
alter table identity.outside_entries validate constraint outside_entries_step_check;
alter table identity.outside_entries add constraint outside_entries_number check (
    (step = 'number') = (individual_number_token is not null)
    and (step = 'number') = (number_verification is not null)) not valid;
alter table identity.outside_entries validate constraint outside_entries_number;
