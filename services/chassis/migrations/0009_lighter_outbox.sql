-- The events of one transaction are much alike: lz4 makes a fifth of them, at a tenth of what writing
-- the rest to the log and to the table costs (pglz costs more than it saves, and a server may have
-- been built without lz4: then they stay as they are).
do $$
begin
    alter table bus.outbox alter column packed set compression lz4;
    alter table bus.outbox alter column packed set storage extended;
exception when feature_not_supported then
    raise notice 'this server has no lz4: the outbox is written as it is';
end
$$;
