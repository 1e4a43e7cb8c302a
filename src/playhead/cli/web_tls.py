"""How the portal and the token service speak TLS: decided once, for the server and for the command line beside it."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog

from playhead.base.addresses import Address
from playhead.base.clock import Clock
from playhead.base.errors import InvalidInputError, PlayheadError
from playhead.cli.places import PremisesPlaces
from playhead.cli.settings import PremisesSettings
from playhead.net.http.certificates import FILE, own_certificate
from playhead.net.http.hosts import is_loopback
from playhead.net.http.server import TlsFiles

RENEW_S: Final = 6 * 3_600.0
"""How often it is looked whether the server's own certificate is to be renewed: it is, weeks before it ends."""

_log: Any = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class WebTls:
    """What is spoken at the web ports."""

    plain: bool
    """Pages and tokens over plain HTTP. Otherwise the plain port leads to HTTPS, and tokens are given over TLS."""
    tls: TlsFiles | None
    """The certificate of HTTPS; None where it is not spoken."""

    @property
    def of_tokens(self) -> TlsFiles | None:
        """What the token service speaks."""
        return None if self.plain else self.tls


def web_tls(places: PremisesPlaces, settings: PremisesSettings, clock: Clock) -> WebTls:
    """What is spoken, and by which certificate: the operator's, or one of the server's own authority.

    Raises:
        InvalidInputError: ``config.listeners`` where some of the ports can be reached from the network and others not.
    """
    portal, tokens = settings.portal, settings.tokens
    web = {"[portal] listen": portal.listen, "[tokens] listen": tokens.listen}
    if portal.transport != "plain":
        web["[portal] https_listen"] = portal.https_listen
    if len({is_local(address) for address in web.values()}) > 1:
        message = "; ".join(f"{name} is {address}" for name, address in web.items()) + "."
        hint = "A browser needs all of them: set them to the same host."
        raise InvalidInputError("config.listeners", message, hint=hint)
    plain = is_plain(settings)
    if portal.transport == "plain":
        return WebTls(plain, None)
    if portal.certificate is not None and portal.key is not None:
        return WebTls(plain, TlsFiles(portal.certificate, portal.key))
    reached = (portal.https_listen.host, tokens.listen.host)  # browsers may come by the very address
    return WebTls(plain, own_certificate(places.keys, (*portal.names, *reached), clock))


def is_plain(settings: PremisesSettings) -> bool:
    """Whether pages and tokens are served over plain HTTP."""
    portal = settings.portal
    return portal.transport in {"plain", "both"} or (portal.transport == "auto" and is_local(portal.listen))


def certificate_file(places: PremisesPlaces, settings: PremisesSettings) -> Path | None:
    """Where the certificate of HTTPS lies, made already or not; None where HTTPS is not spoken."""
    portal = settings.portal
    return None if portal.transport == "plain" else portal.certificate or places.keys / FILE


async def keep_certificate(places: PremisesPlaces, settings: PremisesSettings, clock: Clock) -> None:
    """Renew the certificate of the server's own authority in time, until cancelled; the operator's is the operator's.

    The web servers notice the new files by themselves.
    """
    while True:
        await asyncio.sleep(RENEW_S)
        try:
            await asyncio.to_thread(web_tls, places, settings, clock)
        except (PlayheadError, OSError) as error:
            _log.warning("certificate of the web not looked after", reason=str(error))


def is_local(address: Address) -> bool:
    """Whether only this machine can reach it."""
    return address.host == "localhost" or is_loopback(address.host)
