"""What the parts of the service share: parameters, layouts and the renderers made of them."""

import asyncio
from dataclasses import dataclass, field
from typing import Annotated, cast

from fastapi import Depends

from services.chassis.http import current_service
from services.chassis.service import Service
from services.jps_reporting.domain.layout import Layout
from services.jps_reporting.domain.rendering import Renderer
from services.jps_reporting.parameter_files import Parameters
from services.jps_reporting.settings import Settings


@dataclass(slots=True)
class Reporting:
    """The service's own state: read-only after it was built, but for who is handing over."""

    settings: Settings
    parameters: Parameters
    handing_over: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))
    """At so many files at once: each is in memory whole, and on no disk."""
    _renderers: dict[str, Renderer] = field(default_factory=dict)

    @property
    def layout(self) -> Layout:
        """The layout that new batches are made in."""
        return self.parameters.layout(self.settings.layout)

    def renderer(self, layout: Layout) -> Renderer:
        """The renderer of a layout."""
        if layout.id not in self._renderers:
            self._renderers[layout.id] = Renderer(
                layout, self.parameters.substitutions, self.settings.municipality_code
            )
        return self._renderers[layout.id]


def reporting_of(service: Annotated[Service, Depends(current_service)]) -> Reporting:
    """The state behind the service that answers."""
    return cast(Reporting, service.state)


CurrentService = Annotated[Service, Depends(current_service)]
CurrentReporting = Annotated[Reporting, Depends(reporting_of)]
