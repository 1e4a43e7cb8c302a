"""The token service: listens, and runs until cancelled."""

import asyncio
import socket
from collections.abc import Sequence
from typing import Final

import structlog
from starlette.routing import Route

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError
from playhead.net.http.hosts import AllowedHosts
from playhead.net.http.server import HttpServer, TlsFiles
from playhead.premises.tokens.application import SignedIn, Tokens
from playhead.premises.tokens.config import TokensConfig
from playhead.premises.tokens.described import description
from playhead.premises.tokens.rules import rotation_due
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.keyring import Keyring

_LOOK_S: Final = 3_600.0
"""How often the age of the signing key is looked at."""

_log = structlog.get_logger()


class TokensService:
    """Gives players tokens, on one listening socket.

    Args:
        config: what the operator set.
        listener: from `playhead.net.http.listen`; closed by the service.
        tls: as the portal's.
        catalogue: open.
        keyring: its token keys sign, and are rotated here.
        signed_in: knows whose sign-in a cookie stands for.
        audit: where every token and every refusal is noted.
        clock: tells the time.
        portal_port: where the portal listens, whose pages may ask here.
        names: host names that browsers use, beside the machine's own.
        strict_s: as `playhead.net.http.SecurityPolicy`'s.
        also: routes of other services at this port.
    """

    def __init__(
        self,
        config: TokensConfig,
        listener: socket.socket,
        *,
        tls: TlsFiles | None,
        catalogue: Catalogue,
        keyring: Keyring,
        signed_in: SignedIn,
        audit: AuditTrail,
        clock: Clock,
        portal_port: int,
        names: Sequence[str] = (),
        strict_s: int | None = None,
        also: Sequence[Route] = (),
    ) -> None:
        tokens = Tokens(
            config=config,
            clock=clock,
            catalogue=catalogue,
            keyring=keyring,
            signed_in=signed_in,
            audit=audit,
            secure=tls is not None,
            portal_port=portal_port,
            strict_s=strict_s,
            also=also,
        )
        self.routes = tokens.routes
        """For the portal's own port."""
        self.application = tokens.application(AllowedHosts.of_this_machine(*names))
        self._config = config
        self._keyring = keyring
        self._clock = clock
        self._server = HttpServer(self.application, listener, clock=clock, tls=tls)
        self.port = self._server.port
        self.described = description(self.port)
        """For the portal's OpenAPI document."""

    async def run(self) -> None:
        """Serve until cancelled; then let requests end."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._server.run())
            tasks.create_task(self._rotate())

    async def _rotate(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self._rotate_where_due)
            except (PlayheadError, OSError) as error:
                _log.error("token keys not rotated; will try again", reason=str(error))
            await asyncio.sleep(_LOOK_S)

    def _rotate_where_due(self) -> None:
        made_at_us = self._keyring.tokens_file.stat().st_mtime_ns // 1000
        if rotation_due(made_at_us, self._clock.wall_us(), self._config.rotate_every.us):
            self._keyring.rotate_tokens()
            _log.info("token keys rotated", kid=self._keyring.tokens.current.kid)
