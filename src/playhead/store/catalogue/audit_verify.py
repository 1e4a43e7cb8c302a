"""Proving that the audit log is what was written: every entry, in its place, none gone."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from playhead.domain.audit_chain import FIRST, Head
from playhead.store.catalogue.audit import audit_after, audit_head
from playhead.store.catalogue.catalogue import Catalogue

BATCH: Final = 250
"""Entries looked at before others have their turn: some 5 ms."""


class Problem(StrEnum):
    """What is wrong with a log."""

    CHANGED = "changed"
    """An entry is not what was written, or stands where another one was."""
    CUT = "cut"
    """The newest entries are gone: one that is known to have been there is not."""
    OTHER = "other"
    """An entry that is known from elsewhere was another one: the log was written anew from there or before."""
    ANCHOR = "anchor"
    """The signed head that is kept beside the catalogue (`playhead.store.audit_anchor`) was not made by this site."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What looking at every entry has found."""

    entries: int
    head: Head | None
    """The newest entry; None where there is none."""
    first_bad: int | None = None
    """Id of the first entry that cannot be trusted, nor any after it."""
    problem: Problem | None = None

    @property
    def whole(self) -> bool:
        """Nothing is wrong, as far as that can be told."""
        return self.problem is None


async def verify_audit(catalogue: Catalogue, *known: Head) -> Verified:
    """Look at every entry.

    Args:
        catalogue: open.
        known: heads that the log had at some time, from elsewhere. Without one nobody can tell whether the newest
            entries are gone, or all of them were written anew.
    """
    expected = {head.id: head.hash for head in known}
    if any(expected[head.id] != head.hash for head in known):  # they contradict each other: one of them is another's
        expected[min(expected)] = b""
    before, entries, last = FIRST, 0, 0
    while True:
        async with catalogue.reading() as connection:
            batch = await audit_after(connection, last, BATCH)
            newest = await audit_head(connection)
        if not batch:
            break
        for entry in batch:
            if entry.linked(before) != entry.hash:
                return Verified(entries, newest, entry.id, Problem.CHANGED)
            if expected.pop(entry.id, entry.hash) != entry.hash:
                return Verified(entries, newest, entry.id, Problem.OTHER)
            before, last, entries = entry.hash, entry.id, entries + 1
        await asyncio.sleep(0)  # others go first
    if not expected:
        return Verified(entries, newest)
    missing = min(expected)
    return Verified(entries, newest, min(missing, last + 1), Problem.CUT if missing > last else Problem.OTHER)
