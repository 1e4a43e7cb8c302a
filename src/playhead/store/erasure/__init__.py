"""Destroying recordings for good, in two phases, each safe from a crash at any step: docs/storage.md, *erase*."""

from playhead.store.erasure.certificate import Certificate, Verified, read_certificate
from playhead.store.erasure.eraser import Eraser, Gone, Order

__all__ = ["Certificate", "Eraser", "Gone", "Order", "Verified", "read_certificate"]
