"""Formats and protocols as pure cores: bytes in, events out, bytes to send. No IO, clock, randomness or logging."""
