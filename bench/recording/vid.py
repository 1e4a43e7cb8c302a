"""Reads the pictures of a ``.vid`` back, with the site's private key, as a player would."""

import io
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import av
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from recording.x11grab import Shown, luma_of

from playhead.wire import vid
from playhead.wire.vid import Kind

FIRST_TRACK = 1


def reader(data: bytes) -> vid.ReadAt:
    return lambda size, offset: data[offset : offset + size]


def pictures(path: Path, site_key: X25519PrivateKey) -> Iterator[Shown]:
    """The first track's pictures in order, each with the wall time of its capture."""
    data = path.read_bytes()
    read_at = reader(data)
    header, start = vid.read_header(read_at)
    data_key = vid.open_data_key(header, site_key)
    media = [
        record
        for record in vid.walk(read_at, len(data), start)
        if record.header.track == FIRST_TRACK and record.header.kind in {Kind.INIT, Kind.PIECE}
    ]
    for _, records in groupby(media, key=lambda record: record.header.epoch):
        file = io.BytesIO(b"".join(vid.open_at(read_at, data_key, record) for record in records))
        with av.open(file) as container:
            for frame in container.decode(video=0):
                at_us = header.started_at_us + round((frame.time or 0.0) * 1_000_000)
                yield Shown(at_us, lambda frame=frame: luma_of(frame))


def contents(path: Path) -> list[tuple[str, str, str]]:
    """For each kind of record: its name, how many there are and how many bytes they take."""
    data = path.read_bytes()
    _, start = vid.read_header(reader(data))
    found: dict[Kind, list[int]] = {}
    for record in vid.walk(reader(data), len(data), start):
        found.setdefault(record.header.kind, []).append(record.size)
    return [(kind.name, str(len(sizes)), str(sum(sizes))) for kind, sizes in sorted(found.items())]
