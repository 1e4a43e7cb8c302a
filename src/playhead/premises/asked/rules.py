"""Decisions about requests of the cloud: on whose behalf one comes, and what that allows.

The link proves that it is the cloud that asks; whom the cloud has signed in and what that person may do, it vouches
for. What a request does not say, it may not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from playhead.base.errors import RefusedError
from playhead.base.ids import RecordingId, UserId
from playhead.wire.tokens import Audience, Claims

USER: Final = "playhead-user"
ACTIONS: Final = "playhead-actions"
ADDRESS: Final = "playhead-address"
TOKEN_ID: Final = "playhead-token-id"  # noqa: S105 # the name of a header

LIFETIME_S: Final = 60
"""Of what a request is turned into, as of every token. A live view is asked for again when it ends."""

_MEDIA: Final = frozenset({"play", "live"})
_ALLOWED: Final = _MEDIA | {"annotate", "delete", "export", "hold", "operate"}
_ADDRESS_CHARS_MAX: Final = 45


@dataclass(frozen=True, slots=True)
class Behalf:
    """Somebody whom the cloud has signed in."""

    user: UserId
    actions: frozenset[str]
    address: str
    """Theirs, as the cloud sees it."""
    token_id: str
    """What the cloud let them in by; stands in both audit logs."""


def behalf_of(headers: Mapping[str, str]) -> Behalf:
    """On whose behalf a request comes.

    Raises:
        RefusedError: ``asked.nobody``: it does not say so.
        InvalidInputError: ``id.malformed``.
    """
    user = headers.get(USER, "")
    if not user:
        raise RefusedError("asked.nobody", "The cloud does not say on whose behalf it asks.")
    actions = frozenset(headers.get(ACTIONS, "").split()) & _ALLOWED
    address = headers.get(ADDRESS, "")[:_ADDRESS_CHARS_MAX]
    return Behalf(UserId(user), actions, address, headers.get(TOKEN_ID, "")[:64])


def allowed(headers: Mapping[str, str], action: str) -> Behalf:
    """On whose behalf a request comes that takes leave for ``action``.

    Raises:
        RefusedError: ``asked.nobody``, ``asked.nothing``.
        InvalidInputError: ``id.malformed``.
    """
    behalf = behalf_of(headers)
    if action not in behalf.actions:
        raise _nothing()
    return behalf


def claims_of(behalf: Behalf, recording: RecordingId, now_us: int) -> Claims:
    """What a token of this site says to the same end.

    Raises:
        RefusedError: ``asked.nothing``: the cloud allows nothing.
    """
    actions = behalf.actions & _MEDIA
    if not actions:
        raise _nothing()
    now_s = now_us // 1_000_000
    return Claims(
        audience=Audience.MEDIA,
        user=behalf.user,
        id=behalf.token_id or "cloud",
        issued_at_s=now_s,
        expires_at_s=now_s + LIFETIME_S,
        recording=recording,
        actions=actions,
    )


def _nothing() -> RefusedError:
    return RefusedError("asked.nothing", "The cloud does not say that this is allowed.")
