"""Decisions about signing in: pure, with the time as an argument."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Final

from playhead.domain.access import Who, allowed_actions

SECOND_US: Final = 1_000_000

FORGET_US: Final = 3_600 * SECOND_US
"""Without a failure for so long, the count begins anew."""

LOCK_US_MAX: Final = 900 * SECOND_US
"""The longest lock. A user locked out by somebody else's guessing waits no longer than this."""

FREE_FAILURES: Final = {"pair": 5, "user": 20, "address": 50}
"""Failures before the first lock: of one user from one address, of one user from anywhere, and from one address (a
whole office may share one)."""


def lock_us(kind: str, failures: int) -> int:
    """How long a failure locks out whom it is counted for: doubling with each past the free ones; 0 not at all.

    Args:
        kind: a key of `FREE_FAILURES`.
        failures: this one included.
    """
    over = failures - FREE_FAILURES[kind]
    return min(LOCK_US_MAX, SECOND_US << min(over - 1, 30)) if over > 0 else 0


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a sign-in lasts."""

    idle_us: int
    length_us: int

    def first_end_us(self, now_us: int) -> int:
        """When a sign-in made now ends, unless it is used."""
        return now_us + min(self.idle_us, self.length_us)

    def next_end_us(self, created_at_us: int, seen_at_us: int, now_us: int) -> int | None:
        """When a sign-in that is used now ends from now on, or None where that is not worth writing down.

        Written at most every twentieth of the idle time: a page that asks every second must not write every second.
        """
        if now_us - seen_at_us <= self.idle_us // 20:
            return None
        return min(now_us + self.idle_us, created_at_us + self.length_us)


def csrf_token(secret: str) -> str:
    """What a page must say in ``X-CSRF-Token``, told from the secret in its cookie.

    It cannot be guessed without the secret, and does not give the secret away (HMAC, RFC 2104). Nothing is stored.
    """
    digest = hmac.digest(secret.encode(), b"playhead csrf 1", "sha256")
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def csrf_matches(secret: str, token: str) -> bool:
    """Whether ``token`` is the one of this sign-in, in a time that tells nothing."""
    return hmac.compare_digest(csrf_token(secret).encode(), token.encode("utf-8", "surrogatepass"))


def permissions(who: Who) -> set[str]:
    """What a page may offer somebody, for some things at least."""
    return {str(action) for action in allowed_actions(who)}


def key_hash(secret: str) -> bytes:
    """What is stored of the secret in the cookie. It has 256 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def origin_matches(origin: str | None, host: str, *, secure: bool) -> bool:
    """Whether a request that changes something comes from a page of ours (Fetch standard, ``Origin`` header).

    Args:
        origin: the header; programs that are no browser send none.
        host: the request's own ``Host`` header.
        secure: whether it came over TLS.
    """
    return origin is None or origin.lower() == f"{'https' if secure else 'http'}://{host.lower()}"
