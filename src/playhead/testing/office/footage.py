"""What somebody who has a disk and the site's key finds on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from playhead.base.errors import PlayheadError
from playhead.base.ids import RecordingId
from playhead.testing.office.site import site_keyring
from playhead.wire import fmp4, vid

BLACK: Final = "black"
"""`Shown.life` of what is taken under a blackout."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture of a segment."""

    at_us: int
    """Media time."""
    life: str
    """Of the capture that took it: "<desk>/<life>", or `BLACK`."""
    number: int


def bodies(content: bytes) -> Iterator[tuple[vid.Scanned, bytes]]:
    """Every record of a ``.vid`` that can be opened, up to the first that cannot."""

    def read_at(size: int, offset: int) -> bytes:
        return content[offset : offset + size]

    if not content.startswith(vid.MAGIC):
        return
    try:
        header, begin = vid.read_header(read_at)
        key = vid.open_data_key(header, site_keyring().recording_key)
        for scanned in vid.walk(read_at, len(content), begin):
            yield scanned, vid.open_at(read_at, key, scanned)
    except PlayheadError:
        return


def recording_of(content: bytes) -> RecordingId:
    """Whose a ``.vid`` is."""
    header, _ = vid.read_header(lambda size, offset: content[offset : offset + size])
    return header.recording


def pictures(content: bytes) -> list[Shown]:
    """The pictures of a segment, in the order in which they are stored."""
    found: list[Shown] = []
    for scanned, body in bodies(content):
        if scanned.header.kind != vid.Kind.PIECE:
            continue
        piece = fmp4.parse_fragment(body)
        at_us = piece.base_time_us
        for sample in piece.samples:
            life, _, number = sample.data[4:].decode().split(" ")
            found.append(Shown(at_us, life, int(number)))
            at_us += sample.duration_us
    return found
