"""Offers: what each end can do, a line ``name=value,value`` each, in ``open`` and its answer."""

from typing import Final

from playhead.base.errors import ProtocolError

VERSION_MAX: Final = 1
"""Of RELP. librelp speaks 0, which is the same in all that is used here."""


def write_offers(version: int, software: str) -> bytes:
    """What we offer."""
    return f"relp_version={version}\nrelp_software={software}\ncommands=syslog".encode()


def read_offers(data: bytes) -> dict[str, str]:
    """What the peer offers.

    Raises:
        ProtocolError: ``relp.offers`` where it does not know the command ``syslog``, or names no version.
    """
    lines = data.decode(errors="replace").split("\n")
    offers = {name: value for name, found, value in (line.partition("=") for line in lines) if found}
    if "syslog" not in offers.get("commands", "syslog").split(","):
        raise ProtocolError("relp.offers", "The peer does not know the command syslog.")
    version = offers.get("relp_version", "")
    if not (version.isascii() and version.isdigit()):
        raise ProtocolError("relp.offers", "The peer names no version of RELP.")
    return offers
