"""The proof of a recording: whole, signed, black where it should be (docs/services/proof.md)."""
