"""What was not sent waits while nobody looked at what became of its months."""

from uuid import UUID

import pytest

from contracts.events import QualificationPeriod
from services.chassis.service import Service
from tests.audit.calling import Caller
from tests.exemptions.applying import CLERK
from tests.exemptions.counter import take
from tests.exemptions.exempting import a_notice, notify
from tests.exemptions.jps import with_jps
from tests.exemptions.people import period
from tests.exemptions.test_consequences import LIST, applied, listed, timeline
from tests.exemptions.test_unsure_months import FACILITY, LOST, holds

pytestmark = pytest.mark.stack
BREAK = (
    period(1, "2010-03-31", "2026-10-01"),
    period(2, "2026-10-01", "2027-02-01"),
    period(1, "2027-02-01"),
)


@pytest.mark.parametrize(
    ("periods", "what"),
    [((LOST,), {"fell_away"}), (BREAK, {"fell_away", "acquired_again"})],
)
async def test_an_application_waits_until_all_that_became_of_its_months_was_noted(
    exemptions: Service,
    call: Caller,
    person: UUID,
    periods: tuple[QualificationPeriod, ...],
    what: set[str],
) -> None:
    await applied(exemptions, call, person)
    await take(exemptions, timeline(person, 2, *periods))
    found = await listed(call)
    assert {one["what"] for one in found} == what
    assert all("保留" in one["action"] for one in found)
    assert await holds(exemptions) == [True]
    for n, one in enumerate(found, start=1):
        path = f"{LIST}/{one['consequence_id']}/note"
        noted = await call(*CLERK, post=path, json={"note": "申請者に確認し、このまま送付する。"})
        assert noted.status_code == 200, noted.text
        assert await holds(exemptions) == ([True] if n < len(found) else [True, False])
    # Told again, it is the same.
    await take(exemptions, timeline(person, 3, *periods))
    assert await holds(exemptions) == [True, False]


async def test_nothing_waits_that_was_sent_or_of_which_the_change_itself_tells_jps(
    exemptions: Service, call: Caller, person: UUID
) -> None:
    await with_jps(exemptions, call, person)
    await notify(call, a_notice(person, "statutory_start", FACILITY))
    await take(exemptions, timeline(person, 2, LOST))
    assert await listed(call) == []
    assert {one["what"] for one in await listed(call, "shown")} == {"fell_away"}
    assert await holds(exemptions) == []
