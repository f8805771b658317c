-- A new 住登外者 is entered with their individual number, where it is at hand.
alter table identity.outside_entries drop constraint outside_entries_number;
alter table identity.outside_entries add constraint outside_entries_number check (
    (step = 'number') <= (individual_number_token is not null)
    and (individual_number_token is not null) <= (step in ('number', 'new'))
    and (individual_number_token is null) = (number_verification is null)) not valid;
alter table identity.outside_entries validate constraint outside_entries_number;
