-- A number that staff entered for somebody who is not on the register (住登外者) is erased once nobody bears it (C28):
-- its entry was sent back, or never made. One that the register told of is nobody's to erase here.
alter table token_vault.numbers add column entered_at timestamptz;
comment on column token_vault.numbers.entered_at is
    'When staff entered it last; null: the register has told of it, or had before, and it stays';
create index numbers_entered on token_vault.numbers (entered_at) where entered_at is not null;
grant update (entered_at) on token_vault.numbers to :run;

create function token_vault.entered_once() returns trigger language plpgsql as $$
begin
    raise exception 'a number that the register told of does not become one that staff entered';
end $$;
create trigger entered before update on token_vault.numbers for each row
    when (old.entered_at is null and new.entered_at is not null)
    execute function token_vault.entered_once();

-- The running role cannot delete a number but by this, and by this none that the register told of.
create function token_vault.erase_unborne(tokens bytea[], entered_before timestamptz) returns setof bytea
language sql security definer set search_path = pg_catalog, pg_temp as $$
    delete from token_vault.numbers
    where token = any(tokens) and entered_at is not null and numbers.entered_at < entered_before
    returning token
$$;
revoke all on function token_vault.erase_unborne(bytea[], timestamptz) from public;
grant execute on function token_vault.erase_unborne(bytea[], timestamptz) to :run;
