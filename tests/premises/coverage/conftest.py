"""A site whose workstations' past is written down by hand."""

from collections.abc import Iterable
from uuid import UUID

import pytest

from playhead.base.ids import RecordingId, SegmentId, WorkstationId
from playhead.domain.history import Entry
from playhead.domain.recordings import RecordingState, Segment
from playhead.store.catalogue.coverage import add_entries, set_link
from playhead.store.catalogue.segments import Located, add_segments
from playhead.testing.site import Site, opened_site

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
DAY = 1_800_000_000_000_000 // DAY_US * DAY_US
"""Midnight (UTC) before the site's clock: eight in the morning."""
PC = WorkstationId("pc-1")


class Past:
    """Writes it down; times are hours from midnight before the site's first moment."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.segments = 0

    def at(self, hours: float) -> int:
        return DAY + int(hours * HOUR_US)

    async def note(self, *entries: tuple[float, str] | tuple[float, str, float], wanted: str = "continuous") -> None:
        told = [
            Entry(self.at(rest[0] if rest else hours), self.at(hours), state, self.at(rest[0]) if rest else 0, wanted)
            for hours, state, *rest in entries
        ]
        async with self.site.catalogue.writing() as connection:
            await add_entries(connection, PC, told)

    async def link(self, hours: float, *, connected: bool) -> None:
        async with self.site.catalogue.writing() as connection:
            await set_link(connection, PC, at_us=self.at(hours), connected=connected)

    async def held(self, hours: float | None) -> None:
        async with self.site.catalogue.writing() as connection:
            await set_link(connection, PC, held_from_us=0 if hours is None else self.at(hours))

    async def record(
        self, spans: Iterable[tuple[float, float]], *, number: int = 1, ended: str = "sealed", agent: str = "sam"
    ) -> RecordingId:
        """A recording with a segment for each span."""
        recording, told = RecordingId(UUID(int=number)), list(spans)
        await self.site.add_recording(recording, agent=agent, started_at_us=self.at(told[0][0]))
        for begin, end in told:
            self.segments += 1
            segment = Segment(
                SegmentId(UUID(int=self.segments)),
                recording,
                started_at_us=self.at(begin),
                covered_us=self.at(end) - self.at(begin),
                durable_bytes=1,
                sealed=True,
                ended=ended,
            )
            async with self.site.catalogue.writing() as connection:
                await add_segments(connection, [Located(segment, f"{self.segments}")])
        await self.site.set_state(recording, RecordingState.COMPLETE, self.at(told[-1][1]))
        return recording


@pytest.fixture
async def site(tmp_path):
    async with opened_site(tmp_path) as opened:
        await opened.add_workstation("pc-1")
        yield opened


@pytest.fixture
def past(site):
    return Past(site)
