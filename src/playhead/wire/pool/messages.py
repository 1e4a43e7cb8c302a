"""What is said in MessagePack: the greetings of a link and the head of a new stream (docs/wire/pool.md §3, §5)."""

from collections.abc import Iterable
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from playhead.base.errors import ProtocolError
from playhead.wire.pool.classes import Urgency
from playhead.wire.pool.limits import (
    FEATURES,
    INITIAL_WINDOW_BYTES,
    MAX_FEATURE_CHARACTERS,
    MAX_FEATURES,
    MAX_KIND_CHARACTERS,
    MAX_LINKS,
    MAX_OPENING_BYTES,
    MAX_STREAMS,
    MAX_WINDOW_BYTES,
    VERSIONS,
)

Id = Annotated[bytes, Meta(min_length=16, max_length=16)]
Version = Annotated[int, Meta(ge=1, le=65535)]
Feature = Annotated[str, Meta(min_length=1, max_length=MAX_FEATURE_CHARACTERS)]
Window = Annotated[int, Meta(ge=0, le=MAX_WINDOW_BYTES)]
Streams = Annotated[int, Meta(ge=0, le=MAX_STREAMS)]


class Hello(msgspec.Struct, frozen=True, rename="camel"):
    """Who dials says it first, and nothing else before `Welcome`."""

    pool: Id
    """Made by chance for each pool: a secret that lets a link join it."""
    slot: Annotated[int, Meta(ge=0, lt=MAX_LINKS)]
    """Which link of the pool this is. It takes the place of an older one in the same slot."""
    versions: Annotated[tuple[Version, ...], Meta(min_length=1, max_length=16)] = VERSIONS
    """Versions spoken, best first."""
    features: Annotated[tuple[Feature, ...], Meta(max_length=MAX_FEATURES)] = tuple(sorted(FEATURES))
    window: Window = INITIAL_WINDOW_BYTES
    """Bytes that the peer may send on every new stream, before it is granted more."""
    streams: Streams = MAX_STREAMS
    """Streams that the peer may have open at a time."""


class Welcome(msgspec.Struct, frozen=True, rename="camel"):
    """The answer of who accepts; after it both sides speak as they like."""

    pool: Id
    """The acceptor's own name of this pool. Another one than before: it knows nothing of what was before."""
    version: Version
    """One of those in `Hello`."""
    features: Annotated[tuple[Feature, ...], Meta(max_length=MAX_FEATURES)]
    """Those of `Hello` that are in force."""
    window: Window = INITIAL_WINDOW_BYTES
    streams: Streams = MAX_STREAMS


class Opening(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, array_like=True):
    """What a stream is, at the head of its opening frame."""

    kind: Annotated[str, Meta(min_length=1, max_length=MAX_KIND_CHARACTERS)]
    """What it is for; who takes it decides by it whether it is wanted."""
    urgency: Urgency = Urgency.INTERACTIVE
    resumable: bool = False
    """Whether it goes on after its link was lost. Both ends keep what is not acknowledged until it is."""
    head: Annotated[bytes, Meta(max_length=MAX_OPENING_BYTES - 256)] = b""
    """More about it, in the language of its kind."""


M = TypeVar("M")

_encoder = msgspec.msgpack.Encoder()
_hellos = msgspec.msgpack.Decoder(Hello)
_welcomes = msgspec.msgpack.Decoder(Welcome)
_openings = msgspec.msgpack.Decoder(Opening)


def encode(message: Hello | Welcome | Opening) -> bytes:
    """The message as bytes.

    Raises:
        AssertionError: a field breaks its bounds; that is ours to mend.
    """
    payload = _encoder.encode(message)
    try:
        {Hello: _hellos, Welcome: _welcomes, Opening: _openings}[type(message)].decode(payload)
    except msgspec.MsgspecError as error:
        raise AssertionError(f"{type(message).__name__} breaks its own bounds: {error}") from error
    return payload


def decode_hello(payload: memoryview) -> Hello:
    """The first frame of who dials.

    Raises:
        ProtocolError: ``pool.message``.
    """
    return _decoded(_hellos, payload)


def decode_welcome(payload: memoryview) -> Welcome:
    """The first frame of who accepts.

    Raises:
        ProtocolError: ``pool.message``.
    """
    return _decoded(_welcomes, payload)


def decode_opening(payload: memoryview) -> Opening:
    """What a new stream says of itself.

    Raises:
        ProtocolError: ``pool.message``.
    """
    return _decoded(_openings, payload)


def choose_version(offered: Iterable[int]) -> int:
    """The first of the peer's versions that is spoken here.

    Raises:
        ProtocolError: ``pool.version``.
    """
    for version in offered:
        if version in VERSIONS:
            return version
    raise ProtocolError("pool.version", f"None of the versions offered is spoken here; here are {list(VERSIONS)}.")


def shared_features(offered: Iterable[str]) -> tuple[str, ...]:
    """Those of the peer's features that are known here."""
    return tuple(sorted(FEATURES.intersection(offered)))


def _decoded(decoder: msgspec.msgpack.Decoder[M], payload: memoryview) -> M:
    try:
        return decoder.decode(payload)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise ProtocolError("pool.message", f"A message cannot be understood: {error}"[:512]) from None
