"""Installations for the tests of rules: one to look at, and one that stands in networks of the tests."""

from dataclasses import replace

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
CLOUDED = replace(INSTALLATION, cloud=parse_networks(("203.0.113.5", "2001:db8:c::/48")))
"""The first where the premises server dials a cloud."""
OPEN_CLOUDED = replace(OPEN, cloud=())
"""The same, with the cloud somewhere."""

CLIENT, NEIGHBOUR, SERVER = "10.201.1.2", "10.201.2.2", "10.201.9.5"
PORTS = (443, 5633, 5650)
CLOUD_PORTS = (443, 2010)
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
DIALLING = replace(REACHABLE, cloud=parse_networks((SERVER,)))
"""The same where the cloud is at the server's address, and the premises server elsewhere."""
