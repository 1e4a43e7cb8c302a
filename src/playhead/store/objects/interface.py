"""What the rest of the store sees of a place for objects: a bucket of S3, or a folder."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from playhead.domain.uploads import Part

PART_BYTES_MIN: Final = 5 << 20
"""Every part but the last has at least as many (S3: "Multipart upload limits")."""

PARTS_MAX: Final = 10_000
"""Parts of one object (the same)."""

OBJECT_BYTES_MAX: Final = 8 << 20
"""What is written or read in one piece: an outline, a part that is the whole. More goes in parts."""

Pacing = Callable[[int], Awaitable[None]]
"""Called with a number of bytes before they go out: waits as long as the link's share says."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An object that a store lists."""

    key: str
    size_bytes: int


async def unpaced(size: int) -> None:
    """As fast as it goes."""
    del size


class ObjectStore(Protocol):
    """Objects by their keys. What is written is durable on return, and whole or not there at all.

    Every call may raise `UnavailableError` (``objects.unreachable``, ``objects.unavailable``): trying again later may
    help; and `RefusedError` (``objects.refused``, ``objects.rejected``): somebody has to change something first.
    """

    @property
    def url(self) -> str:
        """Where it is, without a slash at its end: ``s3://bucket/prefix``, ``file:///folder``."""
        ...

    async def head(self, key: str) -> int | None:
        """Length of an object in bytes; None where there is none."""
        ...

    async def put(self, key: str, data: bytes, pace: Pacing = unpaced) -> None:
        """Write a small object, replacing it where it is there."""
        ...

    def read(self, key: str, size: int, offset: int) -> bytes:
        """Up to ``size`` bytes from ``offset``, fewer only at the end. Blocks.

        Raises:
            NotFoundError: ``objects.missing``.
        """
        ...

    async def begin(self, key: str) -> str:
        """Begin a multipart upload; returns what the store calls it. The object appears with `complete`."""
        ...

    async def send(self, key: str, multipart: str, number: int, data: bytes, pace: Pacing = unpaced) -> Part:
        """Write a part, replacing one of the same number. All but the last have at least `PART_BYTES_MIN`.

        Raises:
            NotFoundError: ``objects.multipart_gone``: it was completed, broken off, or swept away.
            CorruptError: ``objects.checksum``: other bytes arrived than were sent.
        """
        ...

    async def complete(self, key: str, multipart: str, parts: Sequence[Part]) -> None:
        """Make the object of its parts, in order.

        Raises:
            NotFoundError: ``objects.multipart_gone``.
        """
        ...

    async def abort(self, key: str, multipart: str) -> None:
        """Break off. Harmless where there is nothing to break off."""
        ...

    async def multiparts(self, prefix: str) -> list[tuple[str, str]]:
        """Multipart uploads under way, by key and name."""
        ...

    async def delete(self, key: str) -> None:
        """Remove an object. Harmless where there is none."""
        ...

    def stored(self, prefix: str) -> AsyncIterator[Stored]:
        """Every object whose key begins like this, up to a slash."""
        ...

    def presign(self, key: str, seconds: int) -> str | None:
        """An address where whoever has it may read the object for so long; None where the store has no such thing."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
