"""What a premises holds of a recording, read back to the last picture."""

from premises.screen.rig import Premises

from playhead.base.ids import RecordingId
from playhead.wire import fmp4, vid


async def recorded(premises: Premises, recording: RecordingId) -> list[tuple[int, str]]:
    """Wall time and name of every picture of a recording, from the premises' own files and keys."""
    found: list[tuple[int, str]] = []
    for segment in (await premises.recording(recording)).segments:
        (path,) = (premises.folder / "segments").rglob(f"{segment.id}.vid")
        data = path.read_bytes()

        def read_at(size: int, offset: int, data: bytes = data) -> bytes:
            return data[offset : offset + size]

        header, start = vid.read_header(read_at)
        key = vid.open_data_key(header, premises.keyring.recording_key)
        for scanned in vid.walk(read_at, len(data), start):
            if scanned.header.kind == vid.Kind.PIECE:
                piece = fmp4.parse_fragment(vid.open_at(read_at, key, scanned))
                at_us = header.started_at_us + piece.base_time_us
                for sample in piece.samples:
                    found.append((at_us, sample.data[4:].decode()))
                    at_us += sample.duration_us
    return found
