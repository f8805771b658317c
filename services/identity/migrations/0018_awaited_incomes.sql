-- Of whom exemptions was answered that there is no income of a levy year, or none that is certain (記録なし, 突合中).
-- Few, also where a whole city's income comes: only these are worth a signal when it does.
create table identity.awaited_incomes (
    levy_year integer not null,
    person_id uuid not null,
    asked_at  timestamptz not null,
    primary key (levy_year, person_id)
);
grant select, insert, delete on identity.awaited_incomes to :run;
-- Whoever notes that income is awaited and whoever keeps income exclude each other here (ROW EXCLUSIVE against
-- SHARE; of one kind any number go on together). Else each could miss what the other has not committed yet.
create table identity.income_gate ();
grant update on identity.income_gate to :run;
