"""The four attributes (4情報): which agree, after which folding, and whose a record is (C01)."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.codes import Sex
from contracts.events.residents import Address, PersonName
from services.identity.domain.addresses import fold_address
from services.identity.domain.comparison import (
    Agreement,
    Bearer,
    Comparison,
    Outcome,
    compare,
    compare_all,
    judge,
    judge_linked,
)
from tests.identity.feeds import attributes
from tests.identity.people import day, record
from tests.identity.world import FOLDING

A = Agreement
HANAKO_ID, OTHER_ID = UUID(int=1), UUID(int=2)


def held_against(told: dict[str, Any], **known: Any) -> Comparison:
    return compare(attributes(**told), Bearer(HANAKO_ID, record(**known)), FOLDING)


@pytest.mark.parametrize(
    ("told", "known", "agreement"),
    [
        ("山田　花子", "山田　花子", A.EXACT),
        ("山田 花子", "山田　花子", A.FOLDED),
        ("山田花子", "山田　花子", A.FOLDED),
        ("渡邊　花子", "渡辺　花子", A.VARIANT),
        ("渡邉　花子", "渡邊　花子", A.VARIANT),
        ("辻\U000e0100　花子", "辻　花子", A.VARIANT),
        ("髙橋　花子", "高橋　花子", A.VARIANT),
        ("ＪＯＨＮ　ＳＭＩＴＨ", "John Smith", A.FOLDED),
        ("山口　花子", "山田　花子", A.DIFFERS),
        ("・　・", "・", A.DIFFERS),
    ],
)
def test_names(told: str, known: str, agreement: Agreement) -> None:
    assert held_against({"name": told}, name=PersonName(kanji=known)).name is agreement


def test_an_alias_agrees_as_such() -> None:
    known = {"name": PersonName(kanji="KIM YONGSU"), "alias": PersonName(kanji="山田　花子")}
    assert held_against({}, **known).name is A.ALIAS


def test_a_name_in_latin_letters_agrees_with_the_latin_name() -> None:
    known = PersonName(kanji="スミス　ジョン", latin="JOHN SMITH")
    assert held_against({"name": "John Smith"}, name=known).name is A.FOLDED


def test_kana_alone_and_a_former_name_come_near_and_do_not_agree() -> None:
    told = PersonName(kanji="山田　華子", kana="ﾔﾏﾀﾞ ﾊﾅｺ")
    assert held_against({"name": told}).name is A.KANA
    bearer = Bearer(HANAKO_ID, record(), frozenset({FOLDING.kanji("佐藤花子")}))
    assert compare(attributes(name="佐藤　花子"), bearer, FOLDING).name is A.FORMER
    assert not A.KANA.agrees
    assert not A.FORMER.agrees


@pytest.mark.parametrize(
    ("told", "known", "agreement"),
    [
        ("千葉市中央区中央一丁目１番１号", "千葉市中央区中央一丁目１番１号", A.EXACT),
        ("千葉市中央区中央一丁目1番1号", "千葉市中央区中央一丁目１番１号", A.FOLDED),
        ("千葉市中央区中央 一丁目1番1号", "千葉市中央区中央一丁目１番１号", A.FOLDED),
        ("千葉市中央区中央１－１－１", "千葉市中央区中央一丁目１番１号", A.NOTATION),
        ("千葉県千葉市中央区中央1丁目1-1", "千葉市中央区中央一丁目１番１号", A.NOTATION),
        ("千葉市若葉区桜木二十三番地の４", "千葉市若葉区桜木23-4", A.NOTATION),
        ("千葉市若葉区桜木２３番地", "千葉市若葉区桜木23", A.NOTATION),
        ("市川市三番町1番2号", "市川市三番町1-2", A.NOTATION),
        ("千葉市中央区中央1-1-1千葉ハイツ201", "千葉市中央区中央一丁目１番１号", A.NO_BUILDING),
        ("千葉市中央区中央1-1-12", "千葉市中央区中央一丁目１番１号", A.DIFFERS),
        ("千葉市中央区中央1-1-1-2", "千葉市中央区中央一丁目１番１号", A.DIFFERS),
        ("千葉市中央区中央1-1-1", "千葉市中央区中央一丁目１番２号", A.DIFFERS),
        ("市川市三番町1-2", "市川市二番町1-2", A.DIFFERS),
        ("千葉市緑区1-1", "千葉市中央区1-1", A.DIFFERS),
    ],
)
def test_addresses(told: str, known: str, agreement: Agreement) -> None:
    assert held_against({"address": told}, address=Address(text=known)).address is agreement


@pytest.mark.parametrize(
    ("told", "known", "agreement"),
    [
        (("中央1-1-1", "千葉ハイツ201"), ("中央1-1-1", "千葉ハイツ２０１号室"), A.NOTATION),
        (("中央1-1-1千葉ハイツ201", None), ("中央1-1-1", "千葉ハイツ201"), A.FOLDED),
        (("中央1-1-1", "201"), ("中央1-1-1-201", None), A.NOTATION),
        (("中央1-1-1", None), ("中央1-1-1", "千葉ハイツ201"), A.NO_BUILDING),
        (("中央1-1-1", "千葉ハイツ202"), ("中央1-1-1", "千葉ハイツ201"), A.PART),
    ],
)
def test_buildings(
    told: tuple[str, str | None], known: tuple[str, str | None], agreement: Agreement
) -> None:
    theirs, ours = (Address(text=text, building=building) for text, building in (told, known))
    assert held_against({"address": theirs}, address=ours).address is agreement


def test_the_address_before_the_move_comes_near() -> None:
    before = Address(text="千葉市緑区おゆみ野1-1")
    assert held_against({"address": before}, previous_address=before).address is A.FORMER


@pytest.mark.parametrize(
    ("told", "known", "agreement"),
    [
        ("1985-05-02", "昭和60年5月2日", A.EXACT),
        ("1985-05-03", "1985-05-02", A.PART),
        ("1985-02-05", "1985-05-02", A.PART),
        ("1985-06-03", "1985-05-02", A.DIFFERS),
        ("昭和5年 月日不詳", "昭和5年　月日不詳", A.FOLDED),
        ("昭和5年 月日不詳", "昭和5年2月1日", A.PART),
        ("昭和5年 月日不詳", "昭和5年頃", A.PART),
        ("昭和5年 月日不詳", "昭和6年 月日不詳", A.DIFFERS),
        ("年月日不詳", "年月日不詳", A.UNKNOWN),
        ("年月日不詳", "1985-05-02", A.UNKNOWN),
    ],
)
def test_birth_dates(told: str, known: str, agreement: Agreement) -> None:
    assert held_against({"birth_date": told}, birth_date=day(known)).birth_date is agreement


@pytest.mark.parametrize(
    ("told", "known", "agreement"),
    [
        (Sex.FEMALE, Sex.FEMALE, A.EXACT),
        (Sex.MALE, Sex.FEMALE, A.DIFFERS),
        (Sex.UNKNOWN, Sex.FEMALE, A.UNKNOWN),
        (Sex.UNKNOWN, Sex.UNKNOWN, A.UNKNOWN),
    ],
)
def test_sexes(told: Sex, known: Sex, agreement: Agreement) -> None:
    assert held_against({"sex": told}, sex=known).sex is agreement


MOVED = {"address": "千葉市緑区おゆみ野1-1"}
MARRIED = {"name": "佐藤　花子"}
TWIN = {"name": "山田　月子"}


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ({}, Outcome.AGREED),
        (MOVED, Outcome.NEAR),
        (MARRIED, Outcome.NEAR),
        ({"birth_date": "1985-06-02"}, Outcome.NEAR),
        ({"sex": Sex.UNKNOWN}, Outcome.NEAR),
        (TWIN, Outcome.NEAR),
        (MOVED | MARRIED, Outcome.NOBODY),
        ({"birth_date": "年月日不詳"}, Outcome.NEAR),
        ({"birth_date": "年月日不詳"} | MOVED, Outcome.NOBODY),
    ],
)
def test_whose_a_record_is(told: dict[str, Any], outcome: Outcome) -> None:
    compared = {HANAKO_ID: held_against(told)}
    judgement = judge(compared)
    assert judgement.outcome is outcome
    assert judgement.person_id == (HANAKO_ID if outcome is Outcome.AGREED else None)


def test_the_one_with_whom_all_agree_has_the_record_and_not_who_comes_near() -> None:
    compared = {HANAKO_ID: held_against({}), OTHER_ID: held_against(TWIN)}
    assert judge(compared).person_id == HANAKO_ID


def test_two_with_whom_all_agree_are_for_staff_to_tell_apart() -> None:
    compared = {HANAKO_ID: held_against({}), OTHER_ID: held_against({})}
    judgement = judge(compared)
    assert (judgement.outcome, judgement.person_id) == (Outcome.AMBIGUOUS, None)
    assert [person_id for person_id, _ in judgement.compared] == [HANAKO_ID, OTHER_ID]


@pytest.mark.parametrize(
    ("told", "as_before", "outcome"),
    [
        ({}, False, Outcome.AGREED),
        (MOVED, False, Outcome.BY_LINK),
        (MARRIED, False, Outcome.NEAR),
        (MARRIED, True, Outcome.BY_LINK),
        ({"birth_date": "1985-06-02"}, False, Outcome.NEAR),
        ({"sex": Sex.UNKNOWN}, False, Outcome.NEAR),
    ],
)
def test_a_record_under_a_number_that_is_somebodys(
    told: dict[str, Any], as_before: bool, outcome: Outcome
) -> None:
    judgement = judge_linked(HANAKO_ID, held_against(told), as_before=as_before)
    assert judgement.outcome is outcome
    assert (judgement.person_id == HANAKO_ID) == outcome.attaches


def test_of_a_persons_records_the_best_counts() -> None:
    known: tuple[dict[str, Any], ...] = (
        {"name": PersonName(kanji="佐藤　花子")}, {}, {"name": PersonName(kanji="鈴木　花子")}
    )  # fmt: skip
    bearers = [Bearer(HANAKO_ID, record(**each)) for each in known]
    assert compare_all(attributes(), bearers, FOLDING)[HANAKO_ID].all_agree


NAMES = st.text("山田花子渡邊辺邉髙高　 ・", min_size=1, max_size=8)
PLACES = st.text("千葉市中央一二三十123１２-－丁目番地号の ハイツ", min_size=1, max_size=12)


@given(told=NAMES, known=NAMES, here=PLACES, there=PLACES)
def test_who_is_who_does_not_depend_on_which_side_says_it(
    told: str, known: str, here: str, there: str
) -> None:
    there_to_here = held_against(
        {"name": told, "address": here}, name=PersonName(kanji=known), address=Address(text=there)
    )
    here_to_there = held_against(
        {"name": known, "address": there}, name=PersonName(kanji=told), address=Address(text=here)
    )
    assert there_to_here.name is here_to_there.name
    assert there_to_here.address is here_to_there.address


@given(name=NAMES, place=PLACES)
def test_everybody_is_who_they_are(name: str, place: str) -> None:
    found = held_against(
        {"name": name, "address": place}, name=PersonName(kanji=name), address=Address(text=place)
    )
    assert found.all_agree
    assert found.name is A.EXACT


@given(PLACES)
def test_folding_an_address_again_changes_nothing_of_what_it_is_compared_with(text: str) -> None:
    folded = fold_address(text, FOLDING)
    assert fold_address(f"　{text} ", FOLDING) == folded
    assert fold_address(text.replace("-", "－"), FOLDING) == folded
