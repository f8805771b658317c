-- A row may be a hidden person's who was hidden no more, and then be found to be another's: a veil for each.
drop index jps_reporting.unmatched_line;
create unique index unmatched_line on jps_reporting.unmatched (file_id, line, veils) nulls not distinct;
