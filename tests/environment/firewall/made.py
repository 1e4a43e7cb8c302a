"""Installations for the tests of rules: one to look at, and one that stands in networks of the tests."""

from playhead.environment.installation import Installation, Listener, parse_networks
from playhead.environment.ports import Service

INSTALLATION = Installation(
    (
        Listener(Service.HTTPS, "0.0.0.0", 443),  # noqa: S104 - a listener that is described, not opened
        Listener(Service.TOKENS, "*", 5650),
        Listener(Service.SCREEN, "::", 5733),
        Listener(Service.PORTAL, "127.0.0.1", 2020),
    ),
    parse_networks(("10.1.0.0/16", "2001:db8:1::/48")),
    parse_networks(("10.9.0.5", "2001:db8:9::5")),
)
OPEN = Installation(INSTALLATION.listeners)
"""The same where nothing is known of the network."""

CLIENT, NEIGHBOUR, SERVER = "10.201.1.2", "10.201.2.2", "10.201.9.5"
PORTS = (443, 5633, 5650)
OTHER = 8022
"""A port that is none of ours: the rules leave it alone."""
REACHABLE = Installation(
    tuple(
        Listener(service, SERVER, port)
        for service, port in zip((Service.HTTPS, Service.SCREEN, Service.TOKENS), PORTS, strict=True)
    ),
    parse_networks(("10.201.1.0/24",)),
    parse_networks((SERVER,)),
)
"""Real machines have these addresses while a test of real connections runs."""
