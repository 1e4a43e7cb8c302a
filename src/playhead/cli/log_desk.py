"""What the commands of ``playhead logs`` do."""

import itertools
import stat
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
import msgspec

from playhead.base.clock import SystemClock
from playhead.base.errors import InvalidInputError
from playhead.base.instants import from_rfc3339, rfc3339, utc, wall_us
from playhead.cli.console import done
from playhead.cli.places import PremisesPlaces
from playhead.domain.logs import Cursor, Level, LogLine, LogQuery, line_text
from playhead.store.disk import SystemDisk
from playhead.store.logs import LogSearch
from playhead.store.logs.search import LINES_MAX
from playhead.store.logs.walking import Walk

LOOK_S: Final = 0.5
"""How often `tail` looks for more."""
LATE_US: Final = 60_000_000
"""`tail` shows lines that come so late, and no later ones: a spool that was cut off for a day is not news."""
LAST_LINES: Final = 10
"""What `tail` begins with."""
_COLOURS: Final = {Level.WARNING: "yellow", Level.NOTICE: "cyan", Level.DEBUG: "bright_black"}


def wanted(
    *,
    text: str,
    since: datetime | None,
    until: datetime | None,
    workstation: str | None,
    service: str | None,
    level: str,
    interaction: str,
) -> LogQuery:
    """What the options of a command ask for.

    Raises:
        InvalidInputError: ``logs.level``, ``logs.question``.
    """
    return LogQuery(
        since=_instant(since),
        until=_instant(until),
        workstation=workstation,
        service=service,
        level=Level.named(level),
        text=text,
        interaction=interaction,
    )


def search(places: PremisesPlaces, query: LogQuery, *, limit: int, as_json: bool) -> None:
    """Print the newest lines, oldest first."""
    found = list(itertools.islice(_newest_first(_store(places), query), limit))
    for line in reversed(found):
        show_line(line, as_json=as_json)
    if not found and not as_json:
        click.echo("There is no such line.", err=True)


def tail(places: PremisesPlaces, query: LogQuery, *, as_json: bool) -> None:
    """Print the last lines, and then more as they come, until interrupted."""
    store = _store(places)
    shown = 0
    for line in reversed(list(itertools.islice(_newest_first(store, query), LAST_LINES))):
        shown = max(shown, line.n)
        show_line(line, as_json=as_json)
    while True:
        time.sleep(LOOK_S)
        late = rfc3339(SystemClock().wall_us() - LATE_US)
        recent = replace(query, since=max(query.since, late))
        fresh = [line for line in _newest_first(store, recent) if line.n > shown]
        for line in reversed(fresh):
            show_line(line, as_json=as_json)
        shown = max([shown, *(line.n for line in fresh)])


def export(places: PremisesPlaces, query: LogQuery, out: Path, *, force: bool) -> None:
    """Write all lines to a file.

    Raises:
        InvalidInputError: ``export.exists``.
    """
    if out.exists() and not force:
        hint = "Name another file, or replace it with --force."
        raise InvalidInputError("export.exists", f"{out} exists.", hint=hint)
    count = 0
    store = _store(places)
    with out.open("wb") as file:
        out.chmod(stat.S_IRUSR | stat.S_IWUSR)
        for line in _oldest_first(store, query):
            file.write(msgspec.json.encode(line) + b"\n")
            count += 1
    done(f"{out}: {count} lines")


def _store(places: PremisesPlaces) -> LogSearch:
    places.require()
    return LogSearch(SystemDisk(), places.logs, SystemClock())


def _newest_first(store: LogSearch, query: LogQuery) -> Iterator[LogLine]:
    before: Cursor | None = None
    while True:
        page = store.find(query, before=before, limit=LINES_MAX, budget_us=None)
        yield from page.lines
        before = page.following
        if before is None:
            return


def _oldest_first(store: LogSearch, query: LogQuery) -> Iterator[LogLine]:
    """All, a slice of time after another."""
    walk = Walk(query, store.span())
    while (question := walk.question) is not None:
        asked, before = question
        yield from walk.take(store.find(asked, before=before, limit=LINES_MAX, budget_us=None))


def show_line(line: LogLine, *, as_json: bool) -> None:
    """Print a line, for a person or for a program."""
    if as_json:
        click.echo(msgspec.json.encode(line))
        return
    level = Level.named(line.level)
    when = utc(from_rfc3339(line.at)).astimezone().strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    click.secho(line_text(line, when), fg="red" if level <= Level.ERROR else _COLOURS.get(level))


def _instant(moment: datetime | None) -> str:
    return "" if moment is None else rfc3339(wall_us(moment.replace(tzinfo=UTC)))
