"""Everything a request to the portal may need, in one frozen value."""

from dataclasses import dataclass
from typing import cast

from starlette.requests import HTTPConnection

from playhead.base.clock import Clock
from playhead.net.http import HostHeader
from playhead.portal.feed import Feed
from playhead.portal.needs import Control, Coverage, Environment, Exports, Keeping, Logs, Pictures, Quarantine
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
    token_port: int
    """Where the token service listens, on the same host."""
    tokens_secure: bool
    """Whether it speaks TLS there."""

    pictures: Pictures | None = None
    """None where there are none to be had."""
    coverage: Coverage | None = None
    """None where no ledger is kept."""
    exports: Exports | None = None
    """None where none are made."""
    keeping: Keeping | None = None
    """None where nothing is erased."""
    quarantine: Quarantine | None = None
    """None where nobody acts on it."""
    environment: Environment | None = None
    """None where nobody looks over it."""
    logs: Logs | None = None
    """None where none are kept."""
    oidc: Oidc | None = None
    """None where there is no sign-in elsewhere."""
    proof: AuditProof | None = None
    """None where the head of the audit log is not kept."""

    def token_origin(self, host: str) -> str:
        """Origin of the token service for a browser that knows us as ``host`` (without port)."""
        return f"{'https' if self.tokens_secure else 'http'}://{host}:{self.token_port}"

    def token_url(self, request: HTTPConnection) -> str:
        """Where the page that asks gets its tokens: a page over TLS must not ask where there is none.

        The portal gives them at its own port, too, for pages over the other scheme.
        """
        host = request.headers["host"]
        if is_secure(request) != self.tokens_secure:
            return f"{request.scope['scheme']}://{host}/token"
        named = HostHeader.parse(host)
        assert named is not None  # noqa: S101 - the guard has let it pass
        return f"{self.token_origin(named.name)}/token"


def is_secure(request: HTTPConnection) -> bool:
    """Whether a request came over TLS."""
    return request.scope["scheme"] == "https"


def parts_of(request: HTTPConnection) -> Parts:
    """Of the application that a request came to."""
    return cast("Parts", request.app.state.parts)
