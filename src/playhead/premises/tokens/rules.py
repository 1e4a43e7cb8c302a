"""Decisions about tokens: what may be asked for, and what a token then says."""

from collections.abc import Iterable
from typing import Annotated, Final

import msgspec

from playhead.base.errors import InvalidInputError
from playhead.base.ids import RecordingId
from playhead.domain.access import Action, Decision, OfAgent, Who, decide
from playhead.net.http.hosts import HostHeader
from playhead.wire.tokens import Audience, Claims

ACTIONS_MAX: Final = 8
"""More kinds of action than there are."""

GIVEN: Final = {"play": Action.PLAY, "live": Action.LIVE}
"""What a media token may allow, and what its holder must be allowed for it. Each is decided by itself."""


class _Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    recording: Annotated[str, msgspec.Meta(max_length=64)]
    actions: Annotated[tuple[Annotated[str, msgspec.Meta(max_length=32)], ...], msgspec.Meta(max_length=ACTIONS_MAX)]


_DECODER: Final = msgspec.json.Decoder(_Wish)


class Wish(msgspec.Struct, frozen=True):
    """What a player asks for."""

    recording: RecordingId
    actions: frozenset[str]

    @classmethod
    def parse(cls, body: bytes) -> "Wish":
        """Read the JSON of a request.

        Raises:
            InvalidInputError: ``token.request``, ``id.malformed``.
        """
        try:
            found = _DECODER.decode(body)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            hint = 'Send {"recording": "…", "actions": ["play"]}.'
            raise InvalidInputError("request.malformed", "This is not a request for a token.", hint=hint) from error
        if not found.actions or not set(found.actions) <= set(GIVEN):
            hint = f"There is: {', '.join(GIVEN)}."
            raise InvalidInputError("request.actions", "An action that tokens do not give was asked for.", hint=hint)
        return cls(RecordingId.parse(found.recording), frozenset(found.actions))


def decisions_on(who: Who, wish: Wish, thing: OfAgent) -> dict[str, Decision]:
    """What is wished for, each decided by itself."""
    return {action: decide(who, GIVEN[action], thing) for action in sorted(wish.actions)}


def claims_of(
    who: Who, recording: RecordingId, actions: Iterable[str], *, token_id: str, now_us: int, lifetime_us: int
) -> Claims:
    """What the token says."""
    now_s = now_us // 1_000_000
    return Claims(
        audience=Audience.MEDIA,
        user=who.user,
        id=token_id,
        issued_at_s=now_s,
        expires_at_s=now_s + lifetime_us // 1_000_000,
        recording=recording,
        actions=frozenset(actions),
    )


def origin_allowed(origin: str, host: HostHeader, *, portal_port: int, secure: bool) -> bool:
    """Whether a page of ``origin`` may ask here: a page of the portal that was called by the same name as we were.

    The cookie it sends belongs to that name, so no page of another name could use it anyway.
    """
    scheme, default_port = ("https", 443) if secure else ("http", 80)
    port = "" if portal_port == default_port else f":{portal_port}"  # left out of an origin (URL standard §3.1)
    return origin.lower() == f"{scheme}://{host.name}{port}"


def rotation_due(made_at_us: int, now_us: int, every_us: int) -> bool:
    """Whether the signing key is old enough for another. A clock that stepped back is no reason."""
    return now_us - made_at_us >= every_us
