"""How long certificates hold. Pure."""

from typing import Final

from playhead.base.instants import utc
from playhead.environment.doctor.codes import finding
from playhead.environment.doctor.findings import Finding
from playhead.wire.pki import Validity
from playhead.wire.pki.authority import DAY_US

LATE_SHARE: Final = 6
"""Ours are renewed with a third of their life left; with a sixth, that has not worked."""
LATE_US: Final = 21 * DAY_US
"""And however long its life is, three weeks are enough to be told."""


def look_at_certificate(name: str, validity: Validity, *, now_us: int) -> Finding:
    """Whether a certificate holds, and will go on doing so.

    Args:
        name: whose it is.
        validity: from when until when.
        now_us: wall time.
    """
    until = f"{utc(validity.not_after_us):%Y-%m-%d}"
    left_days = (validity.not_after_us - now_us) // DAY_US
    if now_us < validity.not_before_us:
        begins = f"{utc(validity.not_before_us):%Y-%m-%d}"
        text = f"It begins on {begins}, and this machine's clock says {utc(now_us):%Y-%m-%d}."
        return finding("certificate.ended", name, text, left_days=left_days)
    if now_us >= validity.not_after_us:
        return finding("certificate.ended", name, f"It ended on {until}.", left_days=left_days)
    life_us = validity.not_after_us - validity.not_before_us
    if validity.not_after_us - now_us < min(life_us // LATE_SHARE, LATE_US):
        return finding("certificate.ends", name, f"It ends on {until}, in {left_days} days.", left_days=left_days)
    return finding("certificate.valid", name, f"It holds until {until}.", left_days=left_days)
