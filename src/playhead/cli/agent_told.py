"""What ``playhead workstation told`` shows: desktop events as they were sent, or will be."""

from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from playhead.base.instants import rfc3339
from playhead.cli.console import emit_json
from playhead.cli.workstation_file import load_settings
from playhead.domain.analytics.events import DesktopEvent
from playhead.workstation.analytics.spool import told as told_events

_SECOND_US = 1_000_000


def told(data: Path, *, events_max: int, as_json: bool) -> None:
    """Print them, oldest first."""
    settings = load_settings(data)
    events, sent = told_events(settings.data, events_max)
    if as_json:
        emit_json({"sent": sent, "events": [msgspec.to_builtins(one) for one in events]})
        return
    if not events:
        click.echo("Nothing was told." if settings.analytics.on else "Nothing was told: desktop analytics is off.")
    for one in events:
        click.echo("  ".join(_parts(one, waits=one.sequence > sent)))


def _parts(event: DesktopEvent, *, waits: bool) -> Iterator[str]:
    yield rfc3339(event.from_us)
    yield f"{event.lasts_us / _SECOND_US:>7.1f} s" if event.lasts_us else " " * 9
    yield f"{event.kind:<7}"
    if event.rule:
        yield f"{event.rule}: {event.action} {event.detail}"
    yield from filter(None, (event.application, event.title, event.url))
    counts = [f"{number} {what}" for number, what in ((event.keys, "keys"), (event.clicks, "clicks")) if number]
    if counts:
        yield f"({', '.join(counts)})"
    if waits:
        yield "[not sent yet]"
