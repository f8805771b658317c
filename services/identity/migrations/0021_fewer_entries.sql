-- Entries that taking a resident in need not write, and the pairs of a name at less.

-- A day of the year (5月2日) is asked of residents_birth: that day of each of some four hundred years,
-- a look into the index each. An index of its own cost every resident two looks into the calendar
-- and an entry.
drop index identity.residents_birthday;

-- The same pairs: nearly all keys have at most eight characters, and theirs are made here, without
-- calling on another function. The indexes are made of what comes out, which is what it was.
create or replace function identity.name_grams(kanji_key text, latin_key text) returns tsvector
language plpgsql immutable strict parallel safe
as $$
begin
    if latin_key = '' and length(kanji_key) <= 8 then
        return array_to_tsvector((array[
            substr(kanji_key, 1, 2), substr(kanji_key, 2, 2), substr(kanji_key, 3, 2),
            substr(kanji_key, 4, 2), substr(kanji_key, 5, 2), substr(kanji_key, 6, 2),
            substr(kanji_key, 7, 2), substr(kanji_key, 8, 2)
        ])[:length(kanji_key)]);
    end if;
    return identity.grams(case latin_key when '' then kanji_key
                          else kanji_key || ' ' || latin_key end);
end
$$;
