"""Proves that an object is what was uploaded, before the file here may go."""

from typing import Final, Literal

from playhead.base.errors import CorruptError, NotFoundError
from playhead.domain.uploads import Upload
from playhead.store.objects.interface import ObjectStore
from playhead.store.segments.committer import Offload
from playhead.wire.vid import CHAIN_BYTES, Scanner

Verify = Literal["read_back", "checksum"]
"""``read_back``: every byte is read again, and its chain checked up to the last link. ``checksum``: the store refused
every part with another SHA-256 than was sent; the length and the last link are read."""

_PORTION_BYTES: Final = 1 << 20


async def check_object(store: ObjectStore, key: str, upload: Upload, *, how: Verify, offload: Offload) -> None:
    """Compare an object with what is known of it.

    Raises:
        CorruptError: ``objects.differs``.
        RefusedError, UnavailableError: as `ObjectStore`.
    """
    size = await store.head(key)
    if size is None:
        raise _differs(upload, "there is none")
    if size != upload.size_bytes:
        raise _differs(upload, f"it has {size} bytes")
    if how == "read_back":
        await _read_back(store, key, upload, offload)
    elif await _read(store, key, CHAIN_BYTES, size - CHAIN_BYTES, offload) != upload.chain:
        raise _differs(upload, "its end is another one")


async def _read_back(store: ObjectStore, key: str, upload: Upload, offload: Offload) -> None:
    scanner = Scanner()
    try:
        for offset in range(0, upload.size_bytes, _PORTION_BYTES):
            size = min(_PORTION_BYTES, upload.size_bytes - offset)
            scanner.feed(await _read(store, key, size, offset, offload))
    except CorruptError as error:
        raise _differs(upload, f"{error.code} after {scanner.offset} bytes") from error
    if (scanner.offset, scanner.chain) != (upload.size_bytes, upload.chain):
        raise _differs(upload, "it ends in another way")


async def _read(store: ObjectStore, key: str, size: int, offset: int, offload: Offload) -> bytes:
    try:
        return await offload(lambda: store.read(key, size, offset))
    except NotFoundError:
        return b""


def _differs(upload: Upload, how: str) -> CorruptError:
    text = f"The object of segment {upload.segment} is not what was uploaded: {how}."
    return CorruptError("objects.differs", text, hint="It is uploaded anew; where that happens again, see the store.")
