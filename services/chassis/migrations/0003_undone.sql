-- Written when databases are restored from a backup: what a producer had sent on a topic and shard
-- after the backup was made, and which its restored database therefore never sent. It still lies on
-- the bus and is passed over: from (epoch, number) on, in every epoch below before_epoch.
create table bus.undone (
    producer     text not null,
    topic        text not null,
    shard        smallint not null,
    epoch        integer not null,
    number       bigint not null,
    before_epoch integer not null,
    primary key (producer, topic, shard, before_epoch)
);
grant select on bus.undone to :run;
