"""Parts of the program that say more than they were configured to, for a while.

Only Playhead's own loggers are raised: what libraries say at ``debug`` was never looked at for secrets, and would be
most of it. Whatever is said goes the way of every line, on which secrets are struck out (`playhead.base.logs`).
"""

import logging
from collections.abc import Mapping
from typing import Final

WHOLE: Final = ""
"""In the place of a service: the whole program."""

_ROOT: Final = "playhead"
_FOLDERS: Final = ("playhead", "playhead.premises", "playhead.workstation")
"""Where the loggers of a service are: see `playhead.base.logs.service_of`."""

_raised: Final[set[str]] = set()
"""Loggers that have a level of their own by this."""


def raise_levels(levels: Mapping[str, str]) -> None:
    """Have services say at least so much, and all others what the configuration wants.

    Args:
        levels: ``debug`` or ``info`` by service (`WHOLE` for all). What says more already stays as it is.
    """
    names = {_ROOT: levels[WHOLE]} if WHOLE in levels else {}
    for service, level in levels.items():
        if service != WHOLE:
            names |= {f"{folder}.{service}": level for folder in _FOLDERS}
    floor = min(logging.getLogger().level, _number(levels.get(WHOLE, "CRITICAL")))
    for name in _raised - set(names):
        logging.getLogger(name).setLevel(logging.NOTSET)
    for name, level in names.items():
        logging.getLogger(name).setLevel(min(floor, _number(level)))
    _raised.clear()
    _raised.update(names)


def _number(level: str) -> int:
    return logging.getLevelNamesMapping()[level.upper()]
