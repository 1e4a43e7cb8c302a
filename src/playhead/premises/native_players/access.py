"""Who may play what: by a token, or by the name and password of a user; and whether they still may.

Passwords are kept as Argon2id hashes alone, from which no Digest (RFC 7616) can be checked: so they are taken as they
are (Basic, RFC 7617), and only where nobody can listen. A token is a password for a minute that opens one recording.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from playhead.base.clock import Clock
from playhead.base.errors import RefusedError
from playhead.base.ids import RecordingId, UserId
from playhead.domain.access import Action, OfAgent, Who, decide
from playhead.domain.recordings import Recording
from playhead.store.catalogue import Catalogue, recordings, users
from playhead.store.catalogue.access import load_who
from playhead.store.keyring import Keyring
from playhead.store.token_keys import verifying_keys
from playhead.wire.tokens import Audience, verify

VOUCHED_US: Final = 3_600_000_000
"""A session by a token of somebody who is no user here, such as the cloud's, ends after so long: nobody here knows what
they may do by then."""

ACTIONS: Final = {"play": Action.PLAY, "live": Action.LIVE}
"""As tokens call them."""

_CREDENTIALS_CHARS_MAX: Final = 4_096
_TOKEN_DOTS: Final = 2

Prove = Callable[[str, str, str, str], Awaitable[UserId]]
"""Who has this name and password; address and player are for the audit log. Raises `PlayheadError` where nobody has."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody who has shown who they are."""

    user: UserId
    recording: RecordingId | None = None
    """What a token opens, and nothing else; None for a user, whose roles decide."""
    actions: frozenset[str] = frozenset()
    """What the token allows."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """Somebody who may play a recording."""

    user: UserId
    recording: RecordingId
    actions: frozenset[str]
    since_us: int
    """Monotonic time."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody shows to be let in. It is not shown itself."""

    token: str
    """In the address."""
    authorization: str
    """The header."""
    address: str
    player: str
    private: bool
    """Nobody on the way can read it: TLS, or this machine alone."""

    def __repr__(self) -> str:
        return f"Shown(address={self.address})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """See the module."""

    catalogue: Catalogue
    keyring: Keyring
    clock: Clock
    prove: Prove

    async def identify(self, shown: Shown) -> Identity:
        """Who somebody is.

        Raises:
            RefusedError: ``token.*``, ``session.*``, ``signin.*``, ``password.expired``, ``access.plain``,
                ``access.none``: nothing was shown.
            LimitError: ``session.locked``.
            UnavailableError: ``session.busy``.
        """
        scheme, _, given = shown.authorization.partition(" ")
        if shown.token or scheme.lower() == "bearer":
            return self._by_token(shown.token or given.strip())
        if scheme.lower() != "basic":
            raise RefusedError("access.none", "This needs a token, or a name and a password.", hint="Add ?token=…")
        name, password = _basic(given)
        if password.count(".") == _TOKEN_DOTS and password.startswith("ey"):
            return self._by_token(password)
        if not shown.private:
            hint = "Connect by rtsps, or use a token."
            raise RefusedError("access.plain", "Passwords are not taken where others can read them.", hint=hint)
        return Identity(await self.prove(name, password, shown.address, shown.player))

    async def admit(self, one: Identity, recording: Recording) -> Admitted:
        """Let somebody in for what they may do with a recording.

        Raises:
            RefusedError: ``access.refused``.
        """
        if one.recording is None:
            actions = await self._may(one.user, recording)
        else:
            actions = one.actions if one.recording == recording.id else frozenset[str]()
        if not actions:
            raise RefusedError("access.refused", "You may not play this recording.")
        return Admitted(one.user, recording.id, actions, self.clock.monotonic_us())

    async def look_again(self, admitted: Admitted, action: str) -> None:
        """See whether somebody still may.

        Raises:
            RefusedError: ``access.refused``.
            NotFoundError: ``recording.*``.
            UnavailableError: ``catalogue.unavailable``.
        """
        async with self.catalogue.reading() as connection:
            recording = await recordings.get_recording(connection, admitted.recording)
            is_ours = await users.find_user(connection, admitted.user) is not None
        if is_ours:
            still = action in await self._may(admitted.user, recording)
        else:
            still = self.clock.monotonic_us() - admitted.since_us < VOUCHED_US
        if not still:
            raise RefusedError("access.refused", "You may not play this recording any more.")

    async def _may(self, user: UserId, recording: Recording) -> frozenset[str]:
        async with self.catalogue.reading() as connection:
            known = await users.find_user(connection, user)
            who = await load_who(connection, user)
        if known is None or known.disabled_at_us is not None:
            return frozenset()
        return _allowed(who, recording)

    def _by_token(self, token: str) -> Identity:
        keys = verifying_keys(self.keyring)
        now_s = self.clock.wall_us() // 1_000_000
        claims = verify(token, keys, audience=Audience.MEDIA, issuer=self.keyring.site, now_s=now_s)
        return Identity(claims.user, claims.recording, claims.actions & ACTIONS.keys())


def _allowed(who: Who, recording: Recording) -> frozenset[str]:
    thing = OfAgent(recording.agent, recording.started_at_us)
    return frozenset(name for name, action in ACTIONS.items() if decide(who, action, thing).allowed)


def _basic(given: str) -> tuple[str, str]:
    """Name and password (RFC 7617 §2)."""
    malformed = RefusedError("access.none", "This is no name with a password.")
    if len(given) > _CREDENTIALS_CHARS_MAX:
        raise malformed
    try:
        text = base64.b64decode(given.strip(), validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise malformed from error
    name, colon, password = text.partition(":")
    if not colon:
        raise malformed
    return name, password
