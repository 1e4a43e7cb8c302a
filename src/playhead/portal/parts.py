"""Everything a request to the portal may need, in one frozen value."""

from dataclasses import dataclass
from typing import cast

from starlette.requests import HTTPConnection

from playhead.base.clock import Clock
from playhead.net.http.hosts import HostHeader
from playhead.portal.api.models import Capability
from playhead.portal.feed import Feed
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
from playhead.portal.sessions import Sessions
from playhead.portal.sign_in import SignIn
from playhead.store.audit_proof import AuditProof
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.keyring import Keyring
from playhead.store.library import Library


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Made once by `playhead.portal.service`."""

    clock: Clock
    catalogue: Catalogue
    control: Control
    keyring: Keyring
    audit: AuditTrail
    sessions: Sessions
    sign_in: SignIn
    feed: Feed
    library: Library
    token_port: int | None
    """Where the token service listens, on the same host; None where tokens are given at the portal's own port alone."""
    tokens_secure: bool
    """Whether it speaks TLS there."""

    pictures: Pictures | None = None
    """None where there are none to be had."""
    coverage: Coverage | None = None
    """None where no ledger is kept."""
    coverages: CoverageOfSites | None = None
    """Of several sites; None at a site, which has one."""
    exports: Exports | None = None
    """None where none are made."""
    annotating: Annotating
    """Tags and holds."""
    erasing: Erasing | None = None
    """None where nothing is erased."""
    keeping: Keeping | None = None
    """None where nothing is decided about how long recordings are kept."""
    quarantine: Quarantine | None = None
    """None where nobody acts on it."""
    environment: Environment | None = None
    """None where nobody looks over it."""
    logs: Logs | None = None
    """None where none are kept."""
    log_levels: LogLevels | None = None
    """None where nobody reaches those whose logs they are."""
    sites: Sites | None = None
    """None at a site, which is one."""
    link: Link | None = None
    """None where there is none to a cloud."""
    analytics: Analytics | None = None
    """None where desktop analytics is off."""
    oidc: Oidc | None = None
    """None where there is no sign-in elsewhere."""
    proof: AuditProof | None = None
    """None where the head of the audit log is not kept."""

    def capabilities(self) -> list[Capability]:
        """What there is here, for a page that offers nothing else."""
        there: dict[Capability, object] = {
            "analytics": self.analytics,
            "coverage": self.coverage or self.coverages,
            "environment": self.environment,
            "erasing": self.erasing,
            "exports": self.exports,
            "link": self.link,
            "log_levels": self.log_levels,
            "logs": self.logs,
            "quarantine": self.quarantine,
            "retention": self.keeping,
            "sites": self.sites,
        }
        return [name for name, part in there.items() if part is not None]

    def token_origins(self, host: str) -> tuple[str, ...]:
        """Origin of the token service for a browser that knows us as ``host`` (without port), where it has one."""
        if self.token_port is None:
            return ()
        return (f"{'https' if self.tokens_secure else 'http'}://{host}:{self.token_port}",)

    def token_url(self, request: HTTPConnection) -> str:
        """Where the page that asks gets its tokens: a page over TLS must not ask where there is none.

        The portal gives them at its own port, too, for pages over the other scheme.
        """
        host = request.headers["host"]
        named = HostHeader.parse(host)
        assert named is not None  # noqa: S101 - the guard has let it pass
        origins = self.token_origins(named.name)
        if not origins or is_secure(request) != self.tokens_secure:
            origins = (f"{request.scope['scheme']}://{host}",)
        return f"{origins[0]}/token"


def is_secure(request: HTTPConnection) -> bool:
    """Whether a request came over TLS."""
    return request.scope["scheme"] == "https"


def parts_of(request: HTTPConnection) -> Parts:
    """Of the application that a request came to."""
    return cast("Parts", request.app.state.parts)
