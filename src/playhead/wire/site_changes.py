"""What the cloud has a site do with its recordings, on behalf of somebody, and what the site says of that."""

from typing import Annotated, Final, Literal, TypeVar

import msgspec
from msgspec import Meta

from playhead.base.errors import InvalidInputError

RECORDINGS_MAX: Final = 500
"""Recordings of one order."""

ORDER_BYTES_MAX: Final = 64 << 10
"""Their ids, and a sentence."""

ANSWER_BYTES_MAX: Final = 64 << 10

_Id = Annotated[str, Meta(max_length=36)]


class AnnotationOrder(msgspec.Struct, frozen=True, omit_defaults=True):
    """Tags and holds (`playhead.domain.annotations.Annotation`)."""

    kind: Literal["tag", "untag", "hold", "release"]
    recordings: Annotated[tuple[_Id, ...], Meta(max_length=RECORDINGS_MAX)]
    tag: Annotated[str, Meta(max_length=64)] = ""
    reason: Annotated[str, Meta(max_length=1024)] = ""
    order: Annotated[str, Meta(max_length=64)] = ""
    """Stands in both audit logs."""


class AnnotationAnswer(msgspec.Struct, frozen=True):
    """Which recordings stayed as they were, and why; all others are so now."""

    refused: Annotated[dict[_Id, Annotated[str, Meta(max_length=64)]], Meta(max_length=RECORDINGS_MAX)] = {}


class ErasureOrder(msgspec.Struct, frozen=True):
    """Erase a recording."""

    reason: Annotated[str, Meta(max_length=1024)]


class ExportOrder(msgspec.Struct, frozen=True, omit_defaults=True):
    """Make a file of a recording (`playhead.domain.exports.ExportWish`)."""

    recording: _Id
    from_us: Annotated[int, Meta(ge=0)] | None = None
    to_us: Annotated[int, Meta(ge=0)] | None = None


class ExportAnswer(msgspec.Struct, frozen=True):
    """What it is called at the site."""

    id: Annotated[str, Meta(max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


class ExportState(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far it is (`playhead.domain.exports.ExportProgress`)."""

    recording: _Id
    state: Literal["working", "ready", "failed"]
    done: float
    size_bytes: int = 0
    code: Annotated[str, Meta(max_length=64)] = ""
    faults: int = 0


_T = TypeVar("_T", bound=msgspec.Struct)

_ENCODER: Final = msgspec.msgpack.Encoder()


def write(told: msgspec.Struct) -> bytes:
    """For a request or an answer."""
    return _ENCODER.encode(told)


def read(body: bytes, kind: type[_T]) -> _T:
    """Read what `write` wrote.

    Raises:
        InvalidInputError: ``order.malformed``.
    """
    try:
        return msgspec.msgpack.decode(body, type=kind)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise InvalidInputError("order.malformed", f"This is no {kind.__name__}: {error}.") from None
