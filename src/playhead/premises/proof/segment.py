"""One segment of the proof: is it what its workstation recorded, and what does it hold?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from playhead.base.errors import CorruptError, RefusedError
from playhead.domain.recordings import Segment
from playhead.domain.signers import Signer, signers_of_time
from playhead.premises.player.index import MARKERS_MAX, SegmentIndex
from playhead.wire import vid
from playhead.wire.vid import ReadAt, Verification

SILENT_US: Final = 3_000_000
"""Longer than this without a record is a gap: while capture is alive there is one every second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found about one segment. ``fault`` is empty where all of it holds."""

    segment: str
    size_bytes: int
    records: int = 0
    covered_us: int = 0
    sealed: bool = False
    """Its last record is a seal, and the signature in it is valid."""
    decrypted: bool = False
    """Every record was opened with the site's key, too."""
    signer: str = ""
    """The workstation's public key (Ed25519), in hexadecimal."""
    fault: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A segment that was looked at."""

    finding: Finding
    started_at_us: int
    """Wall time of its media time zero."""
    read_at: ReadAt
    data_key: bytes = b""
    index: SegmentIndex | None = None
    """Of its records; None where its key or its bytes cannot be had."""
    silences: tuple[tuple[int, int], ...] = ()
    """From when to when nothing at all was recorded, in its media time."""

    @property
    def has_all_markers(self) -> bool:
        """Whether what the index knows of markers is all there is."""
        return self.index is not None and len(self.index.markers) < MARKERS_MAX


def open_segment(
    read_at: ReadAt,
    size: int,
    *,
    name: str,
    known: Segment | None,
    site_key: X25519PrivateKey | None,
    signers: Sequence[Signer],
) -> Opened:
    """Check a segment and index it. Blocks; reads and opens all of it.

    Args:
        read_at: reads the file.
        size: how much of it counts: its durable length.
        name: what it is called where not even its header can be read.
        known: what the catalogue says of it; None for a file on its own.
        site_key: opens it; None where only framing, chain and signature can be checked.
        signers: keys that its workstation was enrolled with; none trusts the key that the file names.
    """
    data_key, index = b"", None
    started_at_us = 0 if known is None else known.started_at_us
    try:
        header, begin = vid.read_header(read_at)
        started_at_us = header.started_at_us
        _refuse_other(header, known)
        if site_key is not None:
            data_key = vid.open_data_key(header, site_key)
        result = vid.verify(read_at, size, data_key=data_key or None, signer=_signer(header, signers))
        if data_key:
            index = SegmentIndex.begin(read_at)
            index.extend(read_at, result.whole_bytes, data_key)
        silences = _silences(read_at, result.whole_bytes, begin)
    except (CorruptError, RefusedError) as error:
        finding = Finding(segment=name, size_bytes=size, fault=error.code, message=error.message)
        return Opened(finding, started_at_us, read_at)
    fault, message = judge(result, known)
    finding = Finding(
        segment=str(header.segment),
        size_bytes=size,
        records=result.records,
        covered_us=result.covered_us,
        sealed=result.sealed,
        decrypted=result.opened,
        signer=header.signer.hex(),
        fault=fault,
        message=message,
    )
    return Opened(finding, started_at_us, read_at, data_key, index, silences)


def missing(name: str, known: Segment, error: CorruptError) -> Opened:
    """A segment whose file is not there."""
    finding = Finding(segment=name, size_bytes=known.durable_bytes, fault=error.code, message=error.message)
    return Opened(finding, known.started_at_us, lambda _size, _offset: b"")


def judge(result: Verification, known: Segment | None) -> tuple[str, str]:
    """What is wrong with a segment that the catalogue knows as ``known``: code and sentence, empty for nothing."""
    if result.fault:
        return result.fault, result.message
    if result.truncated_bytes:
        return "vid.truncated", f"{result.truncated_bytes} acknowledged bytes at its end are no whole record."
    if known is not None and known.sealed and not result.sealed:
        return "vid.seal_missing", "The catalogue says that it was sealed, but the file holds no seal."
    return "", ""


def _refuse_other(header: vid.Header, known: Segment | None) -> None:
    if known is not None and (header.recording, header.segment) != (known.recording, known.id):
        raise CorruptError("segment.other", f"The file of segment {known.id} holds another segment.")


def _signer(header: vid.Header, signers: Sequence[Signer]) -> bytes | None:
    if not signers:
        return None
    known = signers_of_time(signers, header.started_at_us)
    return header.signer if header.signer in known else signers[-1].key


def _silences(read_at: ReadAt, size: int, begin: int) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    reached_us = 0
    for record in vid.glance(read_at, size, begin):
        if record.media_time_us - reached_us > SILENT_US:
            found.append((reached_us, record.media_time_us))
        reached_us = max(reached_us, record.media_time_us + record.span_us)
    return tuple(found)
