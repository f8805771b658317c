-- Sealed means absent, for reviewers too.
-- Whether the one who acted sees hidden persons, repeated from the body like the columns beside it.
alter table audit.records add column sees_sealed boolean not null default false;

-- The records as they are there for a transaction that does not see everybody. Not there is what
-- was done by who sees hidden persons, for lists and counts of theirs include them; and what is about
-- somebody hidden, but for what staff did since: they saw nobody, and it is recorded as about
-- nobody. Records come by COPY, which PostgreSQL refuses into a table with row-level security.
create view audit.shown_records with (security_barrier) as
select r.* from audit.records r
where (select bus.sees_all()) or not (
    r.sees_sealed or exists (
        select from bus.hidden h
        where h.hidden and h.person_id = r.person_id
          and (r.staff_id is null or r.at <= h.since)
    )
);
grant select on audit.shown_records to :run;
