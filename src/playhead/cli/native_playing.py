"""``playhead recordings play``: what it does."""

import asyncio
import secrets
from collections.abc import Sequence
from typing import Final

from playhead.base.addresses import Address
from playhead.base.clock import SystemClock
from playhead.base.errors import UnavailableError
from playhead.cli.auditing import note
from playhead.cli.catalogues import existing_catalogue
from playhead.cli.console import notice, step
from playhead.cli.library import resolve
from playhead.cli.native_programs import choose, play
from playhead.cli.operator import OPERATOR, TOKEN_LIFE_S
from playhead.cli.places import PremisesPlaces, Running
from playhead.cli.settings import PremisesSettings
from playhead.domain.recordings import Recording
from playhead.environment.ports import Service
from playhead.store.keyring import Keyring
from playhead.store.token_keys import signing_key
from playhead.wire.tokens import Audience, Claims, sign

_HERE: Final = {"*": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared
"""Where this machine reaches what listens at all of its addresses."""


def play_recording(places: PremisesPlaces, text: str, *, player: str | None, extra: Sequence[str]) -> int:
    """Open a recording in a native player, and wait for its end.

    Args:
        places: of the server that runs here.
        text: the recording's id, or its beginning.
        player: which; None for the best that is installed.
        extra: further options for it.

    Returns:
        The player's exit code.

    Raises:
        UnavailableError: ``server.not_running``, ``player.*``.
        NotFoundError: ``recording.not_found``.
    """
    address = _address_of(places)
    chosen, program = choose(player)
    recording = asyncio.run(_begin(places, text))
    step(f"playing {recording.id} with {chosen.name}")
    if chosen.playlist is None:
        notice(
            f"{chosen.name} takes the address, with its token, as an argument only: for a minute whoever is on this "
            "machine can read it from the list of processes, and play this recording with it."
        )
    return play(chosen, program, f"{address}/recordings/{recording.id}?token={_token(places, recording)}", extra)


def _address_of(places: PremisesPlaces) -> str:
    """Where the running server serves native players."""
    told = Running.read(places).listeners.get(Service.CLIENT_PLAYERS)
    if told is None:
        hint = "Set `enabled` under [native_players] in premises.toml, and start the server again."
        raise UnavailableError("player.port_off", "The server serves no native players.", hint=hint)
    found = Address.parse(told)
    is_plain = PremisesSettings.load(places).native_players.plain != "no"
    return f"{'rtsp' if is_plain else 'rtsps'}://{Address(_HERE.get(found.host, found.host), found.port)}"


async def _begin(places: PremisesPlaces, text: str) -> Recording:
    async with existing_catalogue(places) as catalogue:
        async with catalogue.reading() as connection:
            recording = await resolve(connection, text)
        await note(catalogue, "token.given", str(recording.id))
    return recording


def _token(places: PremisesPlaces, recording: Recording) -> str:
    clock = SystemClock()
    keyring = Keyring.open_existing(places.keys, clock)
    now_s = clock.wall_us() // 1_000_000
    claims = Claims(
        Audience.MEDIA,
        OPERATOR,
        secrets.token_urlsafe(12),
        now_s,
        now_s + TOKEN_LIFE_S,
        recording=recording.id,
        actions=frozenset({"play", "live"}),
    )
    return sign(claims, signing_key(keyring), issuer=keyring.site)
