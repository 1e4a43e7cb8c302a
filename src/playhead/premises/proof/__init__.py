"""The proof of a recording: whole, signed, black where it should be (docs/services/proof.md)."""

from playhead.premises.proof.cards import Looked, Reader, Where
from playhead.premises.proof.recording import Part, Problem, Proof, prove
from playhead.premises.proof.segment import Finding

__all__ = ["Finding", "Looked", "Part", "Problem", "Proof", "Reader", "Where", "prove"]
