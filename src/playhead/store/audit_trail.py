"""Writing the audit log from services: every view and every refusal, yet no stranger can fill the disk with them."""

from collections import OrderedDict
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.audit import AuditEntry, add_audit_entry

REFUSALS_MAX: Final = 20
"""Entries for what one address was refused within `WINDOW_US`; the rest is counted, and told with the next entry."""

WINDOW_US: Final = 60_000_000

ADDRESSES_MAX: Final = 4_096
"""Addresses that refusals are counted for; the one that was refused longest ago is forgotten first."""

NOTED_MAX: Final = 16_384
"""What `AuditTrail.note_once` remembers: ten people who watch a wall of a thousand. The oldest is forgotten first."""

REPEAT_US: Final = 600_000_000
"""The same person doing the same to the same thing is one entry for so long (`AuditTrail.note_once`)."""

_NOTHING: Final[Mapping[str, str | int]] = {}

_page: Final[ContextVar[str]] = ContextVar("page", default="")


@contextmanager
def done_from(page: str) -> Generator[None]:
    """What is noted within the block, by this task, was done from that page of the portal."""
    token = _page.set(page)
    try:
        yield
    finally:
        _page.reset(token)


@dataclass(slots=True)
class _Refusals:
    since_us: int
    listed: int = 0
    unlisted: int = 0


class AuditTrail:
    """Adds to the audit log, each entry in a transaction of its own. Holds no secret."""

    def __init__(self, catalogue: Catalogue, clock: Clock) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self._refusals: OrderedDict[str, _Refusals] = OrderedDict()
        self._noted: OrderedDict[tuple[str, str, str], int] = OrderedDict()

    async def note(
        self, actor: str, action: str, subject: str, address: str, details: Mapping[str, str | int] = _NOTHING
    ) -> None:
        """Add an entry.

        Args:
            actor: a user's or workstation's id, or ``system``.
            action: stable code, ``area.what``.
            subject: what it was done to.
            address: from where.
            details: more, for a person to read.
        """
        async with self._catalogue.writing() as connection:
            await add_audit_entry(connection, self.entry(actor, action, subject, address, details))

    def entry(
        self, actor: str, action: str, subject: str, address: str, details: Mapping[str, str | int] = _NOTHING
    ) -> AuditEntry:
        """An entry of now, for `add_audit_entry` in the transaction of what it tells of. Arguments as of `note`."""
        return AuditEntry(self._clock.wall_us(), actor, action, subject, address, details, page=_page.get())

    async def note_once(
        self, actor: str, action: str, subject: str, address: str, details: Mapping[str, str | int] = _NOTHING
    ) -> None:
        """Add an entry, unless the same one was added in the last `REPEAT_US`."""
        await self.note_all_once(actor, action, [subject], address, details)

    async def note_all_once(
        self,
        actor: str,
        action: str,
        subjects: Sequence[str],
        address: str,
        details: Mapping[str, str | int] = _NOTHING,
        *,
        repeat_us: int = REPEAT_US,
    ) -> None:
        """Add an entry for each subject of which the same was not added in the last ``repeat_us``, all at once."""
        fresh = [subject for subject in subjects if self._is_fresh((actor, action, subject), repeat_us)]
        if not fresh:
            return
        try:
            async with self._catalogue.writing() as connection:
                for subject in fresh:
                    await add_audit_entry(connection, self.entry(actor, action, subject, address, details))
        except PlayheadError:
            for subject in fresh:  # they are not there: whoever tries again must add them
                self._noted.pop((actor, action, subject), None)
            raise

    def _is_fresh(self, key: tuple[str, str, str], repeat_us: int) -> bool:
        """Whether an entry is to be added, which is then remembered as added."""
        now_us = self._clock.monotonic_us()
        before_us = self._noted.pop(key, None)
        fresh = before_us is None or now_us - before_us >= repeat_us
        self._noted[key] = now_us if fresh or before_us is None else before_us
        while len(self._noted) > NOTED_MAX:
            self._noted.popitem(last=False)
        return fresh

    async def refuse(
        self, actor: str, action: str, subject: str, address: str, details: Mapping[str, str | int] = _NOTHING
    ) -> None:
        """Add an entry for something refused, within the limits of its address."""
        now_us = self._clock.monotonic_us()
        count = self._refusals.pop(address, None)
        unlisted = 0
        if count is None or now_us - count.since_us >= WINDOW_US:
            unlisted = 0 if count is None else count.unlisted
            count = _Refusals(now_us)
        self._refusals[address] = count
        while len(self._refusals) > ADDRESSES_MAX:
            self._refusals.popitem(last=False)
        if count.listed >= REFUSALS_MAX:
            count.unlisted += 1
            return
        count.listed += 1
        await self.note(actor, action, subject, address, {**details, **({"unlisted": unlisted} if unlisted else {})})
