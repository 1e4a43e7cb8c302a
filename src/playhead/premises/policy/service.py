"""The policy listener: answers a request and closes; closes on anything else, and on silence."""

import asyncio
from collections.abc import Callable
from typing import Final, cast

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from playhead.base.errors import ProtocolError
from playhead.net.network import Network
from playhead.premises.policy.config import PolicyConfig
from playhead.premises.policy.metrics import REQUESTS
from playhead.premises.policy.rules import policy_of
from playhead.wire.policy import Policy, PolicyRequest, Wanted

WITHIN_S: Final = 3.0
"""From being accepted to the last byte of the answer."""
TERMINATOR_S: Final = 0.1
"""How long after the request the NUL of Flash may come: with it, but where something on the way splits the two."""
CONNECTIONS_MAX: Final = 256
"""At a time; further ones wait to be accepted, `WITHIN_S` at the most for each `CONNECTIONS_MAX` before them."""

_log = structlog.get_logger()


class PolicyService:
    """See the module.

    Args:
        config: what the operator set.
        network: where to listen.
        player_port: where client players are served now; None where they are not.
    """

    def __init__(self, config: PolicyConfig, network: Network, *, player_port: Callable[[], int | None]) -> None:
        self._config = config
        self._network = network
        self._player_port = player_port
        self._connections: set[_Connection] = set()
        self._strangers = asyncio.Semaphore(CONNECTIONS_MAX)
        self.ready = asyncio.Event()
        """Set while requests are taken, and `port` is known; or where this is off."""
        self.port = 0

    @property
    def routes(self) -> list[Route]:
        """The same documents at their well-known paths, for every HTTP service; none where this is off."""
        if not self._config.enabled:
            return []
        return [
            Route("/clientaccesspolicy.xml", self._access_policy, methods=["GET"]),
            Route("/crossdomain.xml", self._cross_domain_policy, methods=["GET"]),
        ]

    async def run(self) -> None:
        """Listen until cancelled; where it is off, only wait.

        Raises:
            UnavailableError: ``net.port_taken`` and the like.
        """
        if not self._config.enabled:
            self.ready.set()
            await asyncio.Event().wait()
        listening = await self._network.listen(self._connected, self._config.listen, None, strangers=self._strangers)
        self.port = listening.address.port
        self.ready.set()
        _log.info("policy listener", address=str(listening.address), origins=list(self._config.origins))
        try:
            await asyncio.Event().wait()
        finally:
            self.ready.clear()
            await listening.close()
            for connection in list(self._connections):
                connection.abort()

    def policy(self) -> Policy:
        """What is granted now."""
        return policy_of(self._config.origins, self._player_port())

    def _connected(self) -> asyncio.Protocol:
        return _Connection(self.policy, self._connections, self._strangers)

    async def _access_policy(self, _request: Request) -> Response:
        return Response(self.policy().access_policy(), media_type="text/xml")

    async def _cross_domain_policy(self, _request: Request) -> Response:
        return Response(self.policy().cross_domain_policy(), media_type="text/x-cross-domain-policy")


class _Connection(asyncio.Protocol):
    """One who asks."""

    def __init__(
        self, policy: Callable[[], Policy], connections: set["_Connection"], strangers: asyncio.Semaphore
    ) -> None:
        self._policy = policy
        self._connections = connections
        self._strangers = strangers
        self._request = PolicyRequest()
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._terminator: asyncio.TimerHandle | None = None
        self._result = "silent"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin (`asyncio.BaseProtocol`)."""
        self._transport = cast("asyncio.Transport", transport)
        self._connections.add(self)
        self._deadline = asyncio.get_running_loop().call_later(WITHIN_S, self._expire)

    def data_received(self, data: bytes) -> None:
        """Take what was read (`asyncio.Protocol`)."""
        if self._transport is None or self._transport.is_closing():
            return
        try:
            self._request.receive(data)
        except ProtocolError:
            self._result = "refused"
            self._transport.close()
            return
        if self._request.wanted is Wanted.CROSS_DOMAIN:
            self._answer()
        elif self._request.wanted is Wanted.ACCESS and self._terminator is None:
            self._terminator = asyncio.get_running_loop().call_later(TERMINATOR_S, self._answer)

    def eof_received(self) -> None:
        """There comes no NUL any more (`asyncio.Protocol`); the connection is closed after what was written."""
        if self._request.wanted is not None:
            self._answer()

    def connection_lost(self, exc: Exception | None) -> None:
        """End (`asyncio.BaseProtocol`)."""
        del exc
        for timer in (self._deadline, self._terminator):
            if timer is not None:
                timer.cancel()
        self._connections.discard(self)
        self._strangers.release()
        REQUESTS.labels(self._result).inc()

    def abort(self) -> None:
        """Drop the connection now."""
        if self._transport is not None:
            self._transport.abort()

    def _expire(self) -> None:
        if self._transport is None:
            return
        if self._transport.is_closing():  # an answer that is not taken
            self._transport.abort()
        else:
            self._transport.close()

    def _answer(self) -> None:
        wanted = self._request.wanted
        if self._transport is None or self._transport.is_closing() or wanted is None:
            return
        self._result = str(wanted)
        self._transport.write(self._policy().document(wanted))
        self._transport.close()
