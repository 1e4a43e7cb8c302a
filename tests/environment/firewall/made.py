"""One installation for all tests of rules: two ranges of clients, one server, one listener for this machine alone."""

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
