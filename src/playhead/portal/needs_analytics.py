"""What the portal needs of desktop analytics."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from playhead.store.analytics.session import Session
from playhead.store.catalogue.analytics_rules import RuleSet

_T = TypeVar("_T")


class Analytics(Protocol):
    """The module, where a site has it. `playhead.premises.analytics` at the premises."""

    @property
    def known(self) -> Sequence[str]:
        """Names of the applications that are known, which may hold ``*`` and ``?``."""
        ...

    @property
    def zone(self) -> str:
        """In which days begin: a name of the tz database."""
        ...

    async def ask(self, query: Callable[[Session], _T], /) -> _T:
        """The answer of one of the queries of `playhead.store.analytics`.

        Raises:
            UnavailableError: ``analytics.unreadable``, ``analytics.slow``, ``analytics.busy``.
            InvalidInputError: as the query.
        """
        ...

    def digest(self, rules: Sequence[RuleSet], /) -> str:
        """What a workstation that has exactly these in force tells of them."""
        ...
