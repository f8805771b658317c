-- 年金資格, back to the resident register: what each of its records was told last.
create table identity.pension_told (
    system           text collate "C" not null,
    addressee_number text collate "C" not null,
    person_id        uuid not null references identity.persons,
    -- Of qualification's event, and of the message to the register.
    columns_version  integer not null check (columns_version >= 1),
    version          integer not null check (version >= 1),
    columns          jsonb not null,
    primary key (addressee_number, system),
    foreign key (addressee_number, system) references identity.residents
) with (fillfactor = 85);
grant select, insert on identity.pension_told to :run;
grant update (person_id, columns_version, version, columns) on identity.pension_told to :run;
