"""Decisions about signing in: pure, with the time as an argument."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from playhead.domain.access import Action, Who, allowed_actions

SECOND_US: Final = 1_000_000

WATCHED_MAX: Final = 10_000
"""Users and addresses that failures are remembered for. The one that failed longest ago is forgotten first."""

FORGET_US: Final = 3_600 * SECOND_US
"""Without a failure for so long, the count begins anew."""

LOCK_US_MAX: Final = 900 * SECOND_US
"""The longest lock. A user locked out by somebody else's guessing waits no longer than this."""

FREE_FAILURES: Final = {"pair": 5, "user": 20, "address": 50}
"""Failures before the first lock: of one user from one address, of one user from anywhere, and from one address (a
whole office may share one)."""


@dataclass(slots=True)
class _Count:
    failures: int = 0
    failed_at_us: int = 0
    locked_until_us: int = 0


class Attempts:
    """Failed sign-ins, and how long the next one must wait: doubling with each failure past the free ones."""

    def __init__(self) -> None:
        self._counts: OrderedDict[tuple[str, str, str], _Count] = OrderedDict()

    def __len__(self) -> int:
        return len(self._counts)

    def wait_us(self, user: str, address: str, now_us: int) -> int:
        """How long this user at this address has to wait; 0 if not at all."""
        counts = (self._counts.get(key) for key in _keys(user, address))
        return max(0, *(count.locked_until_us - now_us for count in counts if count is not None), 0)

    def failed(self, user: str, address: str, now_us: int) -> None:
        """Count a wrong password or an unknown user."""
        for key in _keys(user, address):
            count = self._counts.pop(key, None)
            if count is None or now_us - count.failed_at_us > FORGET_US:
                count = _Count()
            count.failures += 1
            count.failed_at_us = now_us
            over = count.failures - FREE_FAILURES[key[0]]
            if over > 0:
                count.locked_until_us = now_us + min(LOCK_US_MAX, SECOND_US << min(over - 1, 30))
            self._counts[key] = count
        while len(self._counts) > WATCHED_MAX:
            self._counts.popitem(last=False)

    def succeeded(self, user: str, address: str) -> None:
        """Forget the failures of this user at this address. What others fail at goes on counting."""
        self._counts.pop(("pair", user, address), None)


def _keys(user: str, address: str) -> tuple[tuple[str, str, str], ...]:
    return ("pair", user, address), ("user", user, ""), ("address", "", address)


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


_OFFERS: Final = {**{str(action): action for action in Action}, "blackout": Action.BLACKOUT_ON}


def permissions(who: Who) -> set[str]:
    """What a page may offer somebody, for some things at least."""
    allowed = allowed_actions(who)
    return {name for name, action in _OFFERS.items() if action in allowed and not name.startswith("blackout_")}


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
