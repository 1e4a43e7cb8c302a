"""What ``playhead storage`` does."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict

import click

from playhead.base.clock import SystemClock
from playhead.base.errors import NotFoundError, PlayheadError
from playhead.base.ids import SegmentId
from playhead.cli.auditing import note
from playhead.cli.catalogues import existing_catalogue, open_catalogue
from playhead.cli.console import done, emit_json, human_bytes, notice, table
from playhead.cli.places import PremisesPlaces
from playhead.cli.settings import PremisesSettings
from playhead.cli.uploads import objects_of
from playhead.domain.uploads import UploadState
from playhead.premises.screen.recordings import Recordings
from playhead.store.catalogue.uploads import behind_since, tally_uploads
from playhead.store.disk import SystemDisk
from playhead.store.erasure.journal import Journal
from playhead.store.folder_lock import FolderLock
from playhead.store.keyring import Keyring
from playhead.store.objects import Objects, ObjectStore
from playhead.store.objects.moving import Mover
from playhead.store.objects.rebuilding import Rebuilder, Rebuilt
from playhead.store.objects.reconciling import Difference, Reconciler
from playhead.wire.vid import Envelope, Header, open_data_key, regrant

_MEANT = {
    "missing": "is gone, though it was proven to be there",
    "size": "has another length than was proven",
    "unknown": "is unknown to the catalogue",
    "multipart": "are parts of an upload that nobody goes on with",
}


async def show(places: PremisesPlaces, *, as_json: bool) -> bool:
    """Print how it stands; True where nothing is wrong."""
    async with existing_catalogue(places) as catalogue, _objects(places) as objects:
        async with catalogue.reading() as connection:
            tallies = {one.state: one for one in await tally_uploads(connection)}
            behind_us = await behind_since(connection)
        fault = await _fault(objects.to)
    behind_s = 0 if behind_us is None else max(0, SystemClock().wall_us() - behind_us) // 1_000_000
    to = "" if objects.to is None else objects.to.url
    if as_json:
        uploads = {str(one.state): {"segments": one.segments, "bytes": one.size_bytes} for one in tallies.values()}
        emit_json({"to": to, "fault": fault, "behindS": behind_s, "uploads": uploads})
    else:
        click.echo(f"Recordings go to {to}." if to else "Nothing is uploaded: [upload] url is empty.")
        rows = [[str(one.state), str(one.segments), human_bytes(one.size_bytes)] for one in tallies.values()]
        if rows:
            click.echo(table(["STATE", "SEGMENTS", "SIZE"], rows))
        if behind_s:
            notice(f"The oldest that has ended and is not proven there waits since {behind_s // 60} min.")
        if fault:
            notice(fault)
    return not fault and UploadState.FAILED not in tallies


async def move(places: PremisesPlaces, source: str, target: str) -> None:
    """Move, printing what was moved.

    Raises:
        NotFoundError: ``storage.unknown``: the configuration names no such store.
        PlayheadError: as `Mover.move`.
    """
    async with existing_catalogue(places) as catalogue, _objects(places) as objects:
        mover = Mover(catalogue, _store(objects, source), _store(objects, target))
        segments = size = 0
        async for moved in mover.move():
            segments, size = segments + 1, size + moved.size_bytes
        swept = await mover.sweep()
        await note(catalogue, "storage.moved", f"{source} {target}")
    done(f"{segments} segments moved, {human_bytes(size)}.")
    if swept:
        done(f"{swept} objects deleted at {source} that had been moved before.")


async def reconcile(places: PremisesPlaces, *, delete: bool, share: float, as_json: bool) -> bool:
    """Compare, print, and delete where asked to; True where nothing is missing.

    Raises:
        ConflictError: ``storage.brake``.
        NotFoundError: ``storage.unknown``.
    """
    site = PremisesSettings.load(places).site.id
    found: list[Difference] = []
    deleted = seen = 0
    async with existing_catalogue(places) as catalogue, _objects(places) as objects:
        for store in objects.stores:
            reconciler = Reconciler(catalogue, store, site)
            here = [one async for one in reconciler.compare()]
            found += here
            seen += reconciler.objects
            if delete:
                deleted += await reconciler.delete(here, share_max=share)
        if deleted:
            await note(catalogue, "storage.reconciled", str(site))
    if as_json:
        emit_json({"objects": seen, "deleted": deleted, "differences": [asdict(one) for one in found]})
    else:
        for one in found:
            click.echo(f"{one.key} {_MEANT[one.code]} ({one.code})")
        done(f"{seen} objects, {len(found)} differences, {deleted} deleted.")
    return not any(one.code in {"missing", "size"} for one in found)


async def rebuild(places: PremisesPlaces, *, as_json: bool) -> bool:
    """Take in what the catalogue does not know, and print it; True where nothing is wrong with any of it.

    Raises:
        ConflictError: ``folder.locked``: the server runs.
        CorruptError, NotFoundError: there are no keys that could open anything.
        PlayheadError: as `Rebuilder.rebuild`.
    """
    clock = SystemClock()
    settings = PremisesSettings.load(places)
    keyring = Keyring.open_existing(places.keys, clock)
    public = bytes.fromhex(settings.upload.cloud_key)

    def opening(header: Header) -> Envelope | None:
        open_data_key(header, keyring.recording_key)
        return regrant(header, keyring.recording_key, public) if public else None

    taken: list[Rebuilt] = []
    with FolderLock(places.lock_folder, "premises server"):
        catalogue = await open_catalogue(places)
        try:
            async with _objects(places) as objects:
                erased = await asyncio.to_thread(_erased, places)
                for store in objects.stores:
                    rebuilder = Rebuilder(catalogue, store, keyring.site, clock, opening=opening, erased=erased)
                    async for one in rebuilder.rebuild():
                        taken.append(one)
                        if one.code and not as_json:
                            click.echo(f"{one.key}: {one.message} ({one.code})")
            recordings = Recordings(catalogue, keyring.site, clock, lambda _: None, lambda _: None)
            await recordings.refresh_of()
            await note(catalogue, "storage.rebuilt", str(keyring.site))
        finally:
            await catalogue.close()
    here = [one for one in taken if one.recording is not None]
    if as_json:
        emit_json({"objects": [{**asdict(one), "recording": str(one.recording or "")} for one in taken]})
    else:
        size = human_bytes(sum(one.size_bytes for one in here))
        done(f"{len(here)} segments of {len({one.recording for one in here})} recordings taken in again, {size}.")
    return not any(one.code for one in taken if one.code != "rebuild.erased")


def _erased(places: PremisesPlaces) -> frozenset[SegmentId]:
    """Segments that the journal beside the catalogue knows to be erased. Blocks."""
    certificates = Journal(places.erasures, SystemDisk()).read()
    return frozenset(part.segment for one in certificates for part in one.certificate.erasure.segments)


@asynccontextmanager
async def _objects(places: PremisesPlaces) -> AsyncGenerator[Objects]:
    objects = objects_of(places)
    try:
        yield objects
    finally:
        await objects.close()


def _store(objects: Objects, url: str) -> ObjectStore:
    wanted = url.rstrip("/")
    for store in objects.stores:
        if store.url == wanted:
            return store
    known = ", ".join(store.url for store in objects.stores) or "none"
    hint = f"Name it in [upload] or [[upload.before]] of premises.toml. Known: {known}."
    raise NotFoundError("storage.unknown", f"No store {url} is configured.", hint=hint)


async def _fault(store: ObjectStore | None) -> str:
    """Why the store cannot be asked; empty where it can."""
    if store is None:
        return ""
    try:
        await store.multiparts("playhead-looks-whether-it-may/")
    except PlayheadError as error:
        return f"{error} ({error.code})"
    return ""
