"""The index of a whole recording as JSON: what a player needs to plan with, and little more."""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import structlog

from playhead.base.clock import Clock
from playhead.base.errors import CorruptError, RefusedError
from playhead.base.ids import SegmentId
from playhead.domain.recordings import Recording, RecordingState
from playhead.domain.timeline import UNPLAYABLE, Gap, duration_us, gaps, offset_us, playable
from playhead.premises.player.index import Epoch, Pieces, SegmentIndex
from playhead.premises.player.reasons import Explain, explained
from playhead.premises.player.shelf import Shelf
from playhead.premises.player.sprites import sprite_item, sprites_of
from playhead.store.catalogue.segments import Located

GZIP_LEVEL: Final = 3
"""Columns of growing numbers shrink to a third; higher levels take several times as long for a tenth more."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Document:
    """The index of a recording."""

    plain: bytes
    packed: bytes | None
    """The same by gzip (RFC 1952), where that was asked for."""


async def tell(
    recording: Recording,
    segments: Sequence[Located],
    shelf: Shelf,
    clock: Clock,
    *,
    packed: bool,
    at_us: int | None = None,
    explain: Explain | None = None,
) -> Document:
    """Everything about a recording that can be played, up to what is durable now.

    A segment that cannot be opened is told as a gap, and so is what follows a fault in one; the rest plays.

    Args:
        recording: which.
        segments: its segments.
        shelf: opens them.
        clock: tells the time.
        packed: by gzip as well.
        at_us: tell in full only what is needed at this position, and what grows; of the other segments just where they
            lie. So the first look at a recording costs as much as one segment, however long it is.
        explain: knows why something is missing; None where nobody does.

    Raises:
        UnavailableError: ``media.busy``, ``store.failed``, ``catalogue.unavailable``.
    """
    names: dict[int, str] = {}
    told: list[msgspec.Raw] = []
    missing = list(gaps(recording))
    wanted = needed(recording, at_us)
    for located in segments:
        if located.segment.ended in UNPLAYABLE:
            continue
        offset = offset_us(recording, located.segment)
        if wanted is not None and located.segment.id not in wanted:
            told.append(_outline(located, offset))
            continue
        try:
            async with shelf.opened(located) as opened:
                index = opened.index
                names |= {track: name for track, name in index.track_names.items() if track not in names}
                told.append(await shelf.work(lambda: _segment(located, index, offset)))  # noqa: B023 - awaited at once
                if index.fault and index.covered_us < located.segment.covered_us:
                    missing.append(Gap(offset + index.covered_us, offset + located.segment.covered_us, "unreadable"))
        except (CorruptError, RefusedError) as error:
            _log.error("segment cannot be played", segment=str(located.segment.id), code=error.code)
            missing.append(Gap(offset, offset + located.segment.covered_us, "unreadable"))
    if explain is not None:
        missing = await explained(recording, missing, explain)
    head = {
        "recording": str(recording.id),
        "state": recording.state.value,
        "startedAtUs": recording.started_at_us,
        "nowUs": clock.wall_us() - recording.started_at_us,
        "durationUs": duration_us(recording),
        "tracks": [{"id": track, "name": name} for track, name in sorted(names.items())],
        "segments": told,
        "gaps": [
            {"fromUs": gap.from_us, "toUs": gap.to_us, "reason": gap.reason}
            for gap in sorted(missing, key=lambda gap: gap.from_us)
        ],
    }
    return await shelf.work(lambda: _document(head, packed=packed))


def needed(recording: Recording, at_us: int | None) -> frozenset[SegmentId] | None:
    """The segments that a first look at a position needs; None: all of them.

    That is the one that covers it (else the next one, else the last), and while it is being recorded the newest.
    """
    if at_us is None:
        return None
    whole = playable(recording)
    ahead = [one for one in whole if offset_us(recording, one) + one.covered_us > at_us] or whole[-1:]
    newest = whole[-1:] if recording.state is RecordingState.RECORDING else ()
    return frozenset(one.id for one in (*ahead[:1], *newest))


def epoch_item(epoch: Epoch) -> dict[str, Any]:
    """An epoch as JSON has it."""
    return {
        "track": epoch.place.track,
        "epoch": epoch.place.epoch,
        "record": epoch.place.record,
        "atUs": epoch.place.at_us,
        "codec": epoch.codec,
        "width": epoch.width,
        "height": epoch.height,
    }


def _document(head: dict[str, Any], *, packed: bool) -> Document:
    plain = msgspec.json.encode(head)
    return Document(plain, gzip.compress(plain, GZIP_LEVEL, mtime=0) if packed else None)


def _segment(located: Located, index: SegmentIndex, offset: int) -> msgspec.Raw:
    item = {
        "id": str(located.segment.id),
        "offsetUs": offset,
        "sealed": index.sealed,
        "coveredUs": index.covered_us,
        "told": True,
        "epochs": [epoch_item(epoch) for epoch in index.epochs],
        "pieces": {str(track): _columns(pieces) for track, pieces in sorted(index.tracks.items())},
        "thumbnails": [{"record": one.record, "track": one.track, "atUs": one.at_us} for one in index.thumbnails],
        "sprites": [sprite_item(sprite) for sprite in sprites_of(index)],
        "markers": [marker_item(marker.at_us, marker.said) for marker in index.markers],
    }
    return msgspec.Raw(msgspec.json.encode(item))


def _outline(located: Located, offset: int) -> msgspec.Raw:
    """A segment of which only the place is told."""
    item: dict[str, Any] = {
        "id": str(located.segment.id),
        "offsetUs": offset,
        "sealed": located.segment.sealed,
        "coveredUs": located.segment.covered_us,
        "told": False,
        "epochs": [],
        "pieces": {},
        "thumbnails": [],
        "sprites": [],
        "markers": [],
    }
    return msgspec.Raw(msgspec.json.encode(item))


def marker_item(at_us: int, said: dict[str, Any]) -> dict[str, Any]:
    """A marker as JSON has it: what it says, and when. Its own words cannot take the place of the time."""
    return {**said, "atUs": at_us}


def _columns(pieces: Pieces) -> dict[str, list[int]]:
    return {
        "record": pieces.record.tolist(),
        "atUs": pieces.at_us.tolist(),
        "epoch": pieces.epoch.tolist(),
        "key": pieces.key.tolist(),
        "bytes": pieces.size.tolist(),
    }
