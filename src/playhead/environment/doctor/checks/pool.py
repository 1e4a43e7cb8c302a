"""Port 2010 of the cloud: the way there, perhaps through a proxy, TLS of the cloud's authority, and the Upgrade.

It ends where a link would begin, so that links which there are stay as they are. What is recorded is kept at the site
until the cloud has it, so nothing here is worse than a warning.
"""

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from typing_extensions import override

from playhead.base.addresses import Address
from playhead.base.errors import PlayheadError, RefusedError, UnavailableError
from playhead.environment.doctor.checks.reaching import look_up, reach
from playhead.environment.doctor.checks.target import Target
from playhead.environment.doctor.findings import Finding
from playhead.environment.ports import Service
from playhead.net.network import Network
from playhead.net.pool.tls import stranger_context
from playhead.net.pool.upgrade import Asking

OPEN_S: Final = 4.0
"""For connecting, TLS and the Upgrade, perhaps through a proxy."""

_TLS: Final = frozenset({"net.untrusted_server", "net.tls"})
_ANSWERED: Final = frozenset({"pool.refused", "pool.http"})


@dataclass(frozen=True, slots=True)
class Way:
    """How this machine gets to a cloud."""

    address: Address
    network: Network
    tls: ssl.SSLContext
    """With the site's certificate, or of a stranger."""
    authority: bytes
    """Of the cloud that it is to be, DER."""
    proxy: Address | None = None


async def look_at_pool(way: Way) -> Sequence[Finding]:
    """Go to the cloud as the link does, up to the Upgrade."""
    hop = way.proxy or way.address
    found = await look_up(hop.host)
    numeric = found.addresses[0] if found.addresses and way.proxy is None else way.address.host
    target = Target(Service.POOL, way.address.host, numeric, way.address.port)
    first = "the proxy" if way.proxy is not None else "the cloud"
    if not found.addresses:
        return [target.find("cloud.unreached", f"The name {hop.host} of {first} leads nowhere: {found.error}.")]
    reached = await asyncio.gather(*(reach(Address(one, hop.port)) for one in found.addresses))
    outcomes = {one.outcome.value for one in reached}
    is_open = any(one.connection is not None for one in reached)
    reason = next((one.reason for one in reached if one.reason), "")
    for one in reached:
        one.close()
    if not is_open:
        code = "cloud.unreached" if way.proxy is None else "cloud.proxy"
        text = f"{first[0].upper()}{first[1:]} cannot be reached at {hop}: {reason}."
        return [target.find(code, text, outcome=", ".join(sorted(outcomes)), proxy=str(way.proxy or ""))]
    return [await _begin(way, target)]


async def _begin(way: Way, target: Target) -> Finding:
    try:
        async with asyncio.timeout(OPEN_S):
            beginning = await way.network.connect(lambda: _Beginning(way.address), way.address, way.tls)
            try:
                await beginning.begun
            finally:
                beginning.abort()
    except TimeoutError:
        return target.find("cloud.unreached", f"It takes the connection, and nothing comes within {OPEN_S:g} s.")
    except PlayheadError as error:
        return await _judge(way, target, error)
    return target.find("cloud.reached", "The cloud answers with its own certificate, and lets links begin.")


async def _judge(way: Way, target: Target, error: PlayheadError) -> Finding:
    """What a failure means."""
    if error.code in _TLS:
        issuer = await _issuer(way)
        ours = x509.load_der_x509_certificate(way.authority).subject.rfc4514_string()
        if issuer and issuer != ours:
            text = f"The certificate shown is issued by {issuer}, and not by the cloud's authority."
            return target.find("cloud.intercepted", text, issuer=issuer)
        return target.find("cloud.refused", f"There is no TLS: {error.message}")
    if error.code == "pool.proxy":
        return target.find("cloud.proxy", error.message, proxy=str(way.proxy or ""))
    if error.code in _ANSWERED:
        return target.find("cloud.upgrade", error.message)
    return target.find("cloud.unreached", error.message)


async def _issuer(way: Way) -> str:
    """Of the certificate that is shown to whoever asks; empty where none is."""
    try:
        async with asyncio.timeout(OPEN_S):
            looking = await way.network.connect(lambda: _Beginning(way.address), way.address, stranger_context(None))
    except (TimeoutError, PlayheadError):
        return ""
    shown = looking.certificate
    looking.abort()
    return x509.load_der_x509_certificate(shown).issuer.rfc4514_string() if shown else ""


class _Beginning(asyncio.Protocol):
    """Asks for the Upgrade; `begun` is done once it was granted."""

    def __init__(self, address: Address) -> None:
        self.begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.certificate = b""
        """The other side's, DER."""
        self._asking = Asking(str(address))
        self._transport: asyncio.Transport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a stream's is one
        self._transport = transport
        spoken: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
        self.certificate = (spoken.getpeercert(binary_form=True) if spoken is not None else None) or b""
        transport.write(self._asking.data_to_send())

    @override
    def data_received(self, data: bytes) -> None:
        if self.begun.done():
            return
        try:
            if self._asking.receive_data(data) is not None:
                self.begun.set_result(None)
        except PlayheadError as error:
            self.begun.set_exception(error)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if not self.begun.done():
            self.begun.set_exception(_ended(exc))

    def abort(self) -> None:
        """Drop the connection."""
        self.begun.cancel()
        if self._transport is not None:
            self._transport.abort()


def _ended(cause: Exception | None) -> PlayheadError:
    """With TLS 1.3 the other side judges our certificate after the handshake."""
    if isinstance(cause, ssl.SSLError):
        return RefusedError("net.tls", f"the other side does not take this site's certificate ({cause.reason}).")
    return UnavailableError("net.closed", "It hangs up instead of answering the Upgrade.")
