"""``playhead quarantine``: what its commands do on the data folder itself."""

from dataclasses import asdict
from typing import Any, Final

import click

from playhead.base.errors import ConflictError
from playhead.cli.catalogues import existing_catalogue
from playhead.cli.console import done, emit_json, human_bytes, human_instant, table
from playhead.cli.places import PremisesPlaces
from playhead.domain.quarantine import Order, Quarantined
from playhead.store.catalogue.quarantine import get_quarantined, list_quarantined

_HEADS = ("NUMBER", "KIND", "WHERE", "WORKSTATION", "SIZE", "TRIED", "CODE", "SINCE", "DECIDED")

_DECIDED: Final = {
    ("retry", "waiting"): "Its workstation offers it again when it connects next.",
    ("retry", "told"): "Its workstation offers it again. It goes off the list when all of it has come.",
    ("retry", "failed"): "Its workstation could not offer it again: {}",
    ("drop", "waiting"): "Its workstation removes it when it connects next.",
    ("drop", "failed"): "Its workstation could not remove it: {}",
}


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
                human_instant(one.first_at_us),
                f"{one.order.name}, {one.order.state}" if one.order else "",
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
        one = await get_quarantined(connection, number)
    found = _plain(one)
    if as_json:
        emit_json(found)
        return
    for name, value in (found | {"order": _decided(one.order)}).items():
        if value not in {None, ""}:
            click.echo(f"{name:<12} {value}")


def say_outcome(number: int, answer: dict[str, Any]) -> None:
    """Say what became of trying something again, or giving it up.

    Raises:
        ConflictError: ``quarantine.failed``: the workstation could not.
    """
    order = answer.get("order")
    if not order:
        done(f"Number {number} is off the list.")
        return
    said = _decided(Order(order["name"], order["state"], order["message"]))
    if order["state"] == "failed":
        raise ConflictError("quarantine.failed", said, hint=f"`playhead quarantine show {number}` tells more.")
    done(f"Number {number}: {said}")


def _decided(order: Order | None) -> str:
    return "" if order is None else _DECIDED[order.name, order.state].format(order.message)


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
        "firstAt": human_instant(found.first_at_us),
        "at": human_instant(found.at_us),
        "attempts": found.attempts,
        "order": None if found.order is None else asdict(found.order),
    }
