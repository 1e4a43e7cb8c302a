"""Exports that failed: tried again a few times, then listed in quarantine, and refused until somebody looks at it."""

from typing import Any, Final

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import ConflictError, PlayheadError, UnavailableError
from playhead.base.ids import RecordingId, UserId
from playhead.domain.exports import ExportWish
from playhead.domain.quarantine import Quarantined
from playhead.domain.retries import Backoff
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.quarantine import find_quarantined, quarantine_one, release_quarantined

BACKOFF: Final = Backoff(attempts_max=3, first_us=5_000_000, longest_us=60_000_000)
"""A disk that failed or was full for a moment. Others have their turn in between."""

_log: Any = structlog.get_logger()


class FailedExports:
    """The list, as far as it is about exports."""

    def __init__(self, catalogue: Catalogue, clock: Clock) -> None:
        self._catalogue = catalogue
        self._clock = clock

    async def check(self, wish: ExportWish) -> None:
        """Before one is begun.

        Raises:
            ConflictError: ``export.quarantined``.
        """
        async with self._catalogue.reading() as connection:
            found = await find_quarantined(connection, "upload", subject_of(wish))
        if found is not None:
            hint = "Somebody who operates the server can have it tried again."
            raise ConflictError("export.quarantined", f"This file could not be made: {found.message}", hint=hint)

    async def note(self, wish: ExportWish, failed: PlayheadError, attempts: int) -> None:
        """One has failed for the last time."""
        found = Quarantined(
            kind="upload",
            subject=subject_of(wish),
            place="nowhere",
            code=failed.code,
            message=failed.message,
            at_us=self._clock.wall_us(),
            recording=wish.recording,
            attempts=attempts,
            details=_details(wish),
        )
        try:
            async with self._catalogue.writing() as connection:
                await quarantine_one(connection, found)
        except UnavailableError as error:
            _log.error("failed export not listed", recording=str(wish.recording), code=error.code)
            return
        _log.error("quarantine.added", recording=str(wish.recording), code=failed.code)

    async def release(self, found: Quarantined) -> ExportWish:
        """Take one off the list; what was asked for."""
        async with self._catalogue.writing() as connection:
            await release_quarantined(connection, found.kind, found.subject)
        return _wish(found)


def subject_of(wish: ExportWish) -> str:
    """What tells one from others: whoever asks for the same gets the same."""
    begin = "" if wish.from_us is None else str(wish.from_us)
    end = "" if wish.to_us is None else str(wish.to_us)
    return f"export {wish.recording} {begin}-{end}"


def _details(wish: ExportWish) -> dict[str, str | int]:
    found: dict[str, str | int] = {"user": str(wish.user), "recording": str(wish.recording)}
    if wish.from_us is not None:
        found["from_us"] = wish.from_us
    if wish.to_us is not None:
        found["to_us"] = wish.to_us
    return found


def _wish(found: Quarantined) -> ExportWish:
    details = found.details
    begin, end = details.get("from_us"), details.get("to_us")
    return ExportWish(
        UserId(str(details["user"])),
        RecordingId.parse(str(details["recording"])),
        int(begin) if begin is not None else None,
        int(end) if end is not None else None,
    )
