"""Reading the premises server's recordings from the command line: list and export."""

import sys
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.clock import SystemClock
from playhead.base.errors import CorruptError, InvalidInputError, NotFoundError, RefusedError
from playhead.base.instants import rfc3339
from playhead.cli.auditing import note
from playhead.cli.catalogues import existing_catalogue
from playhead.cli.console import done, emit_json, human_bytes, human_instant, human_length, notice, table
from playhead.cli.finding import Filters
from playhead.cli.operator import OPERATOR
from playhead.cli.places import PremisesPlaces
from playhead.cli.uploads import objects_of
from playhead.domain.events import exported
from playhead.domain.exports import ExportWish
from playhead.domain.library import Order
from playhead.domain.recordings import Recording, Segment
from playhead.premises.export.mp4 import export_mp4
from playhead.premises.export.plan import OpenSegment
from playhead.store.catalogue.groups import members_of
from playhead.store.catalogue.recordings import recordings_beginning_with
from playhead.store.catalogue.segments import Located, get_segment
from playhead.store.disk import Readable, SystemDisk
from playhead.store.event_log import publish
from playhead.store.keyring import Keyring
from playhead.store.library import Library
from playhead.store.segments.layout import is_object, path_of
from playhead.wire.vid import open_data_key, read_header

PREFIX_LENGTH_MIN = 4
"""Fewer digits of an id are a slip of the fingers rather than a name."""

LOADING_S_MAX = 600.0
"""Where the server has kept nothing yet, every recording is read once: a minute for each ten million."""


@asynccontextmanager
async def reading(places: PremisesPlaces) -> AsyncGenerator[AsyncConnection]:
    """The catalogue of a data folder, as it is at this moment."""
    async with existing_catalogue(places) as catalogue, catalogue.reading() as connection:
        yield connection


async def resolve(connection: AsyncConnection, text: str) -> Recording:
    """The one recording whose id begins with ``text``.

    Raises:
        InvalidInputError: ``id.malformed``, ``recording.ambiguous``.
        NotFoundError: ``recording.not_found``.
    """
    return the_one(await recordings_beginning_with(connection, digits_of(text), limit=2), text)


def digits_of(text: str) -> str:
    """The hexadecimal digits of a recording's id, or of its beginning.

    Raises:
        InvalidInputError: ``id.malformed``.
    """
    digits = text.replace("-", "").lower()
    if not PREFIX_LENGTH_MIN <= len(digits) <= 32 or not set(digits) <= set("0123456789abcdef"):  # noqa: PLR2004 - a UUID
        message = f"{text[:64]!r} is not a recording's id."
        hint = f"`playhead recordings list` shows them; the first {PREFIX_LENGTH_MIN} digits or more may do."
        raise InvalidInputError("id.malformed", message, hint=hint)
    return digits


def the_one(found: Sequence[Recording], text: str) -> Recording:
    """Of what was found under ``text``, the one that there has to be.

    Raises:
        InvalidInputError: ``recording.ambiguous``.
        NotFoundError: ``recording.not_found``.
    """
    match list(found):
        case [one]:
            return one
        case []:
            hint = "`playhead recordings list` shows what there is."
            raise NotFoundError("recording.not_found", f"No recording's id begins with {text}.", hint=hint)
        case _:
            message = f"Several recordings' ids begin with {text}."
            raise InvalidInputError("recording.ambiguous", message, hint="Write more of it.")


async def show(places: PremisesPlaces, filters: Filters, *, limit: int, as_json: bool) -> None:
    """Print the recordings that are asked for."""
    async with existing_catalogue(places) as catalogue:
        members = None
        if filters.group_id is not None:
            async with catalogue.reading() as connection:
                members = await members_of(connection, filters.group_id)
        library = Library(catalogue, patience_s=LOADING_S_MAX)
        page = await library.page(filters.question(members), Order(filters.order), limit=limit)
    if as_json:
        emit_json([_summary(recording) for recording in page.items])
    elif not page.items:
        click.echo("No such recordings. Start one with `playhead record start WORKSTATION`.")
    else:
        rows = [
            [
                str(recording.id),
                human_instant(recording.started_at_us),
                human_length(_covered_us(recording)),
                human_bytes(recording.durable_bytes),
                recording.state.value,
                str(recording.workstation),
                recording.agent,
                ", ".join([*recording.tags, *(["held"] if recording.held else [])]),
            ]
            for recording in page.items
        ]
        click.echo(table(["ID", "STARTED", "LENGTH", "SIZE", "STATE", "WORKSTATION", "AGENT", "TAGS"], rows))
        if page.next is not None:
            notice(f"Only the first {limit}; ask for more with --limit.")


async def export(places: PremisesPlaces, text: str, out: Path, *, monitor: str | None, force: bool) -> None:
    """Write a recording as an MP4."""
    if out.exists() and not force:
        raise InvalidInputError(
            "export.exists", f"{out} exists.", hint="Name another file, or replace it with --force."
        )
    async with reading(places) as connection:
        recording = await resolve(connection, text)
        located = [await get_segment(connection, segment.id) for segment in recording.segments]
    async with existing_catalogue(places) as catalogue:
        await note(catalogue, "recording.exported", str(recording.id))
    site_key = Keyring.open_existing(places.keys, SystemClock()).recording_key
    parts: list[OpenSegment] = []
    faults: list[CorruptError | RefusedError] = []
    with ExitStack() as stack:
        for part in located:
            try:
                file = stack.enter_context(opened(places, part))
                data_key = data_key_of(file, part.segment, site_key)
            except (CorruptError, RefusedError) as fault:
                faults.append(fault)
            else:
                parts.append(OpenSegment(file.read_at, part.segment.durable_bytes, data_key))
        if faults and not parts:
            raise faults[0]
        with click.progressbar(length=1000, label=f"Writing {out}", file=sys.stderr) as bar:
            written = export_mp4(
                parts, out, monitor=monitor, progress=lambda share: bar.update(int(share * 1000) - bar.pos)
            )
    async with existing_catalogue(places) as catalogue:
        told = exported(ExportWish(OPERATOR, recording.id), written.size_bytes, SystemClock().wall_us())
        await publish(catalogue, [told])
    for fault in (*faults, *written.faults):
        notice(f"Left out: {fault.message} ({fault.code})")
    done(f"{out}: {human_length(written.duration_us)}, {human_bytes(written.size_bytes)}")


@contextmanager
def opened(places: PremisesPlaces, located: Located) -> Generator[Readable]:
    """A segment, wherever it lies, closed at the end.

    Raises:
        CorruptError: ``segment.missing``.
        UnavailableError: ``objects.unknown``.
    """
    try:
        if is_object(located.location):
            file: Readable = objects_of(places).view(located.location, plain=True)
        else:
            file = SystemDisk().open(path_of(places.recordings, located.location))
    except FileNotFoundError:
        raise CorruptError("segment.missing", f"The file {located.location} is not there.") from None
    try:
        yield file
    finally:
        file.close()


def data_key_of(file: Readable, segment: Segment, site_key: X25519PrivateKey) -> bytes:
    """The data key of a segment, from its file.

    Raises:
        CorruptError: ``segment.other`` where the file is not that segment's; ``vid.*``.
        RefusedError: ``vid.recipient``.
    """
    header, _ = read_header(file.read_at)
    if (header.recording, header.segment) != (segment.recording, segment.id):
        raise CorruptError("segment.other", f"The file of segment {segment.id} holds another segment.")
    return open_data_key(header, site_key)


def _covered_us(recording: Recording) -> int:
    return sum(segment.covered_us for segment in recording.segments)


def _summary(recording: Recording) -> dict[str, object]:
    return {
        "id": str(recording.id),
        "workstation": str(recording.workstation),
        "agent": recording.agent,
        "state": recording.state.value,
        "startedAt": rfc3339(recording.started_at_us),
        "coveredMs": _covered_us(recording) // 1000,
        "bytes": recording.durable_bytes,
        "segments": len(recording.segments),
        "site": recording.site,
        "tags": list(recording.tags),
        "held": recording.held,
        "blackout": recording.has_blackout,
    }
