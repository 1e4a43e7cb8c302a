"""What the commands of ``playhead analytics`` do."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Final, TypeVar

import click

from playhead.base.clock import SystemClock
from playhead.base.errors import InvalidInputError, NotFoundError
from playhead.base.ids import GroupId, WorkstationId
from playhead.base.instants import rfc3339, utc
from playhead.cli.activitywatch_db import SQLITE, read_database
from playhead.cli.administration import note
from playhead.cli.catalogues import existing_catalogue
from playhead.cli.console import emit_json, table
from playhead.cli.operator import OPERATOR
from playhead.cli.places import PremisesPlaces
from playhead.cli.settings import PremisesSettings
from playhead.domain.access import Sight, agent_key
from playhead.domain.analytics.activitywatch import AwBucket, imported, read_export
from playhead.domain.analytics.events import EVENTS_MAX, Received, encoded
from playhead.domain.analytics.rules import parsed
from playhead.domain.slugs import slug
from playhead.domain.spans import Span
from playhead.premises.analytics.incoming import Incoming
from playhead.premises.analytics.rules import judged
from playhead.premises.coverage.hours import day_begins, zone_of
from playhead.store.analytics.asking import Asking
from playhead.store.analytics.dry_run import dry_run
from playhead.store.analytics.queries import usage
from playhead.store.analytics.questions import By, Question
from playhead.store.analytics.session import Session
from playhead.store.analytics.store import EventStore
from playhead.store.catalogue.analytics_rules import (
    RuleSet,
    add_rule_set,
    change_rule_set,
    delete_rule_set,
    list_rule_sets,
)
from playhead.store.catalogue.groups import list_groups
from playhead.store.disk import SystemDisk
from playhead.store.folder_lock import FolderLock, is_locked

EXPORT_BYTES_MAX: Final = 2 << 30
"""Of what is brought in: years of one machine."""
LIMIT_S: Final = 600.0
"""How long a question of the command line may take."""
_BATCH: Final = EVENTS_MAX // 2
_EVERYONE: Final = Sight(everyone=True)
"""Whoever can read the data folder may see all of it."""

_T = TypeVar("_T")


async def usage_of(
    places: PremisesPlaces,
    by: Sequence[str],
    period: str,
    agents: Sequence[str],
    applications: Sequence[str],
    *,
    as_json: bool,
) -> None:
    """Print how long what was used.

    Raises:
        InvalidInputError: ``analytics.by``, ``analytics.period``, ``analytics.question``.
        UnavailableError: ``analytics.unreadable``, ``analytics.slow``.
    """
    wanted = [_by(one) for one in by]
    groups: dict[str, tuple[str, ...]] = {}
    if By.GROUP in wanted:
        async with existing_catalogue(places) as catalogue, catalogue.reading() as connection:
            for group in await list_groups(connection):
                for member in group.members:
                    groups[member] = (*groups.get(member, ()), str(group.id))
    question = Question(
        sight=_EVERYONE,
        period=_period(places, period),
        agents=frozenset(agent_key(one) for one in agents) or None,
        applications=frozenset(applications) or None,
        zone=_zone(places),
        groups=groups,
    )
    report = await _ask(places, lambda session: usage(session, question, wanted))
    if as_json:
        emit_json(asdict(report))
        return
    rows = [
        [
            *(key or "(none)" for key in row.keys),
            _hours(row.usage.active_us),
            _hours(row.usage.idle_us),
            str(row.usage.switches),
            str(row.agents),
        ]
        for row in report.rows
    ]
    click.echo(table([*by, "active", "idle", "switches", "agents"], rows))
    click.echo(f"\n{report.counted}", err=True)


async def dry_run_of(
    places: PremisesPlaces, file: Path, against: str, workstations: Sequence[str], *, as_json: bool
) -> None:
    """Print what the rules of a file would have done.

    Raises:
        InvalidInputError: ``analytics.rule``, ``analytics.period``.
        LimitError: ``analytics.rules``.
        UnavailableError: ``analytics.unreadable``, ``analytics.slow``.
    """
    rules = parsed(file.read_text(), source=str(file))
    question = Question(sight=_EVERYONE, period=_period(places, against), workstations=frozenset(workstations) or None)
    found = await _ask(places, lambda session: dry_run(session, question, rules))
    if as_json:
        emit_json(asdict(found))
        return
    for one in found.rows:
        does = ", ".join(f"{action.act} {action.detail}" for action in one.actions) or "nothing"
        begins = "begins" if one.is_begin else "ends"
        click.echo(f"{rfc3339(one.at_us)}  {one.workstation:12} {one.rule!r} {begins}: {does}  {one.title}".rstrip())
    for name, count in found.begins:
        click.echo(f"{name}: {count} times at {found.workstations} workstations")
    click.echo(f"\n{found.counted}", err=True)


async def take_in(places: PremisesPlaces, file: Path, workstation: str, agent: str) -> str:
    """Bring in what ActivityWatch has kept; says what came of it.

    Raises:
        InvalidInputError: ``analytics.import``.
        UnavailableError: ``analytics.unwritable``.
    """
    machines = imported(await asyncio.to_thread(_buckets, file), agent)
    if not machines:
        raise InvalidInputError("analytics.import", "There are no windows in it (a bucket of type currentwindow).")
    if workstation and len(machines) > 1:
        message = f"It holds {len(machines)} machines, and --workstation names one."
        raise InvalidInputError("analytics.import", message, hint="Leave it out: each has its own name.")
    batches = [
        Received(
            str(WorkstationId(workstation or slug(machine.hostname, (), otherwise="imported"))),
            machine.spool,
            machine.events[first : first + _BATCH],
            (),
        )
        for machine in machines
        for first in range(0, len(machine.events), _BATCH)
    ]
    count = sum(len(batch.events) for batch in batches)
    places.make()
    if is_locked(places.lock_folder):
        incoming = Incoming(SystemDisk(), places.analytics)
        for number, batch in enumerate(batches):
            body = encoded(batch.workstation, batch.spool, batch.events)
            await asyncio.to_thread(incoming.put, number, body)
        return f"{count} events are handed to the running server, which takes them where [analytics] is enabled."
    kept_us = PremisesSettings.load(places).analytics.kept.us
    stored = 0
    async with _store(places) as store:
        for batch in batches:
            taken = judged(batch, None, now_us=SystemClock().wall_us(), kept_us=kept_us)
            before = store.reached(batch.workstation, batch.spool)
            await store.append(batch.workstation, batch.spool, taken.events)
            stored += sum(1 for event in taken.events if event.sequence > before)
        await store.pack(now=True)
    return f"{stored} of {count} events are new and were stored."


async def erase(places: PremisesPlaces, agents: Sequence[str], workstations: Sequence[str], period: str) -> str:
    """Erase events; says how many went.

    Raises:
        InvalidInputError: ``analytics.erase``: neither an agent nor a workstation was named.
        ConflictError: ``folder.locked``: the server runs.
    """
    if not agents and not workstations:
        message = "Name an agent or a workstation."
        raise InvalidInputError("analytics.erase", message, hint="--agent or --workstation.")
    span = _period(places, period)
    async with _store(places) as store:
        gone = await store.erase(span, agents=[agent_key(one) for one in agents], workstations=workstations)
    details = {"agents": " ".join(agents), "workstations": " ".join(workstations), "period": period, "events": gone}
    async with existing_catalogue(places) as catalogue, catalogue.writing() as connection:
        await note(connection, "analytics.erased", period, details)
    return f"{gone} events were erased."


async def list_rules(places: PremisesPlaces) -> None:
    """Print all sets of rules."""
    async with existing_catalogue(places) as catalogue, catalogue.reading() as connection:
        sets = await list_rule_sets(connection)
    rows = [
        [
            one.name,
            "everyone" if one.everyone else " ".join(map(str, one.groups)) or "(draft)",
            str(one.version),
            one.author,
            rfc3339(one.at_us),
        ]
        for one in sets
    ]
    click.echo(table(["name", "for", "version", "by", "changed"], rows))


async def set_rules(places: PremisesPlaces, name: str, file: Path, groups: Sequence[str], *, everyone: bool) -> str:
    """Make a set what a file says.

    Raises:
        InvalidInputError: ``analytics.rule``, ``analytics.rules_name``.
        NotFoundError: ``group.not_found``.
    """
    text = file.read_text()
    count = len(parsed(text, source=str(file)))
    now_us = SystemClock().wall_us()
    async with existing_catalogue(places) as catalogue, catalogue.writing() as connection:
        before = next((one for one in await list_rule_sets(connection) if one.name == name), None)
        wanted = RuleSet(
            name=name,
            text=text,
            everyone=everyone,
            groups=tuple(GroupId(one) for one in groups),
            author=str(OPERATOR),
            at_us=now_us,
            version=1 if before is None else before.version,
            id=0 if before is None else before.id,
        )
        kept = await (add_rule_set if before is None else change_rule_set)(connection, wanted)
        details = {"version": kept.version, "everyone": str(everyone), "groups": " ".join(groups)}
        await note(connection, "analytics.rules_set", name, details)
    return f"{name} is version {kept.version} with {count} rules."


async def delete_rules(places: PremisesPlaces, name: str) -> str:
    """Remove a set.

    Raises:
        NotFoundError: ``analytics.rules_not_found``.
    """
    async with existing_catalogue(places) as catalogue, catalogue.writing() as connection:
        found = next((one for one in await list_rule_sets(connection) if one.name == name), None)
        if found is None:
            raise NotFoundError("analytics.rules_not_found", f"There are no rules called {name[:64]!r}.")
        await delete_rule_set(connection, found.id)
        await note(connection, "analytics.rules_deleted", name, {"version": found.version})
    return f"{name} is removed."


async def _ask(places: PremisesPlaces, query: Callable[[Session], _T]) -> _T:
    asking = Asking(SystemDisk(), places.analytics, limit_s=LIMIT_S)
    with contextlib.closing(asking):
        return await asking.ask(query)


@contextlib.asynccontextmanager
async def _store(places: PremisesPlaces) -> AsyncGenerator[EventStore]:
    """The store of a data folder in which no server runs.

    Raises:
        ConflictError: ``folder.locked``.
    """
    with FolderLock(places.lock_folder, "premises server"):
        site = str(PremisesSettings.load(places).site.id)
        store = EventStore(SystemDisk(), places.analytics, SystemClock(), site=site)
        await store.open()
        running = asyncio.create_task(store.run())
        try:
            yield store
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


def _buckets(file: Path) -> list[AwBucket]:
    if file.stat().st_size > EXPORT_BYTES_MAX:
        message = f"{file} is larger than {EXPORT_BYTES_MAX} bytes."
        raise InvalidInputError("analytics.import", message, hint="Export one bucket at a time.")
    with file.open("rb") as opened:
        beginning = opened.read(len(SQLITE))
    return read_database(file) if beginning == SQLITE else read_export(file.read_bytes())


def _zone(places: PremisesPlaces) -> str:
    return zone_of(PremisesSettings.load(places).coverage.time_zone).key


def _period(places: PremisesPlaces, text: str) -> Span:
    """``today``, ``yesterday``, a day, or two with ``..`` between them; of the site's time zone.

    Raises:
        InvalidInputError: ``analytics.period``.
    """
    zone = zone_of(PremisesSettings.load(places).coverage.time_zone)
    today = utc(SystemClock().wall_us()).astimezone(zone).date()
    named = {"today": today, "yesterday": today - timedelta(days=1)}
    first, _, last = text.partition("..")
    try:
        begin = named.get(first) or date.fromisoformat(first)
        end = named.get(last or first) or date.fromisoformat(last or first)
    except ValueError as error:
        hint = "Write today, yesterday, 2026-11-23, or 2026-11-01..2026-11-30."
        raise InvalidInputError("analytics.period", f"{text[:64]!r} is no period.", hint=hint) from error
    return Span(day_begins(begin, zone), day_begins(end + timedelta(days=1), zone))


def _by(name: str) -> By:
    try:
        found = By(name)
    except ValueError:
        found = By.QUEUE
    if found is By.QUEUE:
        names = ", ".join(one for one in By if one is not By.QUEUE)
        raise InvalidInputError("analytics.by", f"Usage is not added up by {name[:32]!r}.", hint=f"Use {names}.")
    return found


def _hours(us: int) -> str:
    minutes, seconds = divmod(us // 1_000_000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"
