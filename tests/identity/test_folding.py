"""Search keys: what sounds or looks alike is found, and what is stored stays as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.events.residents import PersonName
from services.identity.domain.folding import Folding
from services.identity.tables import read_variants

FOLDING = Folding(read_variants())
KATAKANA = "".join(chr(code) for code in range(0x30A1, 0x30FD))

# 住民記録システム標準仕様書 2.1.2, each of its examples.
SAME_SOUND = [
    ("ヂ", "ジ"),
    ("ズ", "ヅ"),
    ("ワ", "ハ"),
    ("ヴァ", "バ"),
    ("ヴィ", "ビ"),
    ("ヴ", "ブ"),
    ("オ", "ヲ"),
    ("ヒ", "ピ"),
    ("ッ", "ツ"),
    ("ャ", "ヤ"),
    ("ュ", "ユ"),
    ("ョ", "ヨ"),
    ("ヤマダ　ハナコ", "ヤマタハナコ"),
    ("ヤマダ ハナコ", "ヤマダ　ハナコ"),
    ("オオノ", "オウノ"),
    ("コウノ", "コオノ"),
    ("キョウコ", "キヨオコ"),
    ("ユーコ", "ユコ"),
    ("マリ－アンヌ", "マリーアンヌ"),
    ("マリ‐アンヌ", "マリ―アンヌ"),
    ("ﾏﾘ-ｱﾝﾇ", "マリーアンヌ"),
    ("マリ・アンヌ", "マリ アンヌ"),
    ("ﾔﾏﾀﾞ", "ヤマダ"),
    ("やまだ", "ヤマダ"),
    ("ミツヅカ", "ミツズカ"),
]
OTHER_SOUND = [("ヤマダ", "ヤマモト"), ("ウノ", "オノ"), ("カウ", "カオ"), ("サトウ", "サト")]

SAME_LOOK = [
    ("渡邊", "渡辺"),
    ("渡邉", "渡辺"),
    ("濵田", "浜田"),
    ("髙橋", "高橋"),
    ("山﨑", "山崎"),
    ("𠮷田", "吉田"),
    ("葛󠄃城", "葛城"),
    ("辻󠄂", "辻"),
    ("渡邉󠄐", "渡辺"),
    ("山田　花子", "山田花子"),
    ("神谷", "神谷"),
    ("ＳＭＩＴＨ　Ｊｏｈｎ", "smith john"),
]


@pytest.mark.parametrize(("one", "other"), SAME_SOUND)
def test_sounds_the_same(one: str, other: str) -> None:
    assert FOLDING.kana(one) == FOLDING.kana(other)


@pytest.mark.parametrize(("one", "other"), OTHER_SOUND)
def test_sounds_different(one: str, other: str) -> None:
    assert FOLDING.kana(one) != FOLDING.kana(other)


def test_the_nearest_reading_keeps_voicing_apart() -> None:
    assert FOLDING.kana("ツヅキ") == FOLDING.kana("スズキ")
    assert FOLDING.reading("ツヅキ") != FOLDING.reading("スズキ")
    assert FOLDING.reading("すずき　いちろー") == "スズキイチロ"


@pytest.mark.parametrize(("one", "other"), SAME_LOOK)
def test_looks_the_same(one: str, other: str) -> None:
    assert FOLDING.kanji(one) == FOLDING.kanji(other)


def test_other_kanji_stay_apart() -> None:
    assert FOLDING.kanji("伊藤") != FOLDING.kanji("伊東")


def test_the_keys_of_a_name() -> None:
    keys = FOLDING.keys(
        PersonName(kanji="張　玉蓮", kana="チャン　ユーリェン", latin="ＺＨＡＮＧ　ＹＵＬＩＡＮ")
    )
    assert (keys.kanji, keys.kana, keys.latin) == ("張玉蓮", "シヤンユリエン", "zhangyulian")


def test_a_name_without_kana_has_no_kana_key() -> None:
    assert FOLDING.keys(PersonName(kanji="山田　花子")).kana == ""


@given(st.text(alphabet=KATAKANA + " ー・"))
def test_folding_a_key_again_changes_nothing(text: str) -> None:
    assert FOLDING.kana(FOLDING.kana(text)) == FOLDING.kana(text)
    assert FOLDING.reading(FOLDING.reading(text)) == FOLDING.reading(text)


@given(st.text(alphabet=KATAKANA + "山田邊髙𠮷ＡＢc　\U000e0101"))
def test_any_text_folds_and_a_folded_kanji_key_stays(text: str) -> None:
    assert FOLDING.kanji(FOLDING.kanji(text)) == FOLDING.kanji(text)
    assert FOLDING.latin(FOLDING.latin(text)) == FOLDING.latin(text)


@given(st.text(alphabet=KATAKANA, min_size=1), st.text(alphabet=KATAKANA, max_size=3))
def test_the_beginning_of_a_reading_is_the_beginning_of_its_reading_key(
    beginning: str, rest: str
) -> None:
    assert FOLDING.reading(beginning + rest).startswith(FOLDING.reading(beginning))
