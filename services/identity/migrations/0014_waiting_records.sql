-- Records that are nobody's yet, few among many: whoever is told facts is told that one may be theirs,
-- and looked through all records for it.
create index feed_records_waiting on identity.feed_records (addressee_number, system)
    where attached_version is null;
