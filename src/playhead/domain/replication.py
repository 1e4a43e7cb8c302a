"""What a site tells the cloud of its recordings, and what the cloud makes of it (docs/services/cloud.md).

A site sends *things* as they are, not what happened to them: a recording that changed a thousand times is one document.
Every change gives its thing the next *position*, so a thing stands once in the order of positions, at its newest. A
document at a position is the same whenever it is made: had the thing changed since, it would stand elsewhere. That is
why a batch may come late, twice or in pieces, and the result is the same (`judge`).

Positions belong to a *stream*, which is named by when it began. A server that was put back to an older state begins
another one, and sends everything again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from playhead.base.errors import InvalidInputError, LimitError
from playhead.domain.names_in_cloud import NAME_CHARS_MAX

BATCH_DOCUMENTS_MAX: Final = 500
"""Documents of one batch: one transaction in the cloud, of a fraction of a second."""

BATCH_BYTES: Final = 1 << 20
"""A batch ends with the document that reaches this: a few seconds on a slow line."""

BATCH_BYTES_MAX: Final = 8 << 20
"""What the cloud takes at a time: a batch below `BATCH_BYTES`, and one more document of the longest kind."""

DOCUMENT_BYTES_MAX: Final = 6 << 20
"""A recording of a year in segments of ten minutes is 52,000 segments of about 100 bytes."""

ORIGINS_MAX: Final = 8
"""Addresses at which a site's player is reached on its own network."""

Us = Annotated[int, Meta(ge=0, le=(1 << 63) - 1)]
Position = Annotated[int, Meta(ge=0, le=(1 << 63) - 1)]
Key = Annotated[bytes, Meta(min_length=16, max_length=16)]
"""The bytes of a UUID."""
Hash = Annotated[bytes, Meta(min_length=32, max_length=32)]
Name = Annotated[str, Meta(min_length=1, max_length=NAME_CHARS_MAX)]
Word = Annotated[str, Meta(max_length=64)]
Text = Annotated[str, Meta(max_length=4096, pattern="^[^\\x00]*$")]
"""PostgreSQL takes no zeros in a text."""


class _Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Members that are not here are left aside: a site may be of a later version than the cloud."""


class SignerDocument(_Document, frozen=True, kw_only=True):
    """A key that a workstation was enrolled with."""

    since_us: Us
    signer: Hash


class WorkstationDocument(_Document, frozen=True, kw_only=True, tag="workstation"):
    """A workstation, by the name it has at its site."""

    position: Position
    id: Name
    signer: Hash
    certificate_hash: Hash
    enrolled_at_us: Us
    revoked_at_us: Us | None = None
    seen_at_us: Us | None = None
    software: Text = ""
    agent: Text = ""
    signers: tuple[SignerDocument, ...] = ()


class GrantDocument(_Document, frozen=True, kw_only=True):
    """The data key of a segment, sealed to somebody's public key beside the site's."""

    recipient: Word
    suite: Annotated[str, Meta(max_length=32)]
    sealed: Annotated[bytes, Meta(max_length=1024)]
    at_us: Us


class SegmentDocument(_Document, frozen=True, kw_only=True):
    """A segment of a recording, and where its bytes lie: a file of the site, or the URL of an object."""

    id: Key
    location: Text
    started_at_us: Us
    covered_us: Us
    durable_bytes: Us
    sealed: bool
    ended: Annotated[str, Meta(max_length=16)]
    has_blackout: bool | None = None
    grants: Annotated[tuple[GrantDocument, ...], Meta(max_length=16)] = ()


class TagDocument(_Document, frozen=True, kw_only=True):
    """What somebody calls a recording."""

    tag: Annotated[str, Meta(max_length=40)]
    by_user: Name
    at_us: Us


class HoldDocument(_Document, frozen=True, kw_only=True):
    """Why a recording must not be deleted."""

    reason: Text
    by_user: Name
    at_us: Us


class RecordingDocument(_Document, frozen=True, kw_only=True, tag="recording"):
    """A recording with all that hangs on it."""

    position: Position
    id: Key
    workstation_id: Name
    agent: Text
    state: Annotated[str, Meta(max_length=16)]
    started_at_us: Us
    ended_at_us: Us | None = None
    heard_at_us: Us | None = None
    agent_key: Text
    length_us: Us
    has_gap: bool
    has_blackout: bool
    segments: tuple[SegmentDocument, ...] = ()
    tags: tuple[TagDocument, ...] = ()
    hold: HoldDocument | None = None


class ErasedSegmentDocument(_Document, frozen=True, kw_only=True):
    """A segment that was erased."""

    segment_id: Key
    location: Text
    started_at_us: Us
    covered_us: Us
    bytes: Us
    chain: Hash
    keys: tuple[Word, ...] = ()


class ErasureDocument(_Document, frozen=True, kw_only=True, tag="erasure"):
    """A recording that was erased, or is being: whoever has it destroys it."""

    position: Position
    recording_id: Key
    workstation: Text
    agent: Text
    started_at_us: Us
    length_us: Us
    by: Text
    reason: Text
    rule: Text
    decided_at_us: Us
    phase: Annotated[str, Meta(max_length=8)]
    shredded_at_us: Us | None = None
    removed_at_us: Us | None = None
    bytes: Us
    certificate: Annotated[str, Meta(max_length=4 << 20)] = ""
    segments: tuple[ErasedSegmentDocument, ...] = ()


class DayDocument(_Document, frozen=True, kw_only=True, tag="day"):
    """The ledger of coverage of a workstation's day."""

    position: Position
    workstation_id: Name
    day: Annotated[str, Meta(max_length=10)]
    due_us: Us
    kept_us: Us
    missing: Annotated[str, Meta(max_length=1 << 20)]
    """JSON, as the catalogue has it; likewise ``kept``."""
    kept: Annotated[str, Meta(max_length=1 << 20)]
    is_final: bool


Document = WorkstationDocument | RecordingDocument | ErasureDocument | DayDocument


class Place(msgspec.Struct, frozen=True):
    """How far a stream has come."""

    stream: Us
    """When it began, in wall time."""
    position: Position
    """Everything up to here is applied."""


class Batch(_Document, frozen=True, kw_only=True):
    """Documents in the order of their positions."""

    stream: Us
    after: Position
    """Whoever takes it has everything up to here."""
    upto: Position
    """And everything up to here afterwards."""
    introduced: Annotated[tuple[WorkstationDocument, ...], Meta(max_length=BATCH_DOCUMENTS_MAX)] = ()
    """Workstations that the documents name. They may have changed later than these, and will come again if so."""
    documents: Annotated[tuple[Document, ...], Meta(max_length=BATCH_DOCUMENTS_MAX)] = ()


class _Written(msgspec.Struct, frozen=True):
    """`Batch` as it is written: its documents are written already."""

    stream: int
    after: int
    upto: int
    introduced: tuple[WorkstationDocument, ...]
    documents: tuple[msgspec.Raw, ...]


class About(msgspec.Struct, frozen=True):
    """What a site says of itself."""

    origins: Annotated[
        tuple[Annotated[str, Meta(max_length=300, pattern=r"^https?://[a-z0-9.\-\[\]:]+$")], ...],
        Meta(max_length=ORIGINS_MAX),
    ] = ()
    """Origins (RFC 6454) at which a browser on its network reaches its player."""


_ENCODER: Final = msgspec.msgpack.Encoder()
_ABOUTS: Final = msgspec.msgpack.Decoder(About)
_BATCHES: Final = msgspec.msgpack.Decoder(Batch)
_PLACES: Final = msgspec.msgpack.Decoder(Place)


@dataclass(frozen=True, slots=True)
class Cut:
    """The beginning of some documents, as much as one batch takes."""

    written: tuple[msgspec.Raw, ...]
    upto: int
    oversized: tuple[int, ...]
    """Positions of documents that no batch takes. They are left out: nothing else must wait for them for ever."""


def cut(documents: Iterable[Document], upto: int) -> Cut:
    """Write as many documents as one batch takes.

    Args:
        documents: in the order of their positions.
        upto: the position that they reach all together.
    """
    written: list[msgspec.Raw] = []
    oversized: list[int] = []
    size = 0
    for one in documents:
        encoded = _ENCODER.encode(one)
        if len(encoded) > DOCUMENT_BYTES_MAX:
            oversized.append(one.position)
            continue
        if written and size + len(encoded) > BATCH_BYTES:
            return Cut(tuple(written), one.position - 1, tuple(oversized))
        written.append(msgspec.Raw(encoded))
        size += len(encoded)
    return Cut(tuple(written), upto, tuple(oversized))


def write_batch(place: Place, cut_off: Cut, introduced: Iterable[WorkstationDocument]) -> bytes:
    """A batch that begins at ``place``."""
    return _ENCODER.encode(_Written(place.stream, place.position, cut_off.upto, tuple(introduced), cut_off.written))


def read_batch(body: bytes) -> Batch:
    """Read what `write_batch` wrote.

    Raises:
        LimitError: ``replication.size``.
        InvalidInputError: ``replication.malformed``.
    """
    if len(body) > BATCH_BYTES_MAX:
        raise LimitError("replication.size", f"A batch has up to {BATCH_BYTES_MAX} bytes, not {len(body)}.")
    try:
        batch = _BATCHES.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise InvalidInputError("replication.malformed", f"This is not a batch of changes: {error}.") from None
    positions = [batch.after, *(one.position for one in batch.documents), batch.upto]
    if any(one > following for one, following in pairwise(positions)):
        raise InvalidInputError("replication.malformed", "The documents of a batch are not in their order.")
    return batch


def write_place(place: Place) -> bytes:
    """For an answer."""
    return _ENCODER.encode(place)


def write_about(about: About) -> bytes:
    """For a request."""
    return _ENCODER.encode(about)


def read_about(body: bytes) -> About:
    """Read what `write_about` wrote.

    Raises:
        InvalidInputError: ``replication.malformed``.
    """
    try:
        return _ABOUTS.decode(body)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise InvalidInputError("replication.malformed", f"This is not what a site says of itself: {error}.") from None


def read_place(body: bytes) -> Place:
    """Read what `write_place` wrote.

    Raises:
        InvalidInputError: ``replication.malformed``.
    """
    try:
        return _PLACES.decode(body)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise InvalidInputError("replication.malformed", f"This is no place in a stream: {error}.") from None


BEGINNING: Final = Place(0, 0)
"""Of a site that has sent nothing yet."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with a batch."""

    documents: tuple[Document, ...]
    """To be applied, in this order."""
    place: Place
    """Where the site stands afterwards. Nothing is to be noted where that is where it stood."""


def judge(known: Place, batch: Batch) -> Verdict | None:
    """What to do with a batch of a site that stands at ``known``; None where it does not follow on that.

    A batch of an older stream, or with nothing new, does nothing. One that begins before what is known may go further.
    """
    if batch.stream < known.stream or (batch.stream == known.stream and batch.upto <= known.position):
        return Verdict((), known)
    position = known.position if batch.stream == known.stream else 0
    if batch.after > position:
        return None
    new = tuple(one for one in batch.documents if one.position > position)
    return Verdict(new, Place(batch.stream, batch.upto))


def resume(own: Place, known: Place) -> Place | None:
    """Where a site goes on: from what the cloud knows of it.

    Args:
        own: its stream, and its newest position.
        known: what the cloud says.

    Returns:
        None where the cloud knows what the site does not: the site was put back, and has to begin another stream.
    """
    if known.stream == own.stream:
        return known if known.position <= own.position else None
    return Place(own.stream, 0) if known.stream < own.stream else None


def introduced_by(documents: Sequence[Document]) -> list[str]:
    """The workstations that documents name and do not tell of, each once."""
    named = {one.workstation_id: None for one in documents if isinstance(one, RecordingDocument | DayDocument)}
    return list(named)
