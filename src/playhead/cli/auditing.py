"""What the commands of ``playhead audit`` do."""

import getpass
import stat
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from playhead.base.clock import SystemClock
from playhead.base.errors import InvalidInputError
from playhead.base.instants import rfc3339, wall_us
from playhead.cli.catalogues import existing_catalogue
from playhead.cli.console import done, emit_json, human_instant, notice, table
from playhead.cli.operator import OPERATOR
from playhead.cli.places import PremisesPlaces
from playhead.domain.audit_chain import Head
from playhead.store.audit_anchor import AuditAnchor
from playhead.store.audit_csv import csv_head, csv_rows
from playhead.store.audit_proof import AuditProof
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.audit import AuditEntry
from playhead.store.catalogue.audit_search import AuditFilter, search_audit
from playhead.store.catalogue.audit_verify import Problem
from playhead.store.keyring import Keyring

_BATCH: Final = 500

_WRONG: Final = {
    Problem.CHANGED: "Entry {0} is not what was written. Neither it nor any after it can be trusted.",
    Problem.CUT: "The entries from {0} on are gone.",
    Problem.OTHER: "The log was written anew, from entry {0} or before it.",
    Problem.ANCHOR: "The signed note of the newest entry was not made by this site.",
}


def wanted(
    *,
    actor: str | None,
    action: str | None,
    subject: str | None,
    address: str | None,
    page: str | None,
    since: datetime | None,
    until: datetime | None,
    text: str | None,
) -> AuditFilter:
    """What the options of a command ask for."""
    return AuditFilter(
        actor=actor,
        action=action,
        subject=subject,
        address=address,
        page=page,
        from_us=None if since is None else wall_us(since.replace(tzinfo=UTC)),
        to_us=None if until is None else wall_us(until.replace(tzinfo=UTC)),
        text=text,
    )


async def show(places: PremisesPlaces, filters: AuditFilter, *, limit: int, as_json: bool) -> None:
    """Print the newest entries."""
    async with existing_catalogue(places) as catalogue:
        found: list[AuditEntry] = []
        async for batch in _batches(catalogue, filters):
            found += batch
            if len(found) >= limit:
                break
    if as_json:
        emit_json([_summary(entry) for entry in found[:limit]])
    elif not found:
        click.echo("There is no such entry.")
    else:
        rows = [
            [
                human_instant(entry.at_us),
                entry.actor,
                entry.action,
                entry.subject,
                entry.address,
                entry.page,
            ]
            for entry in found[:limit]
        ]
        click.echo(table(["WHEN", "WHO", "WHAT", "OBJECT", "FROM", "PAGE"], rows))


async def export(places: PremisesPlaces, filters: AuditFilter, out: Path, *, force: bool) -> None:
    """Write a table."""
    if out.exists() and not force:
        message = f"{out} exists."
        raise InvalidInputError("export.exists", message, hint="Name another file, or replace it with --force.")
    count = 0
    async with existing_catalogue(places) as catalogue:
        await note(catalogue, "audit.exported", "")
        with out.open("wb") as file:
            out.chmod(stat.S_IRUSR | stat.S_IWUSR)
            file.write(csv_head())
            async for batch in _batches(catalogue, filters):
                file.write(csv_rows(batch))
                count += len(batch)
    done(f"{out}: {count} entries")


async def verify(places: PremisesPlaces, heads: tuple[str, ...], *, as_json: bool) -> bool:
    """Look at every entry; whether all is well."""
    known = [Head.parse(text) for text in heads]
    async with existing_catalogue(places) as catalogue:
        clock = SystemClock()
        anchor = AuditAnchor(places.audit_head, Keyring.open_existing(places.keys, clock), clock)
        found = await AuditProof(catalogue, anchor).verify(*known)
    if as_json:
        emit_json(
            {
                "whole": found.whole,
                "entries": found.entries,
                "firstBad": found.first_bad,
                "problem": found.problem,
                "head": "" if found.head is None else str(found.head),
            }
        )
    elif found.problem is not None:
        notice(_WRONG[found.problem].format(found.first_bad))
    else:
        done(f"{found.entries} entries, each as it was written. The newest:")
        click.echo("" if found.head is None else str(found.head))
    return found.whole


async def note(catalogue: Catalogue, action: str, subject: str) -> None:
    """Put into the log what somebody does at the command line, with the name that the system has for them."""
    trail = AuditTrail(catalogue, SystemClock())
    await trail.note(str(OPERATOR), action, subject, "", {"by": getpass.getuser()})


async def _batches(catalogue: Catalogue, filters: AuditFilter) -> AsyncGenerator[list[AuditEntry]]:
    before: int | None = None
    while True:
        async with catalogue.reading() as connection:
            page = await search_audit(connection, filters, before=before, limit=_BATCH)
        yield list(page.items)
        before = page.next
        if before is None:
            return


def _summary(entry: AuditEntry) -> dict[str, object]:
    return {
        "id": entry.id,
        "at": rfc3339(entry.at_us),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "address": entry.address,
        "page": entry.page,
        "details": dict(entry.details),
        "hash": entry.hash.hex(),
    }
