-- By whom and on which way each notice came in. Of notices from before this was told, the identity
-- check tells by whom: in somebody's place acts who is recorded there, a death is notified by whom
-- the Family Register Act obliges. Nothing of what was handed in is altered.
alter table qualification.notices
    add column channel text not null
        generated always as (coalesce(submission ->> 'channel', 'counter')) stored,
    add column notifier text
        generated always as (case
            when submission ->> 'channel' = 'ex_officio' then null
            when submission ->> 'notifier' is not null then submission ->> 'notifier'
            when submission #>> '{identity_check,proxy,authority}' = 'householder' then 'householder'
            when submission #>> '{identity_check,proxy,authority}' is not null then 'proxy'
            when kind = 'death' then 'death_notifier'
            else 'person'
        end) stored;
alter table qualification.notices
    add constraint notices_channel_check check (
        channel in ('counter', 'post', 'electronic', 'resident_register', 'ex_officio')),
    add constraint notices_notifier_check check (
        notifier in ('person', 'householder', 'proxy', 'death_notifier')),
    -- Ex officio nobody notifies, and why the city acts is told; otherwise the reverse.
    add constraint notices_ex_officio_check check (
        (channel = 'ex_officio') = (notifier is null)
        and (channel = 'ex_officio') = (jsonb_typeof(submission -> 'ex_officio') is not distinct from 'object'));
