"""``playhead messages``: what its commands do on the data folder itself."""

from typing import Any, Final

import click

from playhead.base.clock import SystemClock
from playhead.base.errors import PlayheadError
from playhead.base.instants import rfc3339
from playhead.cli.catalogues import existing_catalogue
from playhead.cli.console import done, emit_json, notice, table
from playhead.cli.operator import OPERATOR
from playhead.cli.places import PremisesPlaces
from playhead.cli.settings import PremisesSettings
from playhead.net.messaging.rabbitmq import try_connecting
from playhead.premises.messaging.broker import read_broker
from playhead.premises.messaging.config import MessagingConfig
from playhead.premises.messaging.rules import waits_long
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue.audit import add_audit_entry
from playhead.store.catalogue.dead_letters import (
    DeadLetter,
    count_dead_letters,
    drop_dead_letter,
    list_dead_letters,
    retry_dead_letter,
)
from playhead.store.catalogue.outbox import outbox_state

_HEADS: Final = ("NUMBER", "WHICH", "TYPE", "ABOUT", "TRIED", "CODE", "SINCE")
_WHICH: Final = {"out": "event", "in": "command"}


async def show_status(places: PremisesPlaces, *, as_json: bool) -> int:
    """Print what waits; the exit code.

    Raises:
        UnavailableError: ``data.no_premises``, ``catalogue.unavailable``.
    """
    config = PremisesSettings.load(places).messaging
    async with existing_catalogue(places) as catalogue, catalogue.reading() as connection:
        waiting = await outbox_state(connection)
        dead = await count_dead_letters(connection)
    now_us = SystemClock().wall_us()
    age_us = 0 if waiting.oldest_at_us is None else max(0, now_us - waiting.oldest_at_us)
    trouble = await _trouble(config)
    if as_json:
        found: dict[str, Any] = {
            "transport": config.transport,
            "broker": trouble or "ready",
            "waiting": waiting.events,
            "oldestSeconds": round(age_us / 1e6, 3),
            "dead": dead,
        }
        emit_json(found)
    elif trouble:
        notice(f"The broker at {config.broker} cannot be used: {trouble}")
    else:
        where = "in this process" if config.transport == "in-process" else f"by the broker at {config.broker}"
        done(f"Messages are taken {where}.")
    is_late = waits_long(waiting, now_us)
    if not as_json:
        (notice if is_late else done)(f"{waiting.events} events wait, the oldest for {age_us // 1_000_000} s.")
        (notice if dead else done)(f"{dead} dead letters wait for a person.")
    return int(bool(trouble) or is_late or dead > 0)


async def show_dead(places: PremisesPlaces, *, limit: int, as_json: bool) -> None:
    """Print dead letters.

    Raises:
        UnavailableError: ``data.no_premises``, ``catalogue.unavailable``.
    """
    async with existing_catalogue(places) as catalogue, catalogue.reading() as connection:
        found = await list_dead_letters(connection, limit)
    if as_json:
        emit_json([_plain(one) for one in found])
    elif not found:
        done("There are no dead letters.")
    else:
        click.echo(table(_HEADS, [_row(one) for one in found]))


async def retry(places: PremisesPlaces, number: int) -> None:
    """Have an event delivered again.

    Raises:
        NotFoundError: ``messages.not_found``.
        ConflictError: ``messages.not_an_event``.
    """
    async with existing_catalogue(places) as catalogue, catalogue.writing() as connection:
        await retry_dead_letter(connection, number)
        entry = AuditTrail(catalogue, SystemClock()).entry(str(OPERATOR), "message.retried", str(number), "")
        await add_audit_entry(connection, entry)


async def drop(places: PremisesPlaces, number: int) -> None:
    """Give one up.

    Raises:
        NotFoundError: ``messages.not_found``.
    """
    async with existing_catalogue(places) as catalogue, catalogue.writing() as connection:
        await drop_dead_letter(connection, number)
        entry = AuditTrail(catalogue, SystemClock()).entry(str(OPERATOR), "message.dropped", str(number), "")
        await add_audit_entry(connection, entry)


async def _trouble(config: MessagingConfig) -> str:
    """Why the broker cannot be used; empty where it can, or none is needed."""
    if config.transport == "in-process":
        return ""
    try:
        await try_connecting(read_broker(config))
    except PlayheadError as error:
        return str(error)
    return ""


def _row(letter: DeadLetter) -> list[str]:
    return [
        str(letter.id),
        _WHICH[letter.direction],
        letter.type,
        letter.subject,
        f"{letter.attempts} x",
        letter.code,
        rfc3339(letter.at_us),
    ]


def _plain(letter: DeadLetter) -> dict[str, Any]:
    return {
        "number": letter.id,
        "which": _WHICH[letter.direction],
        "messageId": letter.message_id,
        "type": letter.type,
        "about": letter.subject,
        "code": letter.code,
        "message": letter.message,
        "attempts": letter.attempts,
        "at": rfc3339(letter.at_us),
        "body": letter.body.decode("utf-8", "replace"),
    }
