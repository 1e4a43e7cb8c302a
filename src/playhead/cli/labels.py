"""Tagging and holding recordings from the command line, whether or not the server runs."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.clock import SystemClock
from playhead.cli.catalogues import existing_catalogue
from playhead.cli.console import done, notice
from playhead.cli.library import resolve
from playhead.cli.operator import OPERATOR
from playhead.cli.places import PremisesPlaces
from playhead.domain.recordings import Recording
from playhead.domain.words import tag_of
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue.audit import add_audit_entry
from playhead.store.catalogue.holds import Hold, add_hold, release_hold
from playhead.store.catalogue.tags import add_tag, remove_tag


async def tag(places: PremisesPlaces, text: str, tags: Sequence[str], *, remove: bool) -> None:
    """Tag a recording, or take tags off it."""
    async with _changing(places, text) as change:
        for wanted in [tag_of(each) for each in tags]:
            if remove:
                is_new = await remove_tag(change.connection, change.recording.id, wanted)
            else:
                is_new = await add_tag(
                    change.connection, change.recording.id, wanted, by_user=OPERATOR, now_us=change.now_us
                )
            verb = "untagged" if remove else "tagged"
            await change.note(f"recording.{verb}", wanted, f"{verb} “{wanted}”", is_new=is_new)


async def hold(places: PremisesPlaces, text: str, reason: str) -> None:
    """Keep a recording from being deleted."""
    async with _changing(places, text) as change:
        wanted = Hold(change.recording.id, reason, OPERATOR, change.now_us)
        is_new = await add_hold(change.connection, wanted)
        await change.note("recording.held", reason, "held", is_new=is_new)


async def release(places: PremisesPlaces, text: str) -> None:
    """Let a recording be deleted again."""
    async with _changing(places, text) as change:
        is_new = await release_hold(change.connection, change.recording.id)
        await change.note("recording.released", "", "released", is_new=is_new)


class _Change:
    """A change to one recording under way."""

    def __init__(self, connection: AsyncConnection, recording: Recording, audit: AuditTrail, now_us: int) -> None:
        self.connection = connection
        self.recording = recording
        self.now_us = now_us
        self._audit = audit
        self._said: list[tuple[bool, str]] = []

    async def note(self, action: str, detail: str, what: str, *, is_new: bool) -> None:
        """Add what was done to the audit log, in the same transaction; it is said once all is done."""
        self._said.append((is_new, what))
        if is_new:
            details = {"detail": detail} if detail else {}
            entry = self._audit.entry(str(OPERATOR), action, str(self.recording.id), "", details)
            await add_audit_entry(self.connection, entry)

    def say(self) -> None:
        """Say what was done, and what was so already."""
        for is_new, what in self._said:
            if is_new:
                done(f"{self.recording.id} {what}")
            else:
                notice(f"{self.recording.id} was {what} already")


@asynccontextmanager
async def _changing(places: PremisesPlaces, text: str) -> AsyncGenerator[_Change]:
    """One transaction on the recording that ``text`` names."""
    clock = SystemClock()
    async with existing_catalogue(places) as catalogue:
        async with catalogue.writing() as connection:
            recording = await resolve(connection, text)
            change = _Change(connection, recording, AuditTrail(catalogue, clock), clock.wall_us())
            yield change
        change.say()
