"""Bodies that come packed with Zstandard (RFC 8878), taken out without more room than they may fill."""

from typing import Final

import zstandard

WINDOW_BYTES_MAX: Final = 8 << 20
"""What a body may have a reader keep (RFC 8878 §3.1.1.1.2): every decoder has to support it."""


def unpacked(body: bytes, bytes_max: int) -> bytes | None:
    """What a body holds; None where that is more than it may.

    No more room is made than the frame says that it takes, and it is an error where it takes more.

    Args:
        body: one frame.
        bytes_max: of what it holds.

    Raises:
        zstandard.ZstdError: it cannot be unpacked.
    """
    unpacker = zstandard.ZstdDecompressor(max_window_size=WINDOW_BYTES_MAX)
    size = zstandard.frame_content_size(body)
    if size > bytes_max:
        return None
    if size >= 0:
        return unpacker.decompress(body)
    with unpacker.stream_reader(body) as unpacking:
        found = unpacking.read(bytes_max + 1)
    return found if len(found) <= bytes_max else None
