"""Decisions of the cloud: from where media is played, and how often a site is asked."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from playhead.store.segments.layout import is_object

LOOK_S: Final = 2.0
"""How often a site is asked what happens there while somebody looks."""

REST_S: Final = 5.0
"""And while nobody does."""

INTEREST_S: Final = 30.0
"""Somebody is looking for so long after the last question."""


class Route(StrEnum):
    """Where an answer with media comes from."""

    OBJECT = "object"
    """Objects that the cloud reads and opens itself."""
    SITE = "site"
    """The site's player, through the pool."""


def routes_of(locations: Sequence[str], *, readable: bool, site_up: bool) -> tuple[Route, ...]:
    """From where something is played: the first that works.

    Args:
        locations: of all segments that it takes.
        readable: whether the cloud may open what is in them.
        site_up: whether their site can be asked.
    """
    stored = [is_object(one) for one in locations]
    if readable and stored and all(stored):
        return (Route.OBJECT, Route.SITE) if site_up else (Route.OBJECT,)
    if site_up:
        return (Route.SITE, Route.OBJECT) if readable and any(stored) else (Route.SITE,)
    return (Route.OBJECT,) if readable and any(stored) else ()
