"""The library, narrowed to recordings during which something was worked with."""

from typing import Final

from playhead.domain.library import PAGE_ITEMS_MAX, Order, Place, Question
from playhead.domain.recordings import Recording
from playhead.portal.analytics import interaction_of, viewer_of
from playhead.portal.callers import Caller
from playhead.portal.parts import Parts
from playhead.store.analytics.questions import Interaction, Sought
from playhead.store.analytics.session import Session
from playhead.store.analytics.within import recordings_where
from playhead.store.library.library import LibraryPage

LOOKED_AT_MAX: Final = 4_000
"""Recordings that one request looks through: about a second. Then it tells what it has, and where the next goes on."""


async def worked_page(
    parts: Parts,
    caller: Caller,
    question: Question,
    sought: Sought,
    *,
    order: Order,
    after: Place | None,
    limit: int,
) -> LibraryPage:
    """A page of those recordings of a question of which something holds.

    It may hold fewer than ``limit``, even none, and still have one after it.

    Raises:
        NotFoundError: ``analytics.off``.
        RefusedError: ``access.refused``: the caller may not know what was worked with.
        UnavailableError: as `Library.page`, and as the store of desktop events.
    """
    viewer = await viewer_of(parts, caller)
    now_us = parts.clock.wall_us()
    found: list[Recording] = []
    place, looked_at = after, 0
    while len(found) < limit and looked_at < LOOKED_AT_MAX:
        page = await parts.library.page(question, order, after=place, limit=PAGE_ITEMS_MAX)
        within = [interaction_of(one, now_us) for one in page.items]

        def look(session: Session, within: list[Interaction] = within) -> frozenset[str]:
            return recordings_where(session, within, sought, sight=viewer.sight)

        held = await viewer.analytics.ask(look)
        hits = [at for at, one in enumerate(page.items) if str(one.id) in held]
        taken = hits[: limit - len(found)]
        found += [page.items[at] for at in taken]
        if len(taken) < len(hits):  # the next page begins after the last that is taken
            page = await parts.library.page(question, order, after=place, limit=taken[-1] + 1)
        looked_at += len(within)
        place = page.next
        if place is None:
            break
    return LibraryPage(tuple(found), place)
