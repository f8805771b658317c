-- Files that staff hand over. Whoever may not see a hidden person is told of that person's rows what
-- would be so if there were nobody: such a row is on the list of what fits no item, for them alone.
create index decisions_file on jps_reporting.decisions (file_id);
create index told_persons_file on jps_reporting.told_persons (file_id);
create index told_files_latest on jps_reporting.told_files (started_at desc, file_id);

alter table jps_reporting.unmatched add column veils uuid;
comment on column jps_reporting.unmatched.veils is
    'The hidden person whose row it stands for, before those who may not see that person';
alter table jps_reporting.unmatched drop constraint unmatched_file_id_line_key;
create unique index unmatched_line on jps_reporting.unmatched (file_id, line, (veils is not null));

drop policy sight on jps_reporting.unmatched;
drop policy sight_change on jps_reporting.unmatched;
create function jps_reporting.unmatched_shown(person uuid, veils uuid) returns boolean
language sql stable as $$
    select case when bus.sees_all() then veils is null
           else not exists (select from bus.hidden h where h.hidden and h.person_id = person)
                and (veils is null
                     or exists (select from bus.hidden h where h.hidden and h.person_id = veils))
           end
$$;
revoke execute on function jps_reporting.unmatched_shown from public;
grant execute on function jps_reporting.unmatched_shown to :run;
create policy sight on jps_reporting.unmatched for select
    using (jps_reporting.unmatched_shown(person_id, veils));
create policy sight_change on jps_reporting.unmatched for update
    using (jps_reporting.unmatched_shown(person_id, veils)) with check (true);
