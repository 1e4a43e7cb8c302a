"""What a workstation does, in words, for the person who sits at it or looks after it."""

from collections.abc import Iterator, Mapping
from typing import Final

from playhead.cli.console import human_bytes, human_instant
from playhead.domain.blackouts import Source
from playhead.wire.screen import BlackoutRequest
from playhead.workstation.status import DesktopStatus, LocalStatus

SOURCES: Final[Mapping[str, str]] = {
    Source.AGENT: "the agent",
    Source.COMMAND_LINE: "the command line",
    Source.API: "a user of the portal or the API",
    Source.INTERACTION: "the handling of the interaction",
    Source.ANALYTICS: "desktop analytics",
    Source.DECISION_SOURCE: "the decision source",
}
"""Who asks for blackouts."""

_WIDTH: Final = 12


def lines_of(status: LocalStatus) -> list[str]:
    """What `playhead workstation status` prints; what there is nothing to say about is left out."""
    return [f"{name:<{_WIDTH}} {text}" for name, text in _facts(status) if text]


def _facts(status: LocalStatus) -> Iterator[tuple[str, str]]:
    yield "workstation", status.workstation
    yield "agent", status.agent
    state = status.state.replace("_", " ")
    yield "state", f"{state}: {status.reason}" if status.reason else state
    yield "recording", status.recording
    yield "at server", _arrived(status)
    yield "waiting", f"{human_bytes(status.spool_bytes)} to be sent" if status.spool_bytes else "nothing to be sent"
    if status.connected:
        yield "server", f"connected to {status.premises}" if status.premises else "connected"
    else:
        yield "server", f"not connected: {status.connection_problem}"
    if status.due and status.code:
        cause = status.code.replace("_", " ")
        yield (
            "missing",
            f"what is shown now does not come to the server: {cause}" + (" (alarm)" if status.alarm else ""),
        )
    for one in status.blackouts:
        yield "black", _blackout(one)
    if status.analytics is not None:
        yield "analytics", _analytics(status.analytics)
    yield "not kept", status.unkept
    yield "monitors", ", ".join(status.monitors)
    yield "pictures", f"{status.fps:.1f} a second" if status.recording else ""
    if status.clock_offset_ms is not None:
        ahead = "ahead of" if status.clock_offset_ms >= 0 else "behind"
        yield "clock", f"the server's is {abs(status.clock_offset_ms) / 1000:.3f} s {ahead} this one"


def _analytics(desktop: DesktopStatus) -> str:
    since_us, sent_us = desktop.watching_since_us, desktop.sent_us
    parts = [
        "not watching" if since_us is None else f"watching since {human_instant(since_us)}",
        f"{desktop.waiting} events waiting",
        "none sent yet" if sent_us is None else f"last sent {human_instant(sent_us)}",
        f"{desktop.lost} lost" if desktop.lost else "",
        f"{desktop.refused} refused" if desktop.refused else "",
        f"{desktop.rules} rules ({desktop.digest[:12]})" if desktop.rules else "no rules",
    ]
    return ", ".join(filter(None, parts)) + (f": {desktop.problem}" if desktop.problem else "")


def _arrived(status: LocalStatus) -> str:
    if not status.recording:
        return ""
    if status.durable_age_ms is None:
        return "nothing of it yet"
    return f"the newest of it {status.durable_age_ms / 1000:.1f} s ago" + (
        "" if status.durable else ", which is too long"
    )


def _blackout(one: BlackoutRequest) -> str:
    who = ", ".join(part for part in (SOURCES.get(one.source, one.source), one.by, one.label) if part)
    until = "until it is ended" if one.until_us is None else f"until {human_instant(one.until_us)}"
    return f"asked for by {who} at {human_instant(one.since_us)}, {until}" + (f": {one.reason}" if one.reason else "")
