"""What this site should have recorded and what it has, for the cloud's portal. Who may see it is decided there."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from playhead.base.errors import InvalidInputError
from playhead.base.ids import RecordingId, SiteId, WorkstationId
from playhead.base.instants import FIRST_DAY, LAST_DAY
from playhead.domain.accounts import DayAccount, RecordingAccount
from playhead.domain.names_in_cloud import workstation_in_cloud
from playhead.domain.recordings import Recording
from playhead.domain.site_coverage import DayAnswer, DayQuestion, RecordingAnswer, read_coverage, write_coverage
from playhead.premises.asked.changes import MSGPACK, body_of
from playhead.premises.asked.rules import behalf_of
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.recordings import get_recording
from playhead.store.catalogue.workstations import workstation_names

_DAY_CHARS: Final = 10


class Accounts(Protocol):
    """`CoverageLedger`."""

    async def day(self, day: date, workstations: Collection[WorkstationId]) -> Mapping[WorkstationId, DayAccount]:
        """Of some workstations."""
        ...

    async def recording(self, recording: Recording) -> RecordingAccount:
        """Of a recording."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCoverage:
    """The routes.

    Args:
        ledger: of this site.
        catalogue: likewise.
    """

    ledger: Accounts
    catalogue: Catalogue

    @property
    def routes(self) -> list[BaseRoute]:
        """To be served over the link alone."""
        return [
            Route("/asked/coverage/days/{day}", self._day, methods=["POST"]),
            Route("/asked/coverage/recordings/{recording}", self._recording, methods=["GET"]),
        ]

    async def _day(self, request: Request) -> Response:
        behalf_of(request.headers)
        day = _day(request.path_params["day"])
        asked = read_coverage(await body_of(request), DayQuestion)
        site, wanted = SiteId(asked.site), set(asked.workstations)
        async with self.catalogue.reading() as connection:
            known = await workstation_names(connection)
        called = {one: str(workstation_in_cloud(site, one)) for one in known}
        called = {one: name for one, name in called.items() if name in wanted}
        accounts = await self.ledger.day(day, list(called))
        told = DayAnswer({called[one]: account for one, account in accounts.items()})
        return Response(write_coverage(told), media_type=MSGPACK)

    async def _recording(self, request: Request) -> Response:
        behalf_of(request.headers)
        async with self.catalogue.reading() as connection:
            found = await get_recording(connection, RecordingId.parse(request.path_params["recording"]))
        told = RecordingAnswer(await self.ledger.recording(found))
        return Response(write_coverage(told), media_type=MSGPACK)


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidInputError("coverage.day", f"There is no day {text[:_DAY_CHARS]}.") from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise InvalidInputError("coverage.day", f"Days are from {FIRST_DAY} to {LAST_DAY}.")
    return day
