"""Codes of an authenticator (TOTP, RFC 6238) and the recovery codes beside them: pure, with the time as an argument."""

import hashlib
import hmac
import io
import re
from typing import Final

import segno
from pyotp.totp import TOTP

STEP_S: Final = 30
DIGITS: Final = 6
"""As every authenticator does by itself; with SHA-1, which is not broken as a MAC (RFC 6238 §1.2)."""

DRIFT_STEPS: Final = 1
"""Codes of the step before and after are taken, too: clocks differ, and people type (RFC 6238 §5.2)."""

RECOVERY_CODES: Final = 10
RECOVERY_GROUPS: Final = 4
RECOVERY_BYTES: Final = 10
"""80 random bits each: 16 characters of base32."""

_CODE: Final = re.compile(r"\d{6}")
_RECOVERY_CODE: Final = re.compile(r"[a-z2-7]{16}")


def uri(secret: str, *, user: str, site: str) -> str:
    """What a QR code says to an authenticator (Key URI format)."""
    return _generator(secret, user, f"Playhead {site}").provisioning_uri()


def qr(text: str) -> str:
    """A QR code (ISO/IEC 18004) as an SVG image, without size: whoever shows it decides."""
    image = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        image, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=4, light="#fff", dark="#000", nl=False
    )
    return image.getvalue().decode()


def step_of(secret: str, code: str, now_s: int) -> int | None:
    """The time step that a code is of, within the drift; None where it is of none."""
    typed = re.sub(r"[\s-]", "", code)
    if _CODE.fullmatch(typed) is None or not typed.isascii():
        return None
    generator = _generator(secret)
    now = now_s // STEP_S
    found: int | None = None
    for step in range(max(0, now - DRIFT_STEPS), now + DRIFT_STEPS + 1):
        # All are compared, whichever it is: the time tells nothing.
        if hmac.compare_digest(generator.generate_otp(step), typed):
            found = step
    return found


def _generator(secret: str, name: str | None = None, issuer: str | None = None) -> TOTP:
    return TOTP(secret, digits=DIGITS, interval=STEP_S, name=name, issuer=issuer)


def written(code: str) -> str:
    """A recovery code as people read it: ``abcd-efgh-ijkl-mnop``."""
    size = len(code) // RECOVERY_GROUPS
    return "-".join(code[start : start + size] for start in range(0, len(code), size))


def read_recovery_code(typed: str) -> str | None:
    """A recovery code without what people put between its letters; None where it is none."""
    code = re.sub(r"[\s-]", "", typed).lower()
    return code if _RECOVERY_CODE.fullmatch(code) else None


def recovery_hash(key: bytes, user: str, code: str) -> bytes:
    """What is kept of a recovery code (HMAC-SHA-256): nothing can be told from it without the key."""
    return hmac.digest(key, f"recovery\0{user}\0{code}".encode(), hashlib.sha256)
