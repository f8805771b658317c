-- The vault asks which tokens nobody bears (C28): each place where one may stand is looked at by the token.
create index persons_wrong on identity.persons (individual_number_token) where number_state = 'wrong';
create index outside_entries_token on identity.outside_entries (individual_number_token)
    where individual_number_token is not null;
