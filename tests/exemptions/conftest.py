"""Exemptions on a database of its own, for tests that use it as staff do."""

from collections.abc import AsyncIterator, Callable
from uuid import UUID

import pytest

from deploy.local.testing import TestStack
from services.chassis.service import Service
from tests.audit.calling import Caller
from tests.exemptions.counter import exemptions_service, somebody
from tests.exemptions.renewing import Renewing


@pytest.fixture
async def exemptions(
    stack: TestStack, fresh_database: Callable[[str], str]
) -> AsyncIterator[Service]:
    name = fresh_database("exemptions")
    async with exemptions_service(stack, DATABASE_NAME=name).opened() as service:
        yield service


@pytest.fixture
def call(stack: TestStack, exemptions: Service) -> Caller:
    return Caller(stack, exemptions)


@pytest.fixture
async def person(exemptions: Service) -> UUID:
    return await somebody(exemptions)


@pytest.fixture
async def city(stack: TestStack, fresh_database: Callable[[str], str]) -> AsyncIterator[Renewing]:
    name = fresh_database("exemptions")
    async with exemptions_service(stack, DATABASE_NAME=name).opened() as service:
        yield Renewing(service, Caller(stack, service))
