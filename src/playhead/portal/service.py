"""The portal as a service: what it is made of, and running it until cancelled."""

import asyncio
import socket
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import structlog
from starlette.routing import BaseRoute

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError
from playhead.net.http.hosts import AllowedHosts
from playhead.net.http.server import HttpServer, TlsFiles
from playhead.portal.application import create_application
from playhead.portal.config import PortalConfig
from playhead.portal.feed import Feed
from playhead.portal.lockout import Lockout
from playhead.portal.needs import (
    Control,
    Coverage,
    Environment,
    Exports,
    Keeping,
    Link,
    LogLevels,
    Logs,
    Pictures,
    Quarantine,
)
from playhead.portal.needs_analytics import Analytics
from playhead.portal.needs_changes import Annotating, Erasing
from playhead.portal.needs_coverage import CoverageOfSites
from playhead.portal.needs_sites import Sites
from playhead.portal.oidc import Oidc
from playhead.portal.parts import Parts
from playhead.portal.passwords import Passwords
from playhead.portal.rules import Lifetime
from playhead.portal.second_factor import SecondFactors
from playhead.portal.sessions import Sessions
from playhead.portal.sign_in import SignIn
from playhead.store.annotating import Annotator
from playhead.store.audit_proof import AuditProof
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.keyring import Keyring
from playhead.store.library import Library

_log = structlog.get_logger()

CLEANING_S: Final = 600.0
"""How often sign-ins that have run out are deleted."""


def sessions_of(config: PortalConfig, catalogue: Catalogue, clock: Clock) -> Sessions:
    """The login sessions, with the lengths that the operator set."""
    return Sessions(catalogue, Lifetime(config.session_idle.us, config.session_length.us), clock)


class PortalService:
    """Sign-in, API and pages, with the media of the player mounted beside them, on one listening socket or two.

    Args:
        config: what the operator set.
        listener: from `playhead.net.http.listen`; closed by the service. None where somebody else serves
            `application`.
        tls: None for plain HTTP.
        also: a second socket, over TLS, where the first is plain.
        catalogue: open.
        keyring: the site's keys.
        control: the workstations.
        audit: where views and refusals are noted; shared with the other services.
        clock: tells the time.
        token_port: where the token service listens, with TLS where ``tls`` is set; None where it has no port.
        names: what the portal is called by, beside ``config.names``.
        strict_s: as `playhead.net.http.SecurityPolicy`'s; None for what the operator set, where there is TLS.
        near: origins that pages may play from directly.
        mounted: routes of other services, such as `PlayerService.routes`.
        described: what OpenAPI has to say of them.
        sessions: shared with the token service; None for its own.
        passwords: None for the usual strength.
        pictures: of what is being recorded; None for a wall without.
        coverage: None where no ledger of coverage is kept.
        coverages: those of several sites, in place of it.
        exports: None where no files are made.
        annotating: changes tags and holds; None for those of ``catalogue``.
        erasing: None where nothing is erased.
        keeping: None where nothing is decided about how long recordings are kept.
        quarantine: None where nobody acts on it.
        environment: None where nobody looks over it.
        proof: verifies the audit log; None where its head is not kept.
        oidc: the organisation's own sign-in; None where there is none.
        logs: of all machines; None where none are kept.
        log_levels: which of them say more for a while; None where nobody reaches those whose they are.
        sites: those whose servers are operated from here; None at a site.
        analytics: desktop analytics; None where it is off.
    """

    def __init__(
        self,
        config: PortalConfig,
        listener: socket.socket | None,
        *,
        tls: TlsFiles | None,
        catalogue: Catalogue,
        keyring: Keyring,
        control: Control,
        audit: AuditTrail,
        clock: Clock,
        token_port: int | None,
        names: Sequence[str] = (),
        strict_s: int | None = None,
        near: Callable[[], Sequence[str]] = tuple,
        also: tuple[socket.socket, TlsFiles] | None = None,
        mounted: Sequence[BaseRoute] = (),
        described: Sequence[Mapping[str, Any]] = (),
        sessions: Sessions | None = None,
        passwords: Passwords | None = None,
        pictures: Pictures | None = None,
        coverage: Coverage | None = None,
        coverages: CoverageOfSites | None = None,
        exports: Exports | None = None,
        annotating: Annotating | None = None,
        erasing: Erasing | None = None,
        keeping: Keeping | None = None,
        quarantine: Quarantine | None = None,
        environment: Environment | None = None,
        proof: AuditProof | None = None,
        link: Link | None = None,
        oidc: Oidc | None = None,
        logs: Logs | None = None,
        log_levels: LogLevels | None = None,
        sites: Sites | None = None,
        analytics: Analytics | None = None,
    ) -> None:
        self.passwords = passwords or Passwords(chars_min=config.password_length)
        self.sessions = sessions or sessions_of(config, catalogue, clock)
        """Asked by the token service, too."""
        self._feed = Feed(catalogue, control)
        self._library = Library(catalogue)
        lockout = Lockout(catalogue, clock)
        factors = SecondFactors(catalogue, keyring, clock)
        self._lockout = lockout
        sign_in = SignIn(
            catalogue, self.passwords, factors, lockout, self.sessions, audit, clock, config.password_sign_in
        )
        self.prove = sign_in.prove
        """For programs that show a name and a password."""
        parts = Parts(
            clock=clock,
            catalogue=catalogue,
            control=control,
            keyring=keyring,
            audit=audit,
            sessions=self.sessions,
            sign_in=sign_in,
            feed=self._feed,
            library=self._library,
            token_port=token_port,
            tokens_secure=tls is not None,
            pictures=pictures,
            coverage=coverage,
            coverages=coverages,
            exports=exports,
            annotating=annotating or Annotator(catalogue, audit, clock),
            erasing=erasing,
            keeping=keeping,
            quarantine=quarantine,
            environment=environment,
            proof=proof,
            link=link,
            oidc=oidc,
            logs=logs,
            analytics=analytics,
            log_levels=log_levels,
            sites=sites,
        )
        self.application = create_application(
            parts,
            hosts=AllowedHosts.of_this_machine(*config.names, *names),
            mounted=mounted,
            described=described,
            strict_s=strict_s if tls is None else config.strict.us // 1_000_000,
            near=near,
        )
        self._servers: list[HttpServer] = []
        if listener is not None:
            self._servers.append(HttpServer(self.application, listener, clock=clock, tls=tls))
        if also is not None:
            self._servers.append(HttpServer(self.application, also[0], clock=clock, tls=also[1]))
        self.port = self._servers[0].port if self._servers else 0

    async def run(self) -> None:
        """Serve until cancelled; then let requests end."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for server in self._servers:
                    tasks.create_task(server.run())
                tasks.create_task(self._feed.run())
                tasks.create_task(self._library.run())
                tasks.create_task(self._clean())
        finally:
            self.passwords.close()

    async def _clean(self) -> None:
        while True:
            try:
                await self.sessions.forget_expired()
                await self._lockout.forget_old()
            except PlayheadError as error:
                _log.warning("expired sign-ins were not deleted", code=error.code)
            await asyncio.sleep(CLEANING_S)
