"""What the rest of the cloud sees of the links: whom it may ask, and who asks it."""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

from playhead.base.ids import SiteId, TenantId, TenantSite
from playhead.net.pool.http import Answer, Header
from playhead.wire.pool import Urgency


def origin_of(scope: Mapping[str, Any]) -> TenantSite:
    """Which site asks, from the scope of an ASGI application that the cloud serves to its sites.

    Its certificate proves it; nothing that the request itself says of that counts.
    """
    return cast("TenantSite", scope["state"]["site"])


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether a site can be asked now."""

    up: bool
    seen_at_us: int | None
    """When it last was; None for never. Wall time, microseconds since 1970."""


class Links(Protocol):
    """Asks sites. A site's links may lead to another process of the cloud: then that one is asked to ask."""

    async def ask(
        self,
        site: TenantSite,
        method: str,
        target: bytes,
        headers: Iterable[Header] = (),
        body: AsyncIterator[bytes] | bytes = b"",
        *,
        urgency: Urgency = Urgency.INTERACTIVE,
    ) -> Answer:
        """Ask a site's application; a round trip where it answers at once.

        Args:
            site: which one, and whose.
            method: as in HTTP.
            target: path and query, percent-encoded.
            headers: names in lower case.
            body: whole, or as it comes.
            urgency: playback for media, interactive for what a person waits for.

        Returns:
            The answer, its body still coming: iterate over it to the end, or `Answer.give_up`.

        Raises:
            UnavailableError: ``link.down`` where the site has no link; ``pool.*`` where the stream was broken off, and
                it is not known whether the site acted.
            ProtocolError: ``http.answer``.
            LimitError: ``pool.streams``.
        """
        ...

    async def presences(self, tenant: TenantId) -> Mapping[SiteId, Presence]:
        """Every enrolled site of a tenant, and whether it can be asked."""
        ...
