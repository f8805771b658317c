-- What a batch adds comes as rows and no longer as a column each: the server unpacks one array where
-- it unpacked nine, one element at a time, and so does whoever sends them. (COPY is refused by
-- tables with the filter on who is hidden.)
create type qualification.new_person as (
    person_id        uuid,
    person_version   bigint,
    next_due         date,
    timeline_version integer,
    timeline_digest  bytea,
    list_due         date,
    ask_on           date,
    columns_version  integer,
    columns_digest   bytea
);
create type qualification.new_fact as (
    person_id   uuid,
    kind        text,
    ordinal     bigint,
    concerns    date,
    recorded_at timestamptz,
    body        json
);
create type qualification.new_transition as (
    item_id         uuid,
    person_id       uuid,
    kind            text,
    occurred_on     date,
    reason          text,
    origin          text,
    category_before smallint,
    category_after  smallint,
    notice_id       uuid,
    accepted_on     date
);
