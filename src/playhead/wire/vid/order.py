"""The order records must keep within a segment; writers and scanners ask the same rules (docs/wire/vid.md §6)."""

from dataclasses import dataclass, replace

from playhead.wire.vid.limits import MAX_TRACKS, REORDER_US
from playhead.wire.vid.record import Flag, Kind, RecordHeader

_OF_A_TRACK = frozenset({Kind.INIT, Kind.PIECE, Kind.THUMBNAIL})
_OF_THE_SEGMENT = frozenset({Kind.HEARTBEAT, Kind.SEAL})


@dataclass(frozen=True, slots=True)
class TrackOrder:
    """Where one track stands."""

    epoch: int | None = None
    """Of its newest INIT."""
    piece_us: int = -1
    """Media time of its newest PIECE."""
    needs_key: bool = True
    """The next PIECE is the first of its epoch, so it must begin with a random access point."""


@dataclass(frozen=True, slots=True)
class OrderState:
    """All that the rules remember, at most `MAX_TRACKS` entries long."""

    newest_us: int = 0
    """Highest media time of any record."""
    covered_us: int = 0
    """Highest end of any record: up to here capture is known to have been alive."""
    tracks: tuple[tuple[int, TrackOrder], ...] = ()


class Order:
    """Checks one record header after the other."""

    def __init__(self, state: OrderState | None = None) -> None:
        state = state or OrderState()
        self.newest_us = state.newest_us
        self.covered_us = state.covered_us
        self._tracks = dict(state.tracks)

    def state(self) -> OrderState:
        """What to go on from elsewhere."""
        return OrderState(self.newest_us, self.covered_us, tuple(self._tracks.items()))

    def fault(self, header: RecordHeader) -> str:
        """Why this header may not come next, or an empty string. Changes nothing."""
        if header.media_time_us < self.newest_us - REORDER_US:
            return f"it lies more than {REORDER_US} µs before the newest record"
        if header.kind in _OF_THE_SEGMENT and header.media_time_us < self.newest_us:
            return "it claims less than what was already recorded"
        if header.kind in _OF_THE_SEGMENT and header.track != 0:
            return "it is about the whole segment and names a track"
        if (Flag.CLEAR in header.flags) != (header.kind == Kind.SEAL) and header.kind <= Kind.SEAL:
            return "a SEAL alone is in clear"
        if header.kind in _OF_A_TRACK:
            return self._track_fault(header)
        return ""

    def accept(self, header: RecordHeader) -> None:
        """Go on behind this header, in which `fault` found nothing."""
        self.newest_us = max(self.newest_us, header.media_time_us)
        self.covered_us = max(self.covered_us, header.end_us)
        if header.kind in _OF_A_TRACK:
            track = self._tracks.get(header.track, TrackOrder())
            if header.kind == Kind.INIT:
                track = replace(track, epoch=header.epoch, needs_key=True)
            elif header.kind == Kind.PIECE:
                track = replace(track, piece_us=header.media_time_us, needs_key=False)
            self._tracks[header.track] = track

    def _track_fault(self, header: RecordHeader) -> str:
        if header.track == 0:
            return "it names no track"
        track = self._tracks.get(header.track)
        if track is None:
            if len(self._tracks) == MAX_TRACKS:
                return f"there are more than {MAX_TRACKS} tracks"
            track = TrackOrder()
        if header.kind == Kind.INIT and track.epoch is not None and header.epoch <= track.epoch:
            return "its epoch is not newer than the track's"
        return _piece_fault(header, track) if header.kind == Kind.PIECE else ""


def _piece_fault(header: RecordHeader, track: TrackOrder) -> str:
    if header.epoch != track.epoch:
        return "its epoch is not the one its track was initialised for"
    if header.media_time_us <= track.piece_us:
        return "it does not begin after the piece before it"
    if track.needs_key and Flag.KEY not in header.flags:
        return "an epoch must begin with a random access point"
    return ""
