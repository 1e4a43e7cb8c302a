"""The portal as a service: what it is made of, and running it until cancelled."""

import asyncio
import socket
from collections.abc import Sequence
from typing import Final

import structlog
from starlette.routing import BaseRoute

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError
from playhead.net.http import AllowedHosts, HttpServer, TlsFiles
from playhead.portal.application import create_application
from playhead.portal.config import PortalConfig
from playhead.portal.feed import Feed
from playhead.portal.needs import Control
from playhead.portal.parts import Parts
from playhead.portal.passwords import Passwords
from playhead.portal.rules import Attempts, Lifetime
from playhead.portal.sessions import Sessions
from playhead.portal.sign_in import SignIn
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.keyring import Keyring

_log = structlog.get_logger()

CLEANING_S: Final = 600.0
"""How often sign-ins that have run out are deleted."""


class PortalService:
    """Sign-in, API and pages on one listening socket, with the media of the player mounted beside them.

    Args:
        config: what the operator set.
        listener: from `playhead.net.http.listen`; closed by the service.
        tls: None for plain HTTP.
        catalogue: open.
        keyring: the site's keys.
        control: the workstations.
        audit: where views and refusals are noted; shared with the other services.
        clock: tells the time.
        token_port: where the token service listens.
        mounted: routes of other services, such as `PlayerService.routes`.
        passwords: None for the usual strength.
    """

    def __init__(
        self,
        config: PortalConfig,
        listener: socket.socket,
        *,
        tls: TlsFiles | None,
        catalogue: Catalogue,
        keyring: Keyring,
        control: Control,
        audit: AuditTrail,
        clock: Clock,
        token_port: int,
        mounted: Sequence[BaseRoute] = (),
        passwords: Passwords | None = None,
    ) -> None:
        self.passwords = passwords or Passwords()
        self.sessions = Sessions(catalogue, Lifetime(config.session_idle.us, config.session_length.us), clock)
        """Asked by the token service, too."""
        self._feed = Feed(catalogue, control)
        attempts = Attempts()
        parts = Parts(
            clock=clock,
            catalogue=catalogue,
            control=control,
            keyring=keyring,
            audit=audit,
            sessions=self.sessions,
            sign_in=SignIn(catalogue, self.passwords, self.sessions, attempts, audit, clock),
            feed=self._feed,
            secure=tls is not None,
            token_port=token_port,
        )
        self.application = create_application(parts, hosts=AllowedHosts.of_this_machine(*config.names), mounted=mounted)
        self._server = HttpServer(self.application, listener, clock=clock, tls=tls)
        self.port = self._server.port

    async def run(self) -> None:
        """Serve until cancelled; then let requests end."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._server.run())
                tasks.create_task(self._feed.run())
                tasks.create_task(self._clean())
        finally:
            self.passwords.close()

    async def _clean(self) -> None:
        while True:
            try:
                await self.sessions.forget_expired()
            except PlayheadError as error:
                _log.warning("expired sign-ins were not deleted", code=error.code)
            await asyncio.sleep(CLEANING_S)
