"""The way through an HTTP proxy: CONNECT (RFC 9110 §9.3.6), with Basic authentication (RFC 7617)."""

import asyncio
import base64
import ssl
from collections.abc import Callable
from typing import Final, TypeVar

import h11

from playhead.base.addresses import Address
from playhead.base.errors import ProtocolError, RefusedError, UnavailableError
from playhead.net.network import Listening, Network

CONNECT_S: Final = 20.0
"""How long the proxy may take for all of it: it connects itself meanwhile."""
MAX_HEAD_BYTES: Final = 16 * 1024
"""Of the proxy's answer."""
AUTHENTICATION_REQUIRED: Final = 407

P = TypeVar("P", bound=asyncio.BaseProtocol)


class ProxiedNetwork:
    """Connects through a proxy; accepts as the machine does.

    Args:
        proxy: where it is.
        network: for everything else.
        user: to sign in with, where the proxy asks; None for nobody.
        password: of that user. It is sent to the proxy in clear, as Basic does.
    """

    def __init__(self, proxy: Address, network: Network, user: str | None = None, password: str = "") -> None:
        self._proxy = proxy
        self._network = network
        self._credentials = None if user is None else base64.b64encode(f"{user}:{password}".encode()).decode()

    async def connect(self, make_protocol: Callable[[], P], address: Address, tls: ssl.SSLContext | None) -> P:
        """Have the proxy connect, and with ``tls`` shake hands with who is behind it.

        Raises:
            UnavailableError: ``net.unreachable``, ``net.timeout``; ``pool.proxy`` where the proxy cannot get there.
            RefusedError: ``pool.proxy`` where the proxy does not want to; ``net.tls``, ``net.untrusted_server``.
        """
        loop = asyncio.get_running_loop()
        asking = await self._network.connect(lambda: _Asking(self._head(address)), self._proxy, None)
        try:
            async with asyncio.timeout(CONNECT_S):
                transport = await asking.answer
                protocol = make_protocol()
                if tls is None:
                    transport.set_protocol(protocol)
                else:
                    transport = _still_there(await loop.start_tls(transport, protocol, tls), address)
                protocol.connection_made(transport)
        except ssl.SSLCertVerificationError as error:
            asking.abort()
            text = f"Who answers at {address} is not of this site: {error.verify_message}."
            raise RefusedError("net.untrusted_server", text) from error
        except ssl.SSLError as error:
            asking.abort()
            raise RefusedError("net.tls", f"TLS with {address} failed: {error.reason or error}.") from error
        except TimeoutError as error:
            asking.abort()
            raise UnavailableError("net.timeout", f"The proxy {self._proxy} took too long.") from error
        except OSError as error:
            asking.abort()
            raise UnavailableError("net.unreachable", f"{address} cannot be reached: {error}.") from error
        except BaseException:
            asking.abort()
            raise
        return protocol

    async def listen(
        self,
        make_protocol: Callable[[], asyncio.BaseProtocol],
        address: Address,
        tls: ssl.SSLContext | None,
        *,
        strangers: asyncio.Semaphore,
    ) -> Listening:
        """Accept connections; a proxy has no part in that."""
        return await self._network.listen(make_protocol, address, tls, strangers=strangers)

    def _head(self, address: Address) -> h11.Request:
        headers = [("Host", str(address))]
        if self._credentials is not None:
            headers.append(("Proxy-Authorization", f"Basic {self._credentials}"))
        return h11.Request(method="CONNECT", target=str(address), headers=headers)


class _Asking(asyncio.Protocol):
    """Says CONNECT and waits for the answer; then somebody else goes on with the transport."""

    def __init__(self, request: h11.Request) -> None:
        self.answer: asyncio.Future[asyncio.Transport] = asyncio.get_running_loop().create_future()
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)
        self._words = (self._http.send(request) or b"") + (self._http.send(h11.EndOfMessage()) or b"")
        self._transport: asyncio.Transport | None = None

    def abort(self) -> None:
        """Drop the connection, and nobody waits any more."""
        if self._transport is not None:
            self._transport.abort()
        self.answer.cancel()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask (`asyncio.BaseProtocol`)."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport
            transport.write(self._words)

    def data_received(self, data: bytes) -> None:
        """Look whether the answer is whole (`asyncio.Protocol`)."""
        if self.answer.done() or self._transport is None:
            return
        try:
            self._http.receive_data(data)
            event = self._http.next_event()
        except h11.RemoteProtocolError as error:
            self.answer.set_exception(ProtocolError("pool.proxy", f"The proxy does not speak HTTP: {error}."))
            return
        if isinstance(event, h11.Response):
            self._judge(event.status_code, self._transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """The proxy has gone (`asyncio.BaseProtocol`)."""
        del exc
        if not self.answer.done():
            self.answer.set_exception(UnavailableError("pool.proxy", "The proxy closed the connection."))

    def _judge(self, status: int, transport: asyncio.Transport) -> None:
        if 200 <= status < 300:  # noqa: PLR2004 - any 2xx is success: RFC 9110 §9.3.6
            if self._http.trailing_data[0]:
                self.answer.set_exception(ProtocolError("pool.proxy", "The proxy says more than it was asked."))
            else:
                self.answer.set_result(transport)
        elif status == AUTHENTICATION_REQUIRED:
            hint = "Set the user and password that the proxy wants; only Basic authentication is spoken."
            self.answer.set_exception(RefusedError("pool.proxy", "The proxy wants a user and password.", hint=hint))
        elif status >= 500:  # noqa: PLR2004 - RFC 9110 §15.6
            self.answer.set_exception(UnavailableError("pool.proxy", f"The proxy cannot get there now ({status})."))
        else:
            hint = "Have the proxy allow CONNECT to this address and port."
            self.answer.set_exception(RefusedError("pool.proxy", f"The proxy refuses ({status}).", hint=hint))


def _still_there(transport: asyncio.Transport | None, address: Address) -> asyncio.Transport:
    """What ``start_tls`` returns is None where the connection was closed meanwhile."""
    if transport is None:
        raise UnavailableError("net.closed", f"{address} closed the connection in the handshake.")
    return transport
