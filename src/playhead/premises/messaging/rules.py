"""What is wrong with messaging, in words. Pure."""

from typing import Final

from playhead.base.instants import utc
from playhead.domain.health import Problem
from playhead.net.messaging import State
from playhead.store.catalogue.outbox import OutboxState

PATIENCE_US: Final = 60_000_000
"""A broker that is restarted is away for so long, and an event waits for so long: that is nobody's concern. Longer
says that something is wrong."""

_MEANWHILE: Final = "Recording goes on; events wait, as long as [messaging] says, and then go out in their order."


def problem_of(state: State, *, since_us: int, now_us: int, waiting: OutboxState) -> Problem | None:
    """What a person should see to, if anything. Why is for those who operate the server: the doctor and the log say it.

    Args:
        state: of what takes messages.
        since_us: wall time from which on it has been in this state.
        now_us: wall time.
        waiting: in the outbox.
    """
    is_old = now_us - since_us > PATIENCE_US
    if state is State.AWAY and is_old:
        text = f"Other programs are told nothing: the broker cannot be used. {_told(waiting)}"
        return Problem("messaging.away", text, f"`playhead messages status` says why. {_MEANWHILE}", since_us)
    if state is State.BLOCKED and is_old:
        text = f"Other programs are told nothing: the broker has no memory or disk left. {_told(waiting)}"
        return Problem("messaging.blocked", text, f"Make room there. {_MEANWHILE}", since_us)
    if state is State.READY and waits_long(waiting, now_us):
        assert waiting.oldest_at_us is not None  # noqa: S101 - else none waits
        hint = "They go out by themselves; where they become more and more, the broker is too slow."
        text = f"Other programs are told late what happens. {_told(waiting)}"
        return Problem("messaging.behind", text, hint, waiting.oldest_at_us)
    return None


def waits_long(waiting: OutboxState, now_us: int) -> bool:
    """Whether the oldest event has waited for longer than it should."""
    return waiting.oldest_at_us is not None and now_us - waiting.oldest_at_us > PATIENCE_US


def _told(waiting: OutboxState) -> str:
    if waiting.oldest_at_us is None:
        return "No event waits."
    second_us = waiting.oldest_at_us // 1_000_000 * 1_000_000
    return f"{waiting.events} events wait, the oldest since {utc(second_us).isoformat(' ')[:19]} UTC."
