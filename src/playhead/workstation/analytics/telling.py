"""Writes down what may be told of what was seen: all of it goes through privacy before it goes anywhere."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Final

import msgspec

from playhead.base.clock import Clock
from playhead.domain.analytics.events import NAME_CHARS_MAX, DesktopEvent, Kind
from playhead.domain.analytics.privacy import AWAY, Glimpse, Privacy, Veil
from playhead.domain.analytics.pulse import Pulse, Stretch
from playhead.domain.analytics.rules import Action
from playhead.workstation.analytics.source import View
from playhead.workstation.session import SessionState

_MINUTES_OF_DAY: Final = 24 * 60
_SESSION_KINDS: Final = {"locked": Kind.LOCKED, "logged_out": Kind.AWAY}


class Teller:
    """See the module.

    Args:
        keep: takes an event, which it numbers.
        agent: who works here.
        key: of the hashes where the site has given none.
        clock: for the time.
        zone: of the hours in which anything is told; the machine's by default.
        idle_us: without a key for so long the agent is idle.
    """

    def __init__(
        self,
        keep: Callable[[DesktopEvent], bool],
        agent: str,
        key: bytes,
        clock: Clock,
        *,
        idle_us: int,
        zone: tzinfo | None = None,
    ) -> None:
        self._keep = keep
        self._agent = agent
        self._key = key
        self._clock = clock
        self._zone = zone
        self._idle_us = idle_us
        self._veil = Veil(Privacy(), key)
        self._pulse = Pulse()
        self._session: SessionState | None = None
        self._is_private = False
        self._kind = Kind.AWAY
        """Of what was seen last."""
        self.told = 0
        """Events, since the start."""
        self.fired = 0
        """Actions of rules among them."""

    def set_privacy(self, privacy: Privacy) -> None:
        """From now on by these settings."""
        self._veil = Veil(privacy, self._key)

    @property
    def counts(self) -> bool:
        """Whether keys and clicks may be counted."""
        return self._veil.privacy.counts

    def see(self, view: View, url: str, counted: tuple[int, int], *, session: SessionState, private: bool) -> None:
        """This is so now.

        Args:
            view: of the desktop.
            url: what the window in front shows; empty where that is not known.
            counted: keys and clicks since this was called last.
            session: what the desktop's session does.
            private: the agent has asked not to be looked at.
        """
        now_us, wall_us = self._clock.monotonic_us(), self._clock.wall_us()
        self._note_session(session, wall_us)
        self._is_private = private
        if not self._is_open(wall_us):
            self._pulse.end()
            self._write(now_us, wall_us)
            return
        seen = self._glimpse(view, url, session)
        is_known = seen.kind in {Kind.ACTIVE, Kind.IDLE}
        keys, clicks = counted if self.counts and is_known else (0, 0)
        # Idleness begins, and ends, with a key that was pressed before now; whatever else changes does so now.
        is_turn = is_known and self._kind in {Kind.ACTIVE, Kind.IDLE} and seen.kind is not self._kind
        self._kind = seen.kind
        since_us = now_us - view.idle_us if is_turn else None
        self._pulse.see(now_us, seen, since_us=since_us, keys=keys, clicks=clicks)
        self._write(now_us, wall_us)

    def triggered(self, rule: str, action: Action, at_us: int) -> None:
        """A rule did something.

        Args:
            rule: its name.
            action: what.
            at_us: when, by the monotonic clock.
        """
        now_us, wall_us = self._clock.monotonic_us(), self._clock.wall_us()
        if self._is_private or not self._is_open(wall_us):
            return
        self.fired += 1
        at_wall_us = wall_us - (now_us - at_us)
        self._tell(Kind.TRIGGER, at_wall_us, rule=rule, action=action.act.value, detail=action.detail)

    def begin(self) -> None:
        """The program has started."""
        self._moment(Kind.LOGIN)

    def end(self) -> None:
        """The program stops: what is under way is told."""
        self._pulse.end()
        self._write(self._clock.monotonic_us(), self._clock.wall_us())
        self._moment(Kind.LOGOUT)

    def _glimpse(self, view: View, url: str, session: SessionState) -> Glimpse:
        if session:
            return Glimpse(_SESSION_KINDS[session])
        if self._is_private:
            return AWAY
        kind, front = Kind.IDLE if view.idle_us >= self._idle_us else Kind.ACTIVE, view.front
        if front is None:
            return Glimpse(kind)
        return self._veil.over(Glimpse(kind, front.application, front.title, url, front.monitor))

    def _note_session(self, session: SessionState, wall_us: int) -> None:
        before, self._session = self._session, session
        if before is None or before == session or not self._is_open(wall_us):
            return
        if before == "locked":
            self._moment(Kind.UNLOCK)
        if session == "locked":
            self._moment(Kind.LOCK)
        if "logged_out" in {before, session}:
            self._moment(Kind.LOGOUT if session == "logged_out" else Kind.LOGIN)

    def _moment(self, kind: Kind) -> None:
        wall_us = self._clock.wall_us()
        if self._is_open(wall_us):
            self._tell(kind, wall_us)

    def _is_open(self, wall_us: int) -> bool:
        if not self._veil.privacy.hours:
            return True
        local = datetime.fromtimestamp(wall_us / 1e6, UTC).astimezone(self._zone)
        return self._veil.is_open(local.weekday() * _MINUTES_OF_DAY + local.hour * 60 + local.minute)

    def _write(self, now_us: int, wall_us: int) -> None:
        for stretch in self._pulse.taken():
            self._tell_stretch(stretch, wall_us - (now_us - stretch.from_us))

    def _tell_stretch(self, one: Stretch, from_us: int) -> None:
        seen = one.seen
        self._tell(
            seen.kind,
            from_us,
            lasts_us=one.lasts_us,
            application=seen.application,
            title=seen.title,
            url=seen.url,
            monitor=seen.monitor,
            keys=one.keys,
            clicks=one.clicks,
        )

    def _tell(self, kind: Kind, from_us: int, **facts: str | int) -> None:
        known = {"sequence": 1, "kind": kind, "from_us": max(from_us, 0), "agent": self._agent[:NAME_CHARS_MAX]}
        self.told += self._keep(msgspec.convert({**known, **facts}, DesktopEvent))
