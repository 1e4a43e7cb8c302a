"""What a recording is, for a player: its tracks, as its segments tell them."""

from dataclasses import dataclass

import structlog

from playhead.base.errors import CorruptError, NotFoundError, RefusedError
from playhead.base.instants import rfc3339
from playhead.premises.native_players.walks import Program
from playhead.premises.player.index import open_place
from playhead.premises.player.shelf import Shelf
from playhead.wire import fmp4, rtp, rtsp

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Described:
    """The tracks of a recording, by their numbers."""

    streams: dict[int, rtsp.Stream]

    def presentation(self, program: Program, *, live: bool) -> rtsp.Presentation:
        """For `playhead.wire.rtsp.write_sdp`."""
        recording = program.recording
        known_end = None if live or not program.is_over else program.length_us
        played = rtsp.Npt(None, now=True) if live else rtsp.Npt(0, known_end)
        return rtsp.Presentation(
            number=recording.started_at_us,
            title=f"{recording.workstation}, {rfc3339(recording.started_at_us)}",
            range=rtsp.write_range(played),
            streams=tuple(self.streams.values()),
        )


async def describe(program: Program, shelf: Shelf) -> Described:
    """Look at every segment for the tracks that there are, and for what each begins with.

    Raises:
        NotFoundError: ``recording.empty``: there is nothing that can be played, or not yet.
        UnavailableError: ``media.busy``, ``store.failed``.
    """
    found: dict[int, rtsp.Stream] = {}
    for located in program.segments:
        try:
            async with shelf.opened(located) as opened:
                index, data_key = opened.index, opened.data_key
                names = index.track_names
                firsts = {one.place.track: one.place for one in reversed(index.epochs) if one.place.track not in found}
            for track, place in sorted(firsts.items()):
                init = await shelf.read(located, lambda file: open_place(file.read_at, data_key, place))  # noqa: B023 - awaited at once
                found[track] = _stream(track, names.get(track, ""), init)
        except (CorruptError, RefusedError) as error:
            _log.error("segment cannot be played", segment=str(located.segment.id), code=error.code)
    if not found:
        raise NotFoundError("recording.empty", "There is nothing to play in this recording.", hint="Try again later.")
    return Described(dict(sorted(found.items())))


def _stream(track: int, name: str, init: bytes) -> rtsp.Stream:
    return rtsp.Stream(
        kind="video",
        encoding=f"H264/{rtp.CLOCK_HZ}",
        parameters=rtp.fmtp(rtp.H264(*fmp4.parameter_sets(init))),
        control=f"track={track}",
        title=name,
    )
