"""``playhead premises status``: how the server is."""

import asyncio
import shutil
from typing import Any

import click

from playhead.base.errors import UnavailableError
from playhead.base.instants import rfc3339
from playhead.cli.catalogues import looked_at_catalogue
from playhead.cli.console import emit_json, human_bytes
from playhead.cli.operator import Operator
from playhead.cli.places import PremisesPlaces
from playhead.cli.settings import PremisesSettings
from playhead.store.backup.last import last_backup
from playhead.store.catalogue.dead_letters import count_dead_letters
from playhead.store.catalogue.outbox import outbox_state
from playhead.store.catalogue.quarantine import count_quarantined


def show(places: PremisesPlaces, *, as_json: bool) -> bool:
    """Print it; True where nothing is wrong.

    Raises:
        UnavailableError: ``data.no_premises``, ``server.no_answer``.
    """
    found = _found(places)
    if as_json:
        emit_json(found)
    else:
        _print(found)
    return bool(found["running"]) and not found["problems"]


def _found(places: PremisesPlaces) -> dict[str, Any]:
    places.require()
    disk = shutil.disk_usage(places.recordings)
    found: dict[str, Any] = {
        "running": True,
        "problems": [],
        "workstations": None,
        "connected": None,
        "diskFree": disk.free,
        "diskReserve": PremisesSettings.load(places).screen.disk_free_min.bytes,
        **asyncio.run(_kept(places)),
        "aside": 0,
    }
    try:
        operator = Operator(places)
        health, workstations = operator.health(), operator.workstations()
    except UnavailableError as error:
        if error.code != "server.not_running":
            raise
        return {**found, "running": False}
    return {
        **found,
        "problems": health["problems"],
        "workstations": len(workstations),
        "connected": sum(bool(one["connected"]) for one in workstations),
        "aside": sum(int(one["asideSegments"]) for one in workstations),
    }


async def _kept(places: PremisesPlaces) -> dict[str, Any]:
    async with looked_at_catalogue(places) as catalogue, catalogue.reading() as connection:
        quarantined, backup = await count_quarantined(connection), await last_backup(connection)
        waiting, dead = await outbox_state(connection), await count_dead_letters(connection)
    last = None
    if backup is not None:
        last = {"id": backup.id, "at": rfc3339(backup.at_us), "faults": backup.faults}
    oldest = None if waiting.oldest_at_us is None else rfc3339(waiting.oldest_at_us)
    messages = {"waiting": waiting.events, "oldest": oldest, "dead": dead}
    return {"quarantined": quarantined, "lastBackup": last, "messages": messages}


def _print(found: dict[str, Any]) -> None:
    if found["running"]:
        click.echo(f"server        runs; {found['connected']} of {found['workstations']} workstations are connected")
    else:
        click.echo("server        does not run")
    reserve = human_bytes(found["diskReserve"])
    click.echo(f"disk          {human_bytes(found['diskFree'])} free; recordings leave {reserve}")
    waits = f"; {found['aside']} refused segments wait on workstations" if found["aside"] else ""
    click.echo(f"quarantine    {found['quarantined']}{waits}")
    last = found["lastBackup"]
    faults = f"; {last['faults']} segments were not whole" if last and last["faults"] else ""
    click.echo(f"backup        {last['id'] + faults if last else 'none was ever made'}")
    messages = found["messages"]
    since = f", the oldest since {messages['oldest']}" if messages["oldest"] else ""
    dead = f"; {messages['dead']} dead letters wait for a person" if messages["dead"] else ""
    click.echo(f"messages      {messages['waiting']} events wait for other programs{since}{dead}")
    for problem in found["problems"]:
        click.echo(
            f"problem       {problem['message']} ({problem['code']}, since {problem['since']}) {problem['hint']}"
        )
