"""``playhead quarantine``: what its commands do on the data folder itself."""

from typing import Any

import click

from playhead.base.instants import utc
from playhead.cli.catalogues import existing_catalogue
from playhead.cli.console import done, emit_json, human_bytes, table
from playhead.cli.places import PremisesPlaces
from playhead.domain.quarantine import Quarantined
from playhead.store.catalogue.quarantine import get_quarantined, list_quarantined

_HEADS = ("NUMBER", "KIND", "WHERE", "WORKSTATION", "SIZE", "TRIED", "CODE", "SINCE")


async def show_list(places: PremisesPlaces, *, limit: int, as_json: bool) -> None:
    """Print what waits.

    Raises:
        UnavailableError: ``data.no_premises``, ``catalogue.unavailable``.
    """
    async with existing_catalogue(places) as catalogue, catalogue.reading() as connection:
        found = await list_quarantined(connection, before=None, limit=limit)
    if as_json:
        emit_json([_plain(one) for one in found])
    elif not found:
        done("Nothing is in quarantine.")
    else:
        rows = [
            [
                str(one.id),
                one.kind,
                one.place,
                str(one.workstation or ""),
                human_bytes(one.bytes),
                f"{one.attempts} x",
                one.code,
                _instant(one.first_at_us),
            ]
            for one in found
        ]
        click.echo(table(_HEADS, rows))


async def show_one(places: PremisesPlaces, number: int, *, as_json: bool) -> None:
    """Print everything of one thing.

    Raises:
        NotFoundError: ``quarantine.not_found``.
        UnavailableError: ``data.no_premises``, ``catalogue.unavailable``.
    """
    async with existing_catalogue(places) as catalogue, catalogue.reading() as connection:
        found = _plain(await get_quarantined(connection, number))
    if as_json:
        emit_json(found)
        return
    for name, value in found.items():
        if value not in {None, ""}:
            click.echo(f"{name:<12} {value}")


def _plain(found: Quarantined) -> dict[str, Any]:
    return {
        "id": found.id,
        "kind": found.kind,
        "subject": found.subject,
        "recording": None if found.recording is None else str(found.recording),
        "workstation": None if found.workstation is None else str(found.workstation),
        "place": found.place,
        "location": found.location,
        "code": found.code,
        "message": found.message,
        "bytes": found.bytes,
        "firstAt": _instant(found.first_at_us),
        "at": _instant(found.at_us),
        "attempts": found.attempts,
    }


def _instant(at_us: int) -> str:
    return utc(at_us).isoformat(timespec="seconds").replace("+00:00", "Z")
