"""What the commands of ``playhead erasure`` do, and ``playhead recordings delete``."""

from pathlib import Path

import click

from playhead.base.clock import SystemClock
from playhead.base.errors import InvalidInputError, NotFoundError, UnavailableError
from playhead.base.instants import rfc3339
from playhead.cli.catalogues import existing_catalogue
from playhead.cli.console import done, emit_json, human_bytes, human_instant, notice, step, table
from playhead.cli.keepers import keeper, running_server
from playhead.cli.library import reading, resolve
from playhead.cli.operator import OPERATOR
from playhead.cli.places import PremisesPlaces
from playhead.store.catalogue.erasures import Erasure, get_erasure, list_erasures
from playhead.store.disk import SystemDisk
from playhead.store.erasure import Order, read_certificate
from playhead.store.erasure.certificate import DOCUMENT_BYTES_MAX, Verified, check_authority
from playhead.store.erasure.files import shred
from playhead.store.erasure.journal import Journal
from playhead.store.keyring import Keyring
from playhead.store.segments.layout import segment_of
from playhead.wire.pki import fingerprint


async def delete(places: PremisesPlaces, text: str, reason: str) -> None:
    """Erase a recording."""
    if not reason.strip():
        raise InvalidInputError("erasure.reason", "An erasure needs a reason.", hint="It goes into the certificate.")
    async with reading(places) as connection:
        recording = await resolve(connection, text)
    operator = running_server(places)
    if operator is not None:
        phase = str(operator.delete_recording(recording.id, reason)["phase"])
    else:
        async with keeper(places) as service:
            phase = (await service.erase(Order(recording.id, str(OPERATOR), reason))).phase
            await service.finish()
    if phase == "begun":
        notice(f"{recording.id} is gone, but the disk refused to destroy its keys; the server goes on trying.")
    else:
        done(f"{recording.id} erased. Its certificate: playhead erasure list")


async def show(places: PremisesPlaces, *, limit: int, as_json: bool) -> None:
    """Print the newest erasures."""
    async with existing_catalogue(places) as catalogue, catalogue.reading() as connection:
        found = await list_erasures(connection, before=None, limit=limit)
    if as_json:
        emit_json([_plain(one) for one in found])
    elif not found:
        click.echo("Nothing was erased.")
    else:
        rows = [
            [
                str(one.id),
                str(one.recording),
                one.agent,
                "" if one.shredded_at_us is None else human_instant(one.shredded_at_us),
                one.by,
                one.reason,
                human_bytes(one.size_bytes),
                one.phase,
            ]
            for one in found
        ]
        click.echo(table(["NO.", "RECORDING", "AGENT", "ERASED", "BY", "REASON", "SIZE", "STATE"], rows))


async def certificate(places: PremisesPlaces, number: int) -> None:
    """Print a certificate.

    Raises:
        NotFoundError: ``erasure.not_found``, ``erasure.unfinished``.
    """
    async with existing_catalogue(places) as catalogue, catalogue.reading() as connection:
        found = await get_erasure(connection, number)
    if not found.certificate:
        raise NotFoundError("erasure.unfinished", "This erasure is not finished.", hint="Look at the server's log.")
    click.echo(found.certificate)


def verify(places: PremisesPlaces, file: Path, authority: str | None, *, as_json: bool) -> None:
    """Verify a certificate, and print what it says.

    Raises:
        InvalidInputError: ``erasure.malformed``.
        CorruptError: ``erasure.signature``.
        RefusedError: ``erasure.authority``.
        NotFoundError: ``keyring.missing``: there is nothing to hold it against.
    """
    with file.open("rb") as opened:
        verified = read_certificate(opened.read(DOCUMENT_BYTES_MAX))
    if authority is None:
        keyring = Keyring.open_existing(places.keys, SystemClock())
        authority = fingerprint(keyring.authority.certificate).hex()
    check_authority(verified, authority.replace(":", "").lower())
    if as_json:
        told = verified.certificate
        emit_json({**_plain(told.erasure), "site": told.site, "authority": verified.authority, "valid": True})
    else:
        done(f"Signed by the authority of site {verified.certificate.site}, and not changed since.")
        _tell(verified)


def apply(places: PremisesPlaces, folder: Path) -> None:
    """Destroy the keys of what was erased in copies.

    Raises:
        UnavailableError: ``store.failed``: of some it could not be done.
    """
    places.require()
    disk = SystemDisk()
    erased = {
        part.segment
        for verified in Journal(places.erasures, disk).read()
        for part in verified.certificate.erasure.segments
    }
    step(f"Looking for copies of {len(erased)} segments that were erased")
    found = [path for path in folder.rglob("*.vid") if segment_of(path.name) in erased]
    failed = shred(disk, found)
    for path, error in failed.items():
        notice(f"{path}: {error.strerror}")
    done(f"Keys destroyed in {len(found) - len(failed)} copies.")
    if failed:
        text = f"In {len(failed)} copies the keys could not be destroyed."
        raise UnavailableError("store.failed", text, hint="Is the folder writable?")


def _tell(verified: Verified) -> None:
    erasure = verified.certificate.erasure
    keys = sum(len(part.keys) for part in erasure.segments)
    rows = [
        ["recording", str(erasure.recording)],
        ["of", f"{erasure.agent} at {erasure.workstation}, {human_instant(erasure.started_at_us)}"],
        ["erased by", erasure.by],
        ["because", erasure.reason],
        ["decided", human_instant(erasure.decided_at_us)],
        ["keys destroyed", f"{keys}, {human_instant(erasure.shredded_at_us or 0)}"],
        ["size", f"{human_bytes(erasure.size_bytes)} in {len(erasure.segments)} segments"],
        ["authority", verified.authority],
    ]
    click.echo(table(["", ""], rows).lstrip("\n"))


def _plain(erasure: Erasure) -> dict[str, object]:
    return {
        "id": erasure.id,
        "recording": str(erasure.recording),
        "workstation": erasure.workstation,
        "agent": erasure.agent,
        "startedAt": rfc3339(erasure.started_at_us),
        "erasedAt": None if erasure.shredded_at_us is None else rfc3339(erasure.shredded_at_us),
        "by": erasure.by,
        "reason": erasure.reason,
        "rule": erasure.rule,
        "bytes": erasure.size_bytes,
        "phase": erasure.phase,
    }
