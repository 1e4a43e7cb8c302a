"""The keys that a workstation was enrolled with, one after the other: which may have signed what was begun when."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

CLOCKS_DIFFER_US: Final = 86_400_000_000
"""A workstation's clock may be off by so much: a key is good for what was begun up to a day after its end."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A key of a workstation."""

    key: bytes
    """Ed25519 public key, 32 bytes (RFC 8032)."""
    since_us: int
    """When it was enrolled, by the clock of the premises."""


def signers_of_time(signers: Sequence[Signer], at_us: int) -> frozenset[bytes]:
    """The keys that may have signed a segment.

    Args:
        signers: of its workstation, oldest first.
        at_us: when the segment was begun, by the clock of the workstation.
    """
    ends = [signer.since_us + CLOCKS_DIFFER_US for signer in signers[1:]]
    replaced = (signer.key for signer, end_us in zip(signers, ends, strict=False) if at_us < end_us)
    return frozenset([*replaced, *(signer.key for signer in signers[-1:])])
