-- What taking a resident in still cost: a loop for each name's pairs of characters, two foreign keys
-- that hold by themselves, and statistics of what nobody looks for.

-- The same pairs again. Nearly all keys have at most sixteen characters: theirs are one expression.
-- The indexes are made of what comes out, which is what it was.
create or replace function identity.grams(key text) returns tsvector
language plpgsql immutable strict parallel safe
as $$
declare
    pairs text[] := '{}';
begin
    if length(key) <= 8 then
        return array_to_tsvector((array[
            substr(key, 1, 2), substr(key, 2, 2), substr(key, 3, 2), substr(key, 4, 2),
            substr(key, 5, 2), substr(key, 6, 2), substr(key, 7, 2), substr(key, 8, 2)
        ])[:length(key)]);
    elsif length(key) <= 16 then
        return array_to_tsvector((array[
            substr(key, 1, 2), substr(key, 2, 2), substr(key, 3, 2), substr(key, 4, 2),
            substr(key, 5, 2), substr(key, 6, 2), substr(key, 7, 2), substr(key, 8, 2),
            substr(key, 9, 2), substr(key, 10, 2), substr(key, 11, 2), substr(key, 12, 2),
            substr(key, 13, 2), substr(key, 14, 2), substr(key, 15, 2), substr(key, 16, 2)
        ])[:length(key)]);
    end if;
    for i in 1..length(key) loop
        pairs := pairs || substr(key, i, 2);
    end loop;
    return array_to_tsvector(pairs);
end
$$;

-- In the same language: a function in SQL is started anew for each row of an index.
create or replace function identity.name_grams(kanji_key text, latin_key text) returns tsvector
language plpgsql immutable strict parallel safe
as $$
begin
    return identity.grams(case latin_key when '' then kanji_key
                          else kanji_key || ' ' || latin_key end);
end
$$;

-- A person and a household are added, or found, by the very batch that adds their resident, and
-- nobody may delete either: checking each again locks two rows a resident.
alter table identity.residents
    drop constraint residents_person_id_fkey,
    drop constraint residents_household_id_fkey;

-- Nobody is found by these, so the planner asks nothing about them. While a city loads, the server
-- sorts thirty thousand of each of them anew whenever the tables have grown by a tenth.
alter table identity.persons
    alter column view_digest set statistics 0,
    alter column change set statistics 0,
    alter column changed_on set statistics 0,
    alter column reported_on set statistics 0;
alter table identity.residents
    alter column content_digest set statistics 0,
    alter column names_digest set statistics 0,
    alter column addresses_digest set statistics 0,
    alter column residence set statistics 0;
alter table identity.record_versions
    alter column change set statistics 0,
    alter column changed_on set statistics 0,
    alter column reported_on set statistics 0,
    alter column individual_number_token set statistics 0,
    alter column content_digest set statistics 0,
    alter column record set statistics 0,
    alter column event_id set statistics 0,
    alter column sent_at set statistics 0;
alter table identity.pension_told
    alter column columns_version set statistics 0,
    alter column version set statistics 0,
    alter column columns set statistics 0;
