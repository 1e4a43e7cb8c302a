"""Everything a request to the portal may need, in one frozen value."""

from dataclasses import dataclass
from typing import cast

from starlette.requests import HTTPConnection

from playhead.base.clock import Clock
from playhead.portal.feed import Feed
from playhead.portal.needs import Control
from playhead.portal.sessions import Sessions
from playhead.portal.sign_in import SignIn
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.keyring import Keyring


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
    secure: bool
    """Served over TLS."""
    token_port: int
    """Where the token service listens, on the same host."""

    def token_origin(self, host: str) -> str:
        """Origin of the token service for a browser that knows us as ``host`` (without port)."""
        return f"{'https' if self.secure else 'http'}://{host}:{self.token_port}"


def parts_of(request: HTTPConnection) -> Parts:
    """Of the application that a request came to."""
    return cast("Parts", request.app.state.parts)
