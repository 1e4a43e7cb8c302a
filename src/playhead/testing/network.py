"""A network in memory, in virtual time: delays, splits, stalls, cuts and connections that die on one side only.

Implements `playhead.net.network.Network` for any number of hosts. TLS is not simulated: contexts are ignored.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from typing_extensions import Buffer

from playhead.base.addresses import Address
from playhead.base.errors import UnavailableError
from playhead.net.network import Listening
from playhead.testing.link import Link, SimTransport

P = TypeVar("P", bound=asyncio.BaseProtocol)

CONNECT_S = 10.0
"""How long an attempt to reach a silent host takes."""


@dataclass(slots=True)
class Conditions:
    """How the network behaves now; may be changed at any time."""

    delay_ms_max: float = 20.0
    """A piece of data takes up to so long."""
    piece_bytes_max: int = 64 * 1024
    """Data arrives in pieces of random size up to this."""
    tiny_pieces: float = 0.05
    """Share of pieces of 1 to 20 bytes."""
    reachable: bool = True
    """Where false, attempts to connect time out."""


class SimNetwork:
    """The wires between all hosts of a simulation."""

    def __init__(self, chance: random.Random, conditions: Conditions | None = None) -> None:
        self.conditions = conditions or Conditions()
        self.links: list[Link] = []
        """Connections that neither side has lost yet, oldest first."""
        self.listeners: dict[int, SimListening] = {}
        """By port: there is one name space."""
        self.tap: Callable[[SimTransport, Buffer], bytes] = lambda _end, data: bytes(data)
        """Hears what an end writes; what it returns is what arrives."""
        self._chance = chance
        self._next_port = 40_000

    def host(self, name: str) -> "SimHost":
        """The network as a host sees it: what is passed where a `Network` is wanted."""
        return SimHost(self, name)

    def delay_s(self) -> float:
        """How long the next piece takes."""
        return self._chance.random() * self.conditions.delay_ms_max / 1000

    def piece_bytes(self) -> int:
        """How long the next piece is at the most."""
        if self._chance.random() < self.conditions.tiny_pieces:
            return self._chance.randint(1, 20)
        return self._chance.randint(1, self.conditions.piece_bytes_max)

    def port(self) -> int:
        """A port nobody has."""
        self._next_port += 1
        return self._next_port

    def crash(self, host: str, *, silent: bool) -> None:
        """A host's processes die. The other sides learn it at once, or (``silent``) never."""
        for port in [port for port, listener in self.listeners.items() if listener.host == host]:
            del self.listeners[port]
        for link in list(self.links):
            for end, other in (link.ends, link.ends[::-1]):
                if end.host == host:
                    end.vanish()
                    if silent:
                        other.silence()
                    else:
                        other.lose(ConnectionResetError("The other host died"))


class SimHost:
    """One host's `Network`."""

    def __init__(self, network: SimNetwork, name: str) -> None:
        self._network = network
        self._name = name

    async def connect(self, make_protocol: Callable[[], P], address: Address, tls: object) -> P:
        """Connect to whoever listens on the port, whatever the host name."""
        del tls
        network = self._network
        await asyncio.sleep(network.delay_s())
        if not network.conditions.reachable:
            await asyncio.sleep(CONNECT_S)
            raise UnavailableError("net.timeout", f"{address} did not answer in time.")
        listener = network.listeners.get(address.port)
        if listener is None:
            raise UnavailableError("net.unreachable", f"{address} cannot be reached: Connection refused.")
        await listener.strangers.acquire()
        protocol = make_protocol()
        Link(network, (self._name, protocol), (listener.host, listener.make_protocol()))
        return protocol

    async def listen(
        self,
        make_protocol: Callable[[], asyncio.BaseProtocol],
        address: Address,
        tls: object,
        *,
        strangers: asyncio.Semaphore,
    ) -> Listening:
        """Listen on a port of the whole network: there is one name space."""
        del tls
        network = self._network
        port = address.port or network.port()
        listeners = network.listeners
        if port in listeners:
            raise UnavailableError("net.port_taken", f"Port {port} is taken by another program.")
        listeners[port] = SimListening(listeners, self._name, Address(self._name, port), make_protocol, strangers)
        return listeners[port]


@dataclass(slots=True, eq=False)
class SimListening:
    """A listener of one host."""

    listeners: dict[int, "SimListening"]
    host: str
    _address: Address
    make_protocol: Callable[[], asyncio.BaseProtocol]
    strangers: asyncio.Semaphore

    @property
    def address(self) -> Address:
        """Where it listens."""
        return self._address

    async def close(self) -> None:
        """Accept no more."""
        if self.listeners.get(self._address.port) is self:
            del self.listeners[self._address.port]
