"""What a premises holds of a recording, read back to the last picture."""

from premises.screen.rig import Premises

from playhead.base.ids import RecordingId
from playhead.wire import fmp4, vid


async def bodies(premises: Premises, recording: RecordingId) -> list[tuple[vid.RecordHeader, bytes]]:
    """Every record of a recording that carries something, opened with the site's key, in order."""
    return [pair for _, pairs in await _segments(premises, recording) for pair in pairs]


async def recorded(premises: Premises, recording: RecordingId) -> list[tuple[int, str]]:
    """Wall time and name of every picture of a recording, from the premises' own files and keys."""
    found: list[tuple[int, str]] = []
    for started_at_us, pairs in await _segments(premises, recording):
        for header, body in pairs:
            if header.kind != vid.Kind.PIECE:
                continue
            piece = fmp4.parse_fragment(body)
            at_us = started_at_us + piece.base_time_us
            for sample in piece.samples:
                found.append((at_us, sample.data[4:].decode()))
                at_us += sample.duration_us
    return found


async def _segments(
    premises: Premises, recording: RecordingId
) -> list[tuple[int, list[tuple[vid.RecordHeader, bytes]]]]:
    found = []
    for segment in (await premises.recording(recording)).segments:
        (path,) = (premises.folder / "segments").rglob(f"{segment.id}.vid")
        data = path.read_bytes()

        def read_at(size: int, offset: int, data: bytes = data) -> bytes:
            return data[offset : offset + size]

        header, start = vid.read_header(read_at)
        key = vid.open_data_key(header, premises.keyring.recording_key)
        pairs = [(each.header, vid.open_at(read_at, key, each)) for each in vid.walk(read_at, len(data), start)]
        found.append((header.started_at_us, pairs))
    return found
