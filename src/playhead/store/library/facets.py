"""What there is to choose from in filters."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from playhead.domain.access import Sight
from playhead.domain.library import Question
from playhead.store.library.columns import NAMED, Chunk, Columns
from playhead.store.library.names import Names
from playhead.store.library.search import matching, prepare

VALUES_MAX: Final = 200
"""Of each kind in one answer. Who looks for another one types its beginning."""


@dataclass(frozen=True, slots=True)
class Facets:
    """What recordings have, each sorted."""

    agents: tuple[str, ...]
    """Agent keys."""
    workstations: tuple[str, ...]
    tags: tuple[str, ...]
    sites: tuple[str, ...]


def facets(columns: Columns, sight: Sight, prefix: str = "") -> Facets:
    """The values, of recordings in sight, that begin with ``prefix``."""
    names = columns.names
    present = {name: np.zeros(max(1, len(names[name])), dtype=np.bool_) for name in names}
    tests = prepare(columns, Question(sight=sight))
    if sight.everyone and sight.everyone_since_us is None:
        for name in NAMED:
            present[name][:] = True
        for chunk in columns.chunks:
            present["tag"][chunk.tags.codes] = True
    else:
        for chunk in columns.chunks:
            if tests.may_hold(chunk):
                shown = matching(chunk, tests)
                for name in NAMED:
                    present[name][chunk[name][shown]] = True
                present["tag"][_tags(chunk, shown)] = True
    return Facets(*(_values(names[name], present[name], prefix) for name in ("agent", "workstation", "tag", "site")))


def _tags(chunk: Chunk, shown: NDArray[np.intp]) -> NDArray[np.uint32]:
    is_shown = np.zeros(chunk.size, dtype=np.bool_)
    is_shown[shown] = True
    return chunk.tags.codes[is_shown[chunk.tags.rows]]


def _values(names: Names, present: NDArray[np.bool_], prefix: str) -> tuple[str, ...]:
    found = (names.texts[code] for code in names.beginning_with(prefix) if present[code])
    values = [text for _, text in zip(range(VALUES_MAX + 1), found, strict=False) if text]
    return tuple(values[:VALUES_MAX])
