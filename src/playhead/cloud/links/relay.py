"""Asking a site whose links another process of the cloud has: that one is asked to ask.

The processes reach each other as sites do, on port 2010, with the cloud's own certificate at both ends. Which site is
meant stands in a header, as does the code where there is no answer of the site's own.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Final

from playhead.base.errors import PlayheadError, UnavailableError
from playhead.base.ids import TenantSite
from playhead.cloud.links import metrics
from playhead.net.network import Network
from playhead.net.pool import PoolEnd, PoolStream
from playhead.net.pool.dialing import dial_once
from playhead.net.pool.http import Answer, Application, Header, Message, Scope, ask
from playhead.net.pool.tls import dialing_context
from playhead.store.sites.keys import CloudKeys
from playhead.store.sites.processes import Whereabouts
from playhead.wire.pool import Role, Urgency

SITE_HEADER: Final = b"playhead-site"
URGENCY_HEADER: Final = b"playhead-urgency"
CODE_HEADER: Final = b"playhead-no-answer"
OURS: Final = frozenset({SITE_HEADER, URGENCY_HEADER, CODE_HEADER})
LINKS: Final = 2
"""One for who is in a hurry, one for media."""
BAD_GATEWAY: Final = 502
WITHOUT_BODY: Final = frozenset({"GET", "HEAD"})
"""What has none (RFC 9110 §9.3), and so may be asked again as it is where a link is lost."""

Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Request:
    """What a site is asked."""

    method: str
    target: bytes
    headers: tuple[Header, ...]
    body: AsyncIterator[bytes] | bytes
    urgency: Urgency


def request_of(
    method: str, target: bytes, headers: Iterable[Header], body: AsyncIterator[bytes] | bytes, urgency: Urgency
) -> Request:
    """A request without the headers that only processes say to each other."""
    return Request(method, target, tuple(one for one in headers if one[0] not in OURS), body, urgency)


async def ask_end(end: PoolEnd, request: Request, more: Iterable[Header] = ()) -> Answer:
    """Ask whoever is at the other end; see `playhead.net.pool.http.ask`."""
    headers = (*request.headers, *more)
    return await ask(end, request.method, request.target, headers, request.body, urgency=request.urgency)


Ask = Callable[[TenantSite, Request], Awaitable[Answer]]


class Peers:
    """The other processes, connected when they are first needed, and as long as they are there.

    Args:
        keys: the cloud's.
        network: how to get there.
    """

    def __init__(self, keys: CloudKeys, network: Network) -> None:
        self._keys = keys
        self._network = network
        self._ends: dict[str, PoolEnd] = {}
        self._dialling: dict[str, asyncio.Lock] = {}
        """By process: who comes second waits for the links that the first one makes."""

    async def ask(self, where: Whereabouts, site: TenantSite, request: Request) -> Answer:
        """Have another process ask a site.

        Raises:
            UnavailableError: ``link.down`` and what else `Links.ask` raises.
        """
        end = await self._connected(where)
        more = ((SITE_HEADER, str(site).encode()), (URGENCY_HEADER, str(int(request.urgency)).encode()))
        answer = await ask_end(end, request, more)
        code = next((value for name, value in answer.headers if name == CODE_HEADER), None)
        metrics.RELAYED.labels("answered" if code is None else "failed").inc()
        if code is not None:
            answer.give_up()
            raise UnavailableError(code.decode("ascii", "replace")[:64], f"Site {site} gave no answer.")
        return answer

    async def close(self) -> None:
        """Let go of all."""
        ends, self._ends = list(self._ends.values()), {}
        await asyncio.gather(*(end.close("relay.over") for end in ends))

    async def _connected(self, where: Whereabouts) -> PoolEnd:
        async with self._dialling.setdefault(where.process, asyncio.Lock()):
            end = self._ends.get(where.process)
            if end is not None and end.answers:
                return end
            if end is not None:
                self._ends.pop(where.process).end_soon("relay.over")  # perhaps its machine is no more
            await self._forget_who_has_gone()
            end = PoolEnd(Role.DIALER, secrets.token_bytes(16), _refuse)
            file = self._keys.server_file
            tls = dialing_context(file, file, self._keys.authority.certificate)
            try:
                for slot in range(LINKS):
                    await dial_once(end, where.address, tls, self._network, slot)
            except PlayheadError as error:
                await end.close("relay.over")
                message = f"The process of the cloud at {where.address} is away: {error.message}"
                raise UnavailableError("link.down", message) from error
            self._ends[where.process] = end
            return end

    async def _forget_who_has_gone(self) -> None:
        """A process never comes back under its name."""
        for process in [process for process, end in self._ends.items() if not end.links]:
            await self._ends.pop(process).close("relay.over")
        for process in [process for process, lock in self._dialling.items() if not lock.locked()]:
            if process not in self._ends:
                del self._dialling[process]


class Relay:
    """What this process answers to the others.

    Args:
        local: asks a site whose links are here; raises as `Links.ask`.
    """

    def __init__(self, local: Ask) -> None:
        self._local = local
        self.application: Application = self._serve

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        said = {name: value for name, value in scope["headers"] if name in OURS}
        try:
            site = TenantSite.parse(said.get(SITE_HEADER, b"").decode("ascii", "replace"))
            urgency = Urgency(int(said.get(URGENCY_HEADER, b"1")))
            query = scope["query_string"]
            target = scope["raw_path"] + (b"?" + query if query else b"")
            method = scope["method"]
            body = b"" if method in WITHOUT_BODY else _body(receive)
            request = request_of(method, target, scope["headers"], body, urgency)
            answer = await self._local(site, request)
        except (PlayheadError, ValueError) as error:
            code = error.code if isinstance(error, PlayheadError) else "http.request"
            headers = [(CODE_HEADER, code.encode())]
            await send({"type": "http.response.start", "status": BAD_GATEWAY, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        headers = [one for one in answer.headers if one[0] not in OURS]
        try:
            await send({"type": "http.response.start", "status": answer.status, "headers": headers})
            async for piece in answer:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        except BaseException:
            answer.give_up()
            raise
        await send({"type": "http.response.body", "body": b""})


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return
        if message["body"]:
            yield message["body"]
        if not message.get("more_body", False):
            return


async def _refuse(stream: PoolStream) -> None:
    stream.reset("pool.unwanted")
