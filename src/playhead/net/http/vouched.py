"""Somebody whom another program of ours has let in: who, for what, from where.

It stands in the scope of a request that never was on a socket of the application, and no header makes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from playhead.base.ids import UserId

_KEY: Final = "playhead.vouched"


@dataclass(frozen=True, slots=True)
class Vouched:
    """See the module."""

    user: UserId
    actions: frozenset[str]
    """What they may do to whatever there is (`playhead.domain.access.Action`)."""
    address: str


def vouching(scope: Mapping[str, Any], vouched: Vouched) -> dict[str, Any]:
    """A scope of a request of theirs."""
    return {**scope, _KEY: vouched}


def vouched_of(scope: Mapping[str, Any]) -> Vouched | None:
    """Who was let in; None where a request came by itself."""
    return scope.get(_KEY)
