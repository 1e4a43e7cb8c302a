"""What ``playhead backup``, ``restore`` and ``recovery-key`` do."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from playhead.base import logs
from playhead.base.clock import SystemClock
from playhead.base.errors import ConflictError, InvalidInputError, NotFoundError
from playhead.base.ids import RecordingId
from playhead.base.instants import rfc3339
from playhead.cli.administration import note
from playhead.cli.catalogues import existing_catalogue, require_file
from playhead.cli.checking import HARMLESS
from playhead.cli.console import done, emit_json, human_bytes, human_instant, notice, step, table
from playhead.cli.library import digits_of, the_one
from playhead.cli.places import PremisesPlaces
from playhead.store.backup import Backup, Done, Found, Restore, Restored, Source, find_backups, newest_whole
from playhead.store.backup import manifest as files
from playhead.store.backup.last import DONE
from playhead.store.backup.manifest import check_files, check_signature
from playhead.store.backup.pace import Pace
from playhead.store.backup.put_back import beginning_with, put_back
from playhead.store.backup.recovery_key import (
    PUBLIC_FILE,
    SEALED_BYTES_MAX,
    fingerprint_of,
    make_recovery_key,
    open_keys,
    read_private,
    read_public,
)
from playhead.store.backup.restore import read_keys
from playhead.store.disk import SystemDisk
from playhead.store.keyring import Keyring
from playhead.store.small_files import read_small_file, write_small_file

DIGITS: Final = 32
"""Of a whole id (RFC 9562)."""

_KEEP_IT = "Make one: `playhead recovery-key recovery.pem`. Or keep the keys elsewhere yourself: --without-keys."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How to back up."""

    incremental: bool
    keep: int | None
    rate: int
    share: bool
    with_keys: bool


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens a backup's keys: a recovery key, or keys that were kept apart."""

    recovery_key: Path | None
    keys: Path | None
    passphrase: bytes | None
    """None: ask for it where it is needed."""


def source_of(places: PremisesPlaces) -> Source:
    """What is backed up of a data folder."""
    return Source(
        catalogue=places.catalogue,
        recordings=places.recordings,
        keys=places.keys,
        erasures=places.erasures,
        audit_head=places.audit_head,
        server_id=places.server_id,
        config=places.config,
    )


async def make_key(places: PremisesPlaces, out: Path, passphrase: bytes, *, replace: bool) -> None:
    """Make a recovery key; the server keeps its public half.

    Raises:
        ConflictError: ``backup.recovery_key_exists``.
        InvalidInputError: ``export.exists``.
        UnavailableError: ``file.unwritable``.
    """
    disk = SystemDisk()
    async with existing_catalogue(places) as catalogue:
        if out.exists():
            raise InvalidInputError("export.exists", f"{out} exists.", hint="Name another file.")
        if read_public(disk, places.keys) is not None and not replace:
            hint = "Go on using it, or take another with --replace; backups made before need the old one."
            raise ConflictError("backup.recovery_key_exists", "This server has a recovery key.", hint=hint)
        private, public = make_recovery_key(passphrase)
        write_small_file(disk, out, private)
        write_small_file(disk, places.keys / PUBLIC_FILE, public)
        known = read_public(disk, places.keys)
        fingerprint = "" if known is None else fingerprint_of(known)
        async with catalogue.writing() as connection:
            await note(connection, "recovery_key.made", fingerprint[:16])
    done(f"{out} opens the keys in backups from now on ({fingerprint[:16]}).")
    notice("Take it away from this machine, and keep it twice.")


async def backup(places: PremisesPlaces, folder: Path, wanted: Wanted, *, as_json: bool) -> bool:
    """Make a backup and print what is in it; whether all of it is whole.

    Raises:
        NotFoundError: ``backup.no_recovery_key``.
        InvalidInputError: ``backup.inside``.
        ConflictError: ``backup.database``.
        PlayheadError: as `playhead.store.backup.Backup.make`.
    """
    require_file(places)
    if folder.resolve().is_relative_to(places.catalogue.parent.resolve()):
        message = f"{folder} is inside the server's own data, and would be lost with it."
        raise InvalidInputError("backup.inside", message, hint="Name a folder on another disk.")
    disk, clock = SystemDisk(), SystemClock()
    logs.configure(clock, form="human")  # on standard error, beside the answer
    async with existing_catalogue(places) as catalogue:
        keyring = Keyring.open_existing(places.keys, clock)
        recovery_key = read_public(disk, places.keys) if wanted.with_keys else None
        if wanted.with_keys and recovery_key is None:
            message = "There is no recovery key that the site's keys could be sealed to."
            raise NotFoundError("backup.no_recovery_key", message, hint=_KEEP_IT)
        making = Backup(
            source_of(places),
            folder.absolute(),
            catalogue=catalogue,
            keyring=keyring,
            disk=disk,
            clock=clock,
            pace=Pace(wanted.rate),
        )
        made = await making.make(
            recovery_key=recovery_key, incremental=wanted.incremental, share=wanted.share, keep=wanted.keep
        )
        async with catalogue.writing() as connection:
            await note(connection, DONE, made.manifest.id, _details(made))
    if as_json:
        emit_json({**_summary(made.folder, made.manifest), **_details(made)})
    else:
        _tell(made)
    return made.manifest.fault_count == 0


def show(folder: Path, *, as_json: bool) -> None:
    """Print the backups in a folder, oldest first."""
    found = find_backups(SystemDisk(), folder)
    if as_json:
        emit_json([_found(one) for one in found])
    elif not found:
        click.echo("There is none.")
    else:
        rows = [
            [one.folder.name, "-", "-", one.reason]
            if one.manifest is None
            else [
                one.manifest.id,
                str(one.manifest.segments),
                human_bytes(one.manifest.size_bytes),
                f"{one.manifest.fault_count} segments were not whole" if one.manifest.fault_count else "whole",
            ]
            for one in found
        ]
        click.echo(table(["BACKUP", "SEGMENTS", "SIZE", "STATE"], rows))


async def restore(
    places: PremisesPlaces, folder: Path, wanted: str, opening: Opening, erasures: Sequence[Path], *, as_json: bool
) -> bool:
    """Restore a backup and print what came back; whether all of it is whole.

    Raises:
        ConflictError: ``backup.database``.
        PlayheadError: as `playhead.store.backup.Restore.into`, and what is said of keys.
    """
    require_file(places)
    disk = SystemDisk()
    logs.configure(SystemClock(), form="human")
    found = newest_whole(disk, folder.absolute(), wanted)
    assert found.manifest is not None  # noqa: S101 # it is whole
    keys = _keys(found, opening)
    step(f"Restoring {found.manifest.id}, made {human_instant(found.manifest.made_at_us)}")
    # The newest journal that is known anywhere: so the oldest backup brings nothing back that was erased.
    beside = [one.folder / files.ERASURES for one in find_backups(disk, found.folder.parent)]
    restoring = Restore(
        found.folder, found.manifest, keys=keys, journals=[*beside, *erasures], disk=disk, clock=SystemClock()
    )
    root = places.catalogue.parent.absolute()
    restored = await restoring.into(source_of(PremisesPlaces(places.root.absolute())), root)
    whole = not restored.damaged and all(one.code in HARMLESS for one in restored.findings)
    if as_json:
        emit_json(
            {
                **_summary(found.folder, restored.manifest),
                "whole": whole,
                "restored": restored.segments,
                "erased": restored.erased,
                "damaged": [{"segment": one.segment, "code": one.code} for one in restored.damaged],
                "findings": [{"segment": str(one.segment), "code": one.code} for one in restored.findings],
            }
        )
    else:
        _tell_restored(restored, whole=whole)
    return whole


async def put_back_one(places: PremisesPlaces, folder: Path, wanted: str, recording: str, *, as_json: bool) -> bool:
    """Put one recording back into the server that is there; whether all of it is there afterwards.

    Raises:
        InvalidInputError: ``id.malformed``, ``recording.ambiguous``.
        PlayheadError: as `playhead.store.backup.put_back.put_back`.
    """
    disk, clock = SystemDisk(), SystemClock()
    found = newest_whole(disk, folder.absolute(), wanted)
    assert found.manifest is not None  # noqa: S101 # it is whole
    keyring = Keyring.open_existing(places.keys, clock)
    check_signature(found.manifest, keyring.authority.certificate)
    await asyncio.to_thread(check_files, disk, found.folder, found.manifest)
    async with existing_catalogue(places) as catalogue:
        identifier = await _recording_of(found.folder, recording, disk)
        back = await put_back(
            found.folder, identifier, catalogue=catalogue, root=places.recordings, disk=disk, clock=clock
        )
        async with catalogue.writing() as connection:
            details = {"backup": found.manifest.id, "segments": back.restored, "faults": len(back.faults)}
            await note(connection, "recording.restored", str(identifier), details)
    if as_json:
        emit_json(
            {
                "recording": str(identifier),
                "restored": back.restored,
                "present": back.present,
                "faults": [{"segment": one.segment, "code": one.code} for one in back.faults],
            }
        )
    else:
        for fault in back.faults:
            notice(f"segment {fault.segment}: {fault.message} ({fault.code})")
        done(f"{back.restored} segments of {identifier} were put back; {back.present} were there.")
    return not back.faults


async def _recording_of(backup: Path, text: str, disk: SystemDisk) -> RecordingId:
    """By its id, or by a beginning of it that only one recording of the backup has."""
    digits = digits_of(text)
    if len(digits) == DIGITS:
        return RecordingId.parse(text)
    return the_one(await beginning_with(backup, digits, disk=disk, limit=2), text).id


def _keys(found: Found, opening: Opening) -> dict[str, bytes]:
    disk = SystemDisk()
    if opening.keys is not None:
        return read_keys(opening.keys, disk)
    assert opening.recovery_key is not None  # noqa: S101 # one of them is named
    assert found.manifest is not None  # noqa: S101 # it is whole
    sealed = read_small_file(disk, found.folder / files.KEYS, bytes_max=SEALED_BYTES_MAX)
    if sealed is None:
        hint = "Name the folder in which they were kept: --keys."
        raise NotFoundError("backup.no_keys", "This backup was made without the site's keys.", hint=hint)
    content = opening.recovery_key.read_bytes()
    passphrase = opening.passphrase
    if passphrase is None and b"ENCRYPTED" in content:
        passphrase = str(click.prompt("Pass phrase", hide_input=True, err=True)).encode()
    return open_keys(sealed, read_private(content, passphrase or b""), backup=found.manifest.id)


def _summary(folder: Path, manifest: files.Manifest) -> dict[str, Any]:
    return {
        "backup": manifest.id,
        "folder": str(folder),
        "madeAt": rfc3339(manifest.made_at_us),
        "site": manifest.site,
        "segments": manifest.segments,
        "bytes": manifest.size_bytes,
        "recoveryKey": manifest.recovery_key,
        "auditHead": manifest.audit_head,
        "faults": manifest.fault_count,
    }


def _details(made: Done) -> dict[str, str | int]:
    counts = made.counts
    return {
        "folder": os.fspath(made.folder.parent),
        "segments": made.manifest.segments,
        "bytes": made.manifest.size_bytes,
        "copied": counts.copied,
        "copied_bytes": counts.copied_bytes,
        "shared": counts.shared,
        "reused": counts.reused,
        "faults": made.manifest.fault_count,
        "removed": made.removed,
    }


def _found(one: Found) -> dict[str, Any]:
    if one.manifest is None:
        return {"folder": str(one.folder), "whole": False, "reason": one.reason}
    return {**_summary(one.folder, one.manifest), "whole": True}


def _tell(made: Done) -> None:
    manifest, counts = made.manifest, made.counts
    for fault in manifest.faults:
        notice(f"segment {fault.segment}: {fault.message} ({fault.code})")
    if counts.shared:
        notice(
            f"{counts.shared} segments share their files with the server, for {made.folder.parent} is on the same "
            "disk: copy this folder to another one, or it is lost with it."
        )
    if not manifest.recovery_key:
        notice("The site's keys are not in it. Without them nothing in it can be played.")
    new = f"{counts.copied} copied ({human_bytes(counts.copied_bytes)}), {counts.reused} as before"
    done(f"{made.folder}: {manifest.segments} segments, {human_bytes(manifest.size_bytes)}; {new}")


def _tell_restored(restored: Restored, *, whole: bool) -> None:
    for fault in restored.damaged:
        notice(f"segment {fault.segment}: {fault.message} ({fault.code})")
    for finding in restored.findings:
        notice(f"{finding.location}: {finding.message} ({finding.code})")
    if restored.erased:
        notice(f"{restored.erased} recordings were erased after this backup, and so they were erased again.")
    text = f"{restored.segments} segments, {human_bytes(restored.size_bytes)}, are back"
    (done if whole else notice)(f"{text}. Start the server with `playhead premises run`.")
