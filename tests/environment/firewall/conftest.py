"""A client PC, a neighbour that is none, and the server behind the firewall."""

from dataclasses import dataclass

import pytest
from environment.firewall.made import CLIENT, NEIGHBOUR, OTHER, PORTS, SERVER
from environment.hosts import Host, host, listening


@dataclass
class Site:
    """Clients on one side, the server on the other."""

    outside: Host
    inside: Host

    def reached_from(self, source: str) -> set[int]:
        """The ports that answer a connection from this address."""
        return self.outside.reaches(source, SERVER, (*PORTS, OTHER))


@pytest.fixture
def site():
    with host() as outside, host() as inside:
        outside.join("cable", (f"{CLIENT}/24", f"{NEIGHBOUR}/24"), inside, (f"{SERVER}/24",))
        for one in (outside, inside):
            one.routes("10.201.0.0/16 dev cable")
        with listening(inside, SERVER, (*PORTS, OTHER)):
            yield Site(outside, inside)
