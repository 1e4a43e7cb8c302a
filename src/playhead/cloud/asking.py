"""Asking a site something on behalf of somebody who is signed in at its tenant's portal."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import msgspec

from playhead.base.errors import (
    ConflictError,
    InvalidInputError,
    LimitError,
    NotFoundError,
    PlayheadError,
    RefusedError,
    UnavailableError,
)
from playhead.base.ids import SiteId, TenantId, TenantSite
from playhead.cloud.links import Links
from playhead.net.pool.http import Answer, Header
from playhead.wire.pool import Urgency
from playhead.wire.tokens import Claims

ANSWER_S: Final = 15.0
"""A site that does not answer for so long is lost: longer than a disk that struggles, shorter than patience."""

_KINDS: Final[dict[int, type[PlayheadError]]] = {
    400: InvalidInputError,
    403: RefusedError,
    404: NotFoundError,
    409: ConflictError,
    413: LimitError,
}


@dataclass(frozen=True, slots=True)
class Somebody:
    """On whose behalf a site is asked."""

    user: str
    actions: frozenset[str] = frozenset()
    """What was decided that they may."""
    address: str = ""
    token_id: str = ""
    """What they were let in by, where that was a token."""

    def headers(self) -> list[Header]:
        """What tells a site so (`playhead.premises.asked.rules`)."""
        told = {
            "playhead-user": self.user,
            "playhead-actions": " ".join(sorted(self.actions)),
            "playhead-address": self.address,
            "playhead-token-id": self.token_id,
        }
        return [(name.encode(), value.encode()) for name, value in told.items() if value]


def somebody(claims: Claims, address: str) -> Somebody:
    """Whoever came with a token."""
    return Somebody(str(claims.user), claims.actions, address, claims.id)


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks the sites of one tenant."""

    tenant: TenantId
    links: Links

    async def begin(
        self,
        site: SiteId,
        method: str,
        target: str,
        behalf: Somebody,
        body: bytes = b"",
        *,
        headers: Iterable[Header] = (),
        urgency: Urgency = Urgency.INTERACTIVE,
    ) -> Answer:
        """Ask, and have the answer with its body still coming.

        Raises:
            UnavailableError: ``site.away``, ``site.lost``.
            LimitError: ``pool.streams``.
        """
        whose, told = TenantSite(self.tenant, site), [*behalf.headers(), *headers]
        try:
            async with asyncio.timeout(ANSWER_S):
                return await self.links.ask(whose, method, target.encode(), told, body, urgency=urgency)
        except (TimeoutError, UnavailableError) as error:
            raise unreached(site, error, changes=bool(behalf.actions)) from error

    async def whole(
        self, site: SiteId, method: str, target: str, behalf: Somebody, body: bytes = b"", *, bytes_max: int
    ) -> bytes:
        """Ask, and read the body of a good answer.

        Raises:
            UnavailableError: ``site.away``, ``site.lost``.
            LimitError: ``site.answer``, ``pool.streams``.
            PlayheadError: what the site says, as it says it.
        """
        return await self.read(site, await self.begin(site, method, target, behalf, body), bytes_max)

    async def read(self, site: SiteId, answer: Answer, bytes_max: int) -> bytes:
        """The body of a good answer. Raises as `whole`."""
        status, found = answer.status, bytearray()
        try:
            async with asyncio.timeout(ANSWER_S):
                async for data in answer:
                    found += data
                    if len(found) > bytes_max:
                        answer.give_up()
                        raise LimitError("site.answer", f"A site's answer takes up to {bytes_max} bytes here.")
        except (TimeoutError, UnavailableError) as error:
            answer.give_up()
            raise unreached(site, error) from error
        if status >= HTTPStatus.BAD_REQUEST:
            raise refusal_of(status, bytes(found))
        return bytes(found)


def unreached(site: SiteId, error: Exception, *, changes: bool = False) -> UnavailableError:
    """What whoever wants something of a site is told that cannot be reached, or was lost before it answered."""
    if isinstance(error, PlayheadError) and error.code == "link.down":
        hint = f"{'Nothing was changed. ' if changes else ''}Try again once it is connected."
        return UnavailableError("site.away", f"The site {site} cannot be reached.", hint=hint)
    hint = "Whether it has acted is seen once it is connected again." if changes else "Try again."
    return UnavailableError("site.lost", f"The site {site} was lost before it answered.", hint=hint)


def refusal_of(status: int, body: bytes) -> PlayheadError:
    """The error that a site tells of; ``site.failed`` where nobody understands it."""
    try:
        found = msgspec.json.decode(body, type=dict[str, dict[str, str]])["error"]
        kind = _KINDS.get(status, UnavailableError)
        return kind(found["code"], found["message"], hint=found.get("hint", ""))
    except (msgspec.MsgspecError, KeyError):
        return UnavailableError("site.failed", "The site cannot do this now.")
