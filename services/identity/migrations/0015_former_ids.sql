-- The former ids of a person: of nearly everybody there are none, which is to be seen at once.
create index residents_formers on identity.residents (person_id) where former_id is not null;
