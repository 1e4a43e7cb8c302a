"""When it was black, as the markers of a recording tell it: who asked, why, and how each request ended."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from playhead.domain.spans import Spans

BEGAN: Final = "blackout.on"
ENDED: Final = frozenset({"blackout.off", "blackout.expired"})


class Party(NamedTuple):
    """Who asks, and what for: a second request of the same party goes on with its first."""

    source: str
    by: str
    label: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as far as it lies in one recording. Times as those of the markers it came from."""

    party: Party
    reason: str
    from_us: int
    to_us: int
    ended: str = ""
    """Code of the marker that ended it; empty where the media ended first."""


@dataclass(frozen=True, slots=True)
class Darkness:
    """What the markers of one stretch of media tell."""

    asked: tuple[Asked, ...]
    """Every request, by its begin."""
    open: tuple[Asked, ...]
    """Those of them that were in force at the end."""
    unbegun: tuple[int, ...]
    """Times of markers that end what no marker has begun."""

    @property
    def spans(self) -> Spans:
        """When it was black: while any request was in force."""
        return Spans.of((one.from_us, one.to_us) for one in self.asked)


def darkness(
    marks: Iterable[tuple[int, Mapping[str, Any]]], *, from_us: int, to_us: int, carried: Iterable[Asked] = ()
) -> Darkness:
    """Read the markers of a stretch of media.

    Args:
        marks: times and what they say, in their order.
        from_us: where the stretch begins.
        to_us: where it ends.
        carried: requests that were in force at its begin, because it goes on from another without a break.
    """
    in_force = {one.party: replace(one, from_us=from_us) for one in carried}
    asked: list[Asked] = []
    unbegun: list[int] = []
    for at_us, said in marks:
        code = said.get("code")
        party = Party(*(str(said.get(name, "")) for name in Party._fields))
        if code == BEGAN:
            reason = str(said.get("reason", ""))
            before = in_force.get(party)
            in_force[party] = Asked(party, reason, at_us if before is None else before.from_us, to_us)
        elif code in ENDED:
            before = in_force.pop(party, None)
            if before is None:
                unbegun.append(at_us)
            else:
                asked.append(replace(before, to_us=at_us, ended=str(code)))
    still = tuple(replace(one, to_us=to_us) for one in in_force.values())
    return Darkness(tuple(sorted((*asked, *still), key=lambda one: one.from_us)), still, tuple(unbegun))


def joined(asked: Iterable[Asked]) -> list[Asked]:
    """The requests of a whole recording, those that went on from one stretch to the next as one."""
    found: list[Asked] = []
    for one in sorted(asked, key=lambda each: (each.from_us, each.to_us)):
        for place, before in enumerate(found):
            if before.party == one.party and not before.ended and before.to_us == one.from_us:
                found[place] = replace(before, to_us=one.to_us, ended=one.ended)
                break
        else:
            found.append(one)
    return found
