-- A number that staff enter for somebody who is not on the register (住登外者) has a limit of its own.
alter table token_vault.quotas drop constraint quotas_operation_check;
alter table token_vault.quotas add constraint quotas_operation_check check (
    operation in ('number_lookup', 'medium_seal', 'number_entry')) not valid;
alter table token_vault.quotas validate constraint quotas_operation_check;
insert into token_vault.quotas (operation, valid_from, period, allowed) values
    ('number_entry', '2026-01-01', 'hour', 20);
