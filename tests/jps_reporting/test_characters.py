"""Characters on a CP932 medium: what goes through, what is replaced and recorded, what stops."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.jps_reporting.domain.characters import (
    SubstitutionTable,
    Trouble,
    Used,
    Written,
    clusters,
    comes_back,
    write_kana,
    write_text,
)
from services.jps_reporting.domain.widths import full_width, half_width
from tests.jps_reporting.making import PARAMETERS

TABLE = PARAMETERS.substitutions
KATSU = "葛\U000e0100"  # 葛󠄀 by Adobe-Japan1
TSUJI = "辻\U000e0102"  # 辻󠄂 by Moji_Joho
GAIJI = "\ue000"


@pytest.mark.parametrize("character", list("髙﨑彅凬①㈱～－∥ⅰ纊"))
def test_extensions_of_cp932_go_through_as_they_are(character: str) -> None:
    assert write_text(character, TABLE).text == character
    assert not write_text(character, TABLE).used


@pytest.mark.parametrize(
    ("text", "written", "used"),
    [
        ("𠮷田　太郎", "吉田　太郎", [("𠮷", "吉")]),
        ("森　鷗外", "森　鴎外", [("鷗", "鴎")]),
        (f"{KATSU}城市", "葛城市", [(KATSU, "葛")]),
        (f"{TSUJI}　一", "辻　一", [(TSUJI, "辻")]),
        ("一〜二", "一～二", [("〜", "～")]),  # same bytes, but it would come back as the other
        ("１−２", "１－２", [("−", "－")]),
        ("𠮷𠮷", "吉吉", [("𠮷", "吉"), ("𠮷", "吉")]),
        (f"髙{KATSU}﨑", "髙葛﨑", [(KATSU, "葛")]),
    ],
)
def test_what_cp932_lacks_is_written_by_the_table_and_recorded(
    text: str, written: str, used: list[tuple[str, str]]
) -> None:
    result = write_text(text, TABLE)
    assert result.text == written
    assert result.used == tuple(Used(*pair) for pair in used)
    assert not result.troubles


@pytest.mark.parametrize(
    ("text", "trouble", "character"),
    [
        ("𠮟", Trouble.NOT_IN_CP932, "𠮟"),  # no entry: nobody decided
        ("か\u3099", Trouble.NOT_IN_CP932, "か\u3099"),
        ("한", Trouble.NOT_IN_CP932, "한"),
        ("\U000e0100", Trouble.NOT_IN_CP932, "\U000e0100"),  # a selector of nothing
        (GAIJI, Trouble.PRIVATE_USE, GAIJI),  # encodes as F040, which means nothing to others
        ("一\n二", Trouble.CONTROL, "\n"),
    ],
)
def test_what_nobody_decided_about_stops(text: str, trouble: Trouble, character: str) -> None:
    assert write_text(text, TABLE).troubles == ((trouble, character),)


def test_selectors_stop_where_the_table_says_so() -> None:
    strict = TABLE.model_copy(update={"variation_selectors": "refuse"})
    assert write_text(KATSU, strict).troubles == ((Trouble.NOT_IN_CP932, KATSU),)


def test_names_are_never_normalised() -> None:
    old_kami = "\ufa19"  # 神 in its old form: NFC would already make it U+795E
    assert unicodedata.normalize("NFC", old_kami) != old_kami
    assert write_text(old_kami, TABLE).text == old_kami


@pytest.mark.parametrize(
    ("text", "wide"),
    [
        ("SMITH JOHN", "ＳＭＩＴＨ　ＪＯＨＮ"),
        ("1-2-3", "１－２－３"),
        ("ｶﾞｰﾃﾞﾝ", "ガーデン"),
        ("ﾊﾟｰｸ", "パーク"),
        ("ｱﾟ", "ア゜"),
        ("髙﨑", "髙﨑"),
    ],
)
def test_full_width_columns(text: str, wide: str) -> None:
    assert full_width(text) == wide
    assert write_text(text, TABLE, full=True).text == wide


@pytest.mark.parametrize(
    ("text", "half", "used"),
    [
        ("ミホン　タロウ", "ﾐﾎﾝ ﾀﾛｳ", []),
        ("ガギグ", "ｶﾞｷﾞｸﾞ", []),
        ("パピ", "ﾊﾟﾋﾟ", []),
        ("ヴァン", "ｳﾞｧﾝ", []),
        ("がっこう", "ｶﾞｯｺｳ", []),
        ("カ\u3099", "ｶﾞ", []),
        ("ジョー・スミス", "ｼﾞｮｰ･ｽﾐｽ", []),
        ("ＪＯＨＮ", "JOHN", []),
        ("ﾐﾎﾝ", "ﾐﾎﾝ", []),
        ("ヶ", "ｹ", [("ヶ", "ｹ")]),
        ("ヰ", "ｲ", [("ヰ", "ｲ")]),
    ],
)
def test_half_width_kana(text: str, half: str, used: list[tuple[str, str]]) -> None:
    result = write_kana(text, TABLE)
    assert (result.text, result.used) == (half, tuple(Used(*pair) for pair in used))
    assert not result.troubles


@pytest.mark.parametrize(
    ("text", "trouble"),
    [("漢", Trouble.NO_HALF_WIDTH), ("ヷ゙", Trouble.NO_HALF_WIDTH), (GAIJI, Trouble.PRIVATE_USE)],
)
def test_kana_that_have_no_half_width_form_stop(text: str, trouble: Trouble) -> None:
    assert [kind for kind, _ in write_kana(text, TABLE).troubles] == [trouble]


@pytest.mark.parametrize(
    "entry",
    [
        {"from": "髙", "to": "高", "basis": "CP932 has it"},
        {"from": "𠮷", "to": "𠮟", "basis": "not writable either"},
        {"from": "ア", "to": "イ", "scope": "kana", "basis": "has a half-width form"},
        {"from": "ヱ", "to": "漢", "scope": "kana", "basis": "no half-width form"},
    ],
)
def test_a_table_that_replaces_wrongly_is_refused(entry: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        SubstitutionTable.model_validate(
            {
                "status": "reviewed",
                "reviewed_on": "2026-04-01",
                "reviewed_by": "x",
                "variation_selectors": "refuse",
                "substitution": [entry],
            }
        )


def test_a_table_that_nobody_reviewed_is_refused() -> None:
    with pytest.raises(ValidationError):
        SubstitutionTable.model_validate(
            {
                "status": "draft",
                "reviewed_on": "2026-04-01",
                "reviewed_by": "x",
                "variation_selectors": "refuse",
                "substitution": [],
            }
        )


@given(st.text(max_size=40))
def test_what_is_written_reads_back_as_itself(text: str) -> None:
    written = write_text(text, TABLE).text
    assert written.encode("cp932").decode("cp932") == written
    assert all(map(comes_back, written))


@given(st.text(max_size=40))
def test_every_character_is_written_recorded_or_named(text: str) -> None:
    result = write_text(text, TABLE)
    kept = [c for c in clusters(text) if len(c) == 1 and comes_back(c)]
    replaced = [used.character for used in result.used]
    stopped = [character for _, character in result.troubles]
    assert len(kept) + len(replaced) + len(stopped) == len(list(clusters(text)))
    if not replaced and not stopped:
        assert result.text == text


@given(st.text(max_size=40))
def test_kana_come_out_half_width_only(text: str) -> None:
    written = write_kana(text, TABLE).text
    assert len(written.encode("cp932")) == len(written)
    assert all(half_width(c) == c for c in written)


@given(st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0xFFFF), max_size=30))
def test_full_width_columns_hold_nothing_half_width(text: str) -> None:
    written = write_text(text, TABLE, full=True).text
    assert len(written.encode("cp932")) == 2 * len(written)


@given(st.text(alphabet=st.characters(max_codepoint=0xFFFF), max_size=6))
def test_the_short_way_for_a_whole_text_agrees_with_each_character(text: str) -> None:
    result = write_text(text, TABLE)
    assert (result == Written(text)) is all(
        len(cluster) == 1 and comes_back(cluster) for cluster in clusters(text)
    )
