"""Is this segment what the workstation recorded? (docs/wire/vid.md §10)."""

from dataclasses import dataclass

from playhead.base.errors import CorruptError
from playhead.wire.vid.header import Header
from playhead.wire.vid.reading import ReadAt, open_at
from playhead.wire.vid.scanner import Scanner

_PORTION_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found. `fault` is the first error's code, or empty."""

    header: Header | None
    records: int
    """Whole records, all of them sound."""
    covered_us: int
    whole_bytes: int
    """Where the last whole record ends."""
    truncated_bytes: int
    """What follows it: a torn record, or damage."""
    sealed: bool
    """The last record is a SEAL whose signature is valid for the header's signer."""
    opened: bool
    """Every record was decrypted, too."""
    fault: str
    message: str

    @property
    def chain_whole(self) -> bool:
        """All bytes follow from one another, to the end or up to a torn last record."""
        return not self.fault

    @property
    def complete(self) -> bool:
        """The file is exactly what its workstation sealed."""
        return self.sealed and not self.fault and self.truncated_bytes == 0


def verify(
    read_at: ReadAt,
    size: int,
    *,
    data_key: bytes | None = None,
    signer: bytes | None = None,
) -> Verification:
    """Check a whole segment: framing, order, chain and seal; with its key, every record's authenticity too.

    Args:
        read_at: reads the file.
        size: its length.
        data_key: the segment's key, or None for a check without keys.
        signer: the Ed25519 public key that the workstation is known by; None trusts the one in the file.
    """
    scanner = Scanner()
    fault: CorruptError | None = None
    opened = 0
    try:
        for offset in range(0, size, _PORTION_BYTES):
            for scanned in scanner.feed(read_at(min(_PORTION_BYTES, size - offset), offset)):
                if data_key is not None:
                    open_at(read_at, data_key, scanned)
                    opened += 1
    except CorruptError as error:
        fault = error
    if fault is None and signer is not None and scanner.header is not None and scanner.header.signer != signer:
        fault = CorruptError("vid.signer", "The segment names another signer than the workstation's key.")
    return Verification(
        header=scanner.header,
        records=scanner.records,
        covered_us=scanner.covered_us,
        whole_bytes=scanner.offset,
        truncated_bytes=size - scanner.offset,
        sealed=scanner.sealed,
        opened=data_key is not None and opened == scanner.records,
        fault=fault.code if fault else "",
        message=fault.message if fault else "",
    )
