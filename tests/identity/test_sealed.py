"""Sealed means absent: a person under a support measure does not exist for who lacks the right.

Each test lets someone without the right ask twice, of a house where the sealed person is and of
one where there never was such a person, and expects the same answer.
"""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.codes import Relationship
from contracts.events import AuditRecorded
from contracts.events.residents import Address, Householder, PersonName
from contracts.functions import Function
from services.identity.domain.addresses import asked_address
from services.identity.domain.criteria import Criteria, DayOfYear, Match, birth_days
from services.identity.stores import findings, near_misses, reading, searching
from tests.identity.house import Counter, House
from tests.identity.people import HANAKO, Kind, day, token, told
from tests.identity.world import FOLDING

pytestmark = pytest.mark.stack

TARO, JIRO = "000000000000020", "000000000000038"
RIGHT = Function.SEALED_VIEW.value
EVERYONE = frozenset(function.value for function in Function) - {RIGHT}
BUT_THE_RIGHT = tuple(Function(value) for value in EVERYONE)
THE_HOUSEHOLDER = Householder(name="山田　花子", addressee_number=HANAKO)

HANAKO_SEALED = told(Kind.SNAPSHOT, householder=THE_HOUSEHOLDER,
                     previous_address=Address(text="銚子市隠れ町９番９号"))  # fmt: skip
HER_HUSBAND = told(
    Kind.SNAPSHOT, number=TARO, number_token=token(2), relationship=(Relationship.HUSBAND,),
    name=PersonName(kanji="山田　太郎", kana="ヤマダ　タロウ"), birth_date=day("1985-05-03"),
    householder=THE_HOUSEHOLDER,
)  # fmt: skip
SAME_NUMBER = told(Kind.SNAPSHOT, number=JIRO, name=PersonName(kanji="川上　次郎"),
                   household_number="903")  # fmt: skip

CRITERIA = [
    Criteria(kanji="山田", latin="山田"),
    Criteria(kanji="山田花子", latin="山田花子"),
    Criteria(kana="ヤマタハナコ", reading="ヤマダハナコ"),
    Criteria(birth=birth_days("1985-05")),
    Criteria(kanji="花", match=Match.PART),
    Criteria(kana="ハナ", match=Match.GIVEN),
    Criteria(birth=DayOfYear(5, 2)),
    Criteria(address=asked_address("中央1-1", FOLDING)),
    Criteria(address=asked_address("隠れ町", FOLDING)),
    Criteria(household_number="000000000000901"),
    Criteria(addressee_number=HANAKO),
    Criteria(token=token(1)),
]


@pytest.fixture
async def sealed(house: House) -> House:
    """花子 is sealed; 太郎 lives with her; a record of 次郎 bears her number."""
    await house.told(HANAKO_SEALED, HER_HUSBAND, SAME_NUMBER)
    await house.seal(await house.person_id(HANAKO))
    return house


class TestStore:
    """The filter covers every read that staff make, and lets those with the right through."""

    @pytest.mark.parametrize("criteria", CRITERIA, ids=lambda criteria: criteria.kinds)
    async def test_search(self, sealed: House, criteria: Criteria) -> None:
        hanako = await sealed.person_id()
        async with sealed.service.database.read() as connection:
            hits, more = await searching.search(connection, EVERYONE, criteria)
            assert hanako not in {hit.person_id for hit in hits}
            assert not more
            hits, _ = await searching.search(connection, {RIGHT}, criteria)
            assert hanako in {hit.person_id for hit in hits}

    async def test_page(self, sealed: House) -> None:
        hanako = await sealed.person_id()
        async with sealed.service.database.read() as connection:
            assert await reading.person(connection, EVERYONE, hanako) is None
            assert await reading.person(connection, {RIGHT}, hanako) is not None

    async def test_household(self, sealed: House) -> None:
        hanako, taro = await sealed.person_id(), await sealed.person_id(TARO)
        async with sealed.service.database.read() as connection:
            person = await reading.person(connection, EVERYONE, taro)
            assert person is not None
            assert person.household_id is not None
            members = await reading.members(connection, EVERYONE, person.household_id)
            assert [member.person_id for member in members] == [taro]
            members = await reading.members(connection, {RIGHT}, person.household_id)
            assert {member.person_id for member in members} == {hanako, taro}

    async def test_findings(self, sealed: House) -> None:
        jiro = await sealed.person_id(JIRO)
        async with sealed.service.database.read() as connection:
            assert await findings.of_person(connection, EVERYONE, [jiro]) == []
            (found,) = await findings.of_person(connection, {RIGHT}, [jiro])
            assert found.other_person_id == await sealed.person_id()

    def test_the_work_list_goes_through_the_filter(self) -> None:
        for name in ("_LIST", "_COUNT", "_ONE", "_STEPS", "_CANDIDATES", "_VISIBLE"):
            text = getattr(near_misses, name)
            assert re.search(r"identity\.visible_(near_misses|residents)\(\$1\)", text), name
            assert "identity.residents" not in text
            assert "identity.near_misses" not in text

    def test_the_list_of_findings_goes_through_the_filter(self) -> None:
        for name in ("_LIST", "_COUNT", "_ONE", "_OF_PERSON", "_STEPS", "_RECORDS"):
            text = getattr(findings, name)
            assert re.search(r"identity\.visible_(findings|residents)\(\$1\)", text), name
            assert "identity.residents" not in text

    def test_whatever_staff_read_goes_through_the_filter(self) -> None:
        statements = {
            name: text
            for name, text in {**vars(reading), **vars(searching)}.items()
            if isinstance(text, str) and re.search(r"\bfrom\b", text) and name.startswith("_")
        }
        assert {"_SEARCH", "_PERSON", "_MEMBERS"} <= statements.keys()
        for name, text in statements.items():
            # Parts of _SEARCH narrow what the filter has let through; a place is nobody's.
            if name not in ("_BEARERS", "_HOUSEHOLDS", "_PARTS", "_BUILDINGS"):
                assert "identity.visible_residents($1)" in text
            assert "identity.residents" not in text


class TestAnswers:
    """What comes over the API is what comes where there never was such a person."""

    async def answers(self, house: House, counter: Counter, hanako: UUID) -> list[Any]:
        """Everything that someone with every function (but the right) can ask."""
        searches: list[dict[str, str]] = [
            {"name": "山田"},
            {"name": "山田　花子"},
            {"kana": "ヤマダ　ハナコ"},
            {"birth_date": "1985-05"},
            {"birth_date": "1985-05-02"},
            {"birth_date": "5月2日"},
            {"name": "花", "match": "part"},
            {"kana": "ハナ", "match": "given"},
            {"address": "中央一丁目1-1"},
            {"address": "隠れ町"},
            {"household_number": "901"},
            {"household_number": "000000000000901"},
            {"addressee_number": HANAKO},
            {"token": token(1)},
        ]
        answers = [await counter.search(*BUT_THE_RIGHT, **criteria) for criteria in searches]
        answers.append(await counter.show(hanako, *BUT_THE_RIGHT))
        answers.append(await counter.show(await house.person_id(TARO), *BUT_THE_RIGHT))
        answers.append(await counter.call("GET", f"/persons/{hanako}", ()))
        return [(answer.status_code, _without_ids(answer.text)) for answer in answers]

    async def test_the_same_as_of_nobody(self, house: House, counter: Counter) -> None:
        await house.told(HER_HUSBAND)
        without = await self.answers(house, counter, uuid4())
        await house.told(HANAKO_SEALED)
        hanako = await house.person_id()
        seen = await self.answers(house, counter, hanako)
        assert seen != without
        await house.seal(hanako)
        assert await self.answers(house, counter, hanako) == without

    async def test_the_audit_record_of_an_attempt_is_kept(
        self, sealed: House, counter: Counter
    ) -> None:
        hanako = await sealed.person_id()
        assert (await counter.show(hanako)).status_code == 404
        (kept,) = await sealed.outbox(AuditRecorded)
        assert (kept.person_id, kept.outcome.value) == (hanako, "failed")


def _without_ids(text: str) -> str:
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "id", text)
    text = re.sub(r'"trace_id":"[0-9a-f]+"', '"trace_id":""', text)
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+\d\d:\d\d)", "moment", text)
