"""The rules and settings that hold at this workstation, on its disk: they hold offline, and after a restart."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog

from playhead.base.errors import CorruptError, InvalidInputError, PlayheadError, UnavailableError
from playhead.domain.analytics.rollout import ROLLOUT_BYTES_MAX, Rollout, decoded, encoded, rules_of
from playhead.domain.analytics.rules import TEXT_BYTES_MAX, Rule, parsed
from playhead.store.disk import Disk
from playhead.store.small_files import read_small_file, write_small_file

_RULES_FILE: Final = "rules.json"
_KEY_FILE: Final = "key"
_STAYING_FILE: Final = "staying.json"
KEY_BYTES: Final = 32
_STAYING_BYTES_MAX: Final = 256 << 10

_log: Any = structlog.get_logger(__name__)


class Rollouts:
    """See the module. Its calls block shortly.

    Args:
        disk: where.
        folder: for nothing else.
        own: a file of rules for this machine alone; None for none.
    """

    def __init__(self, disk: Disk, folder: Path, own: Path | None) -> None:
        self._disk = disk
        self._folder = folder
        self._own = own
        self.rollout = Rollout()
        """What holds of the site's."""
        self.rules: tuple[Rule, ...] = ()
        """All that hold, this machine's own among them."""

    def load(self) -> None:
        """What was kept before.

        Raises:
            UnavailableError: ``file.unreadable``, ``analytics.own_rules``.
            InvalidInputError: ``analytics.rule``: this machine's own rules are wrong.
            CorruptError: ``analytics.rules_damaged``: what the site said last cannot be read any more.
        """
        self._own_rules = self._load_own()
        self.rules = self._own_rules
        data = read_small_file(self._disk, self._folder / _RULES_FILE, bytes_max=ROLLOUT_BYTES_MAX)
        if data is None:
            return
        try:
            rollout = decoded(data)
            self._set(rollout)
        except PlayheadError as error:
            message = "The rules that the site gave this workstation are damaged."
            raise CorruptError("analytics.rules_damaged", message, hint="They are asked for again.") from error

    def take(self, rollout: Rollout) -> bool:
        """Go by what the site says now, and keep it; whether that could be done. What held before holds otherwise."""
        try:
            self._set(rollout)
        except PlayheadError as error:
            _log.error("rules not taken", code=error.code, error=error.message)
            return False
        try:
            write_small_file(self._disk, self._folder / _RULES_FILE, encoded(rollout))
        except UnavailableError as error:  # they hold until the next start, which asks for them again
            _log.error("rules not kept", code=error.code, error=error.message)
        _log.info("rules taken", digest=rollout.digest, rules=len(self.rules))
        return True

    def key(self) -> bytes:
        """This machine's key for hashes, made where there is none.

        Raises:
            UnavailableError: ``file.unreadable``, ``file.unwritable``.
        """
        key = read_small_file(self._disk, self._folder / _KEY_FILE, bytes_max=KEY_BYTES)
        if key is None or len(key) != KEY_BYTES:
            key = os.urandom(KEY_BYTES)
            write_small_file(self._disk, self._folder / _KEY_FILE, key)
        return key

    def staying(self) -> Sequence[tuple[str, int]]:
        """The rules whose blackouts go on from before, and for how long yet (µs).

        Raises:
            UnavailableError: ``file.unreadable``.
        """
        data = read_small_file(self._disk, self._folder / _STAYING_FILE, bytes_max=_STAYING_BYTES_MAX)
        try:
            return () if data is None else msgspec.json.decode(data, type=tuple[tuple[str, int], ...])
        except msgspec.MsgspecError:
            _log.error("lasting blackouts of rules forgotten: their file is damaged")
            return ()

    def keep_staying(self, staying: Sequence[tuple[str, int]]) -> None:
        """They go on after a restart.

        Raises:
            UnavailableError: ``file.unwritable``.
        """
        write_small_file(self._disk, self._folder / _STAYING_FILE, msgspec.json.encode(staying))

    def _set(self, rollout: Rollout) -> None:
        rules = rules_of(rollout)
        names = {rule.name for rule in self._own_rules}
        if twice := next((rule.name for rule in rules if rule.name in names), None):
            message = f"A rule of the site and one of this machine are both called {twice!r}."
            raise InvalidInputError("analytics.rule", message, hint="Give this machine's another name.")
        self.rollout, self.rules = rollout, (*rules, *self._own_rules)

    def _load_own(self) -> tuple[Rule, ...]:
        if self._own is None:
            return ()
        data = read_small_file(self._disk, self._own, bytes_max=TEXT_BYTES_MAX)
        if data is None:
            message = f"There is no file of rules {self._own}."
            raise UnavailableError("analytics.own_rules", message, hint="It is named in [workstation.analytics] rules.")
        return parsed(data.decode("utf-8", "replace"), source=str(self._own))
