"""The work list of findings as staff reach it, and somebody who is on the register twice."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import httpx

from contracts.events import (
    LinkageAnswered,
    LinkageItem,
    LinkagePurpose,
    LinkageRequested,
    PersonMerged,
    PersonSeparated,
)
from contracts.functions import Function
from tests.identity.house import Counter, House
from tests.identity.people import Kind, became, token, told

CLERK, CHIEF = "s001", "s002"
FIRST, SECOND, THIRD = (f"{n:015d}" for n in (11, 20, 30))
SINCE_2020 = became("2020-04-01")
BOTH = (Function.LINK_PROPOSE, Function.LINK_SETTLE)


class FindingDesk:
    """Two of staff: one proposes, another settles."""

    def __init__(self, counter: Counter, *more: Function) -> None:
        self.counter = counter
        self._functions = (*BOTH, *more)

    async def get(self, path: str = "") -> Any:
        answer = await self.counter.call("GET", f"/findings{path}", self._functions)
        return answer.json() if answer.status_code == 200 else answer.status_code

    async def only(self, query: str = "") -> str:
        (finding,) = (await self.get(query))["findings"]
        return str(finding["finding_id"])

    async def post(self, path: str, by: str, **body: Any) -> httpx.Response:
        said = {name: str(v) if isinstance(v, UUID) else v for name, v in body.items()}
        return await self.counter.call(
            "POST", f"/findings{path}", self._functions, staff_id=by, json=said
        )

    async def raises(self, kind: str, *persons: UUID) -> httpx.Response:
        named = dict(zip(("person_id", "other_person_id"), persons, strict=False))
        return await self.post("", CLERK, kind=kind, **named)

    async def propose(
        self, finding_id: str, decision: str, person_id: UUID | None = None, by: str = CLERK
    ) -> httpx.Response:
        whose = {} if person_id is None else {"person_id": person_id}
        return await self.post(f"/{finding_id}/proposal", by, decision=decision, **whose)

    async def settle(
        self, finding_id: str, by: str = CHIEF, *, agree: bool = True
    ) -> httpx.Response:
        return await self.post(f"/{finding_id}/settlement", by, agree=agree)

    async def decide(self, finding_id: str, decision: str, person_id: UUID | None = None) -> Any:
        """Propose and settle; the page after it."""
        proposed = await self.propose(finding_id, decision, person_id)
        assert proposed.status_code == 200, proposed.text
        settled = await self.settle(finding_id)
        assert settled.status_code == 200, settled.text
        return settled.json()

    async def merge(self, one: UUID, other: UUID) -> Any:
        """Raise that two are one, and settle it."""
        raised = await self.raises("same_person", one, other)
        assert raised.status_code == 200, raised.text
        return await self.decide(raised.json()["finding"]["finding_id"], "merge")

    async def separate(self, one: UUID, other: UUID) -> Any:
        """Raise that one is two, and settle it."""
        raised = await self.raises("merge_doubted", one, other)
        assert raised.status_code == 200, raised.text
        return await self.decide(raised.json()["finding"]["finding_id"], "separate")


async def two(house: House, *tokens: str | None) -> tuple[UUID, UUID]:
    """花子 is on the register twice: she moved away in 2024, and came back under a new 宛名番号."""
    first, second = tokens or (token(1), token(1))
    await house.told(
        told(Kind.MOVE_IN, "2020-04-01", number=FIRST, number_token=first),
        told(Kind.MOVE_OUT, "2024-03-31", version=2, became=SINCE_2020, number=FIRST,
             number_token=first),
        told(Kind.MOVE_IN, "2026-04-01", number=SECOND, number_token=second),
    )  # fmt: skip
    return await house.person_id(FIRST), await house.person_id(SECOND)


async def handed_out(house: House, *person_ids: UUID) -> list[str | None]:
    """The number that linkage hands out for each."""
    before = len(await house.outbox(LinkageAnswered))
    requests = [
        LinkageRequested(
            request_id=uuid4(), person_id=person_id, purpose=LinkagePurpose.REPORT_TO_JPS,
            items=tuple(LinkageItem), reference=uuid4(),
        )
        for person_id in person_ids
    ]  # fmt: skip
    records = house.records("jps_reporting", [(str(r.person_id), r) for r in requests])
    await house.service.intake.take(records)
    answers = (await house.outbox(LinkageAnswered))[before:]
    return [a.answer.individual_number_token if a.answer else None for a in answers]


async def shown(desk: FindingDesk, person_id: UUID) -> dict[str, object]:
    page = (await desk.counter.show(person_id)).json()
    return {
        "person_id": UUID(page["person_id"]),
        "number_state": page["number_state"],
        "former_ids": [UUID(former) for former in page["former_ids"]],
        "links": [link["addressee_number"] for link in page["links"]],
    }


async def decided(house: House) -> Sequence[PersonMerged | PersonSeparated]:
    return [*await house.outbox(PersonMerged), *await house.outbox(PersonSeparated)]
