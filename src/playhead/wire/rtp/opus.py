"""Opus in RTP packets (RFC 7587): each Opus packet is a payload as it is (§4.2).

No workstation writes sound yet; the one that does is sent by this.
"""

from typing import Final

ENCODING: Final = "opus/48000/2"
"""As ``a=rtpmap`` has it, whatever the sound's own rate and channels are (§4.1, §7)."""

CLOCK_HZ: Final = 48_000
"""Ticks in a second of its RTP timestamps (§4.1)."""


def opus_fmtp(*, channels: int) -> str:
    """The format parameters (§6.1, §7): whether what is sent has two channels."""
    return f"sprop-stereo={int(channels > 1)}"
