"""Bands of a timeline: stretches that touch and say the same become one; where there are too many, they say less."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from playhead.domain.analytics.events import Kind


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch with one window in front."""

    from_us: int
    to_us: int
    kind: Kind
    application: str
    title: str
    url: str


def bands_of(stretches: Sequence[Band], bands_max: int) -> tuple[Band, ...]:
    """At most so many bands, in the order of time.

    Where there would be more, titles and addresses are left out first; then short ones go into the one before.

    Args:
        stretches: in the order of time.
        bands_max: at most.
    """
    found = _joined(stretches, 0)
    if len(found) > bands_max:
        found = _joined([replace(one, title="", url="") for one in found], 0)
    short_us = 1_000_000
    while len(found) > bands_max:
        found = _joined(found, short_us)
        short_us *= 2
    return tuple(found)


def _joined(stretches: Sequence[Band], short_us: int) -> list[Band]:
    """Those that touch and are alike as one; what is shorter goes into what it touches."""
    found: list[Band] = []
    for one in stretches:
        if one.to_us <= one.from_us:
            continue
        last = found[-1] if found else None
        touches = last is not None and one.from_us <= last.to_us + short_us
        if last is not None and touches and (_said(last) == _said(one) or one.to_us - one.from_us < short_us):
            found[-1] = replace(last, to_us=max(last.to_us, one.to_us))
        else:
            found.append(one)
    return found


def _said(band: Band) -> tuple[Kind, str, str, str]:
    return band.kind, band.application, band.title, band.url
