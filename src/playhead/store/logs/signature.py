"""Which blocks can hold a text: a bit for each three characters that occur in a block.

A text is in a line only where all its trigrams are; names (of a workstation, a service, an interaction) have a few bits
of their own, so that they are told apart whole. False alarms cost a look into the block and nothing else; there are no
misses. Rows of the matrix are bits and its columns blocks, so that a question reads a few short rows of a file.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

BITS: Final = 1 << 15
"""Of a block. 4 KiB for up to 128 KiB of lines; what it takes and tells is measured in docs/services/logs.md."""
_SHIFT: Final = np.uint32(32 - 15)
_MULTIPLIER: Final = np.uint32(0x9E3779B1)  # 2^32 / golden ratio: Knuth, TAOCP 3, §6.4
_NAME_BITS: Final = 6
_TRIGRAMS_ASKED_MAX: Final = 24
"""Of a long text so many are asked for: more would hardly tell more blocks apart."""

Positions = NDArray[np.uint32]


def text_positions(folded: str) -> Positions:
    """The bits of a text that was case-folded. None for less than three bytes."""
    octets = np.frombuffer(folded.encode(errors="replace"), np.uint8).astype(np.uint32)
    if len(octets) < 3:  # noqa: PLR2004 - a trigram
        return np.empty(0, np.uint32)
    codes = octets[:-2] << np.uint32(16) | octets[1:-1] << np.uint32(8) | octets[2:]
    return (codes * _MULTIPLIER) >> _SHIFT


def name_positions(kind: str, name: str) -> Positions:
    """The bits of a whole name."""
    digest = hashlib.blake2b(name.encode(errors="replace"), digest_size=4 * _NAME_BITS, person=kind.encode()).digest()
    return np.frombuffer(digest, "<u4").astype(np.uint32) >> _SHIFT


def matrix(blocks: Sequence[Iterable[Positions]]) -> NDArray[np.uint8]:
    """The bits of each block, eight blocks to a byte: a row a bit."""
    bits = np.zeros((BITS, len(blocks)), np.bool_)
    for column, block in enumerate(blocks):
        for positions in block:
            bits[positions, column] = True
    return np.packbits(bits, axis=1)


def asked(positions: Positions) -> list[int]:
    """The rows that a question needs."""
    found = list(dict.fromkeys(int(row) for row in positions))
    step = -(-len(found) // _TRIGRAMS_ASKED_MAX) or 1
    return sorted(found[::step])
