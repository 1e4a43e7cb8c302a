"""How the portal and the token service speak TLS: decided once, for the server and for the command line beside it."""

from playhead.base.addresses import Address
from playhead.base.clock import Clock
from playhead.base.errors import InvalidInputError
from playhead.cli.places import PremisesPlaces
from playhead.cli.settings import PremisesSettings
from playhead.net.http import TlsFiles, is_loopback
from playhead.net.http.certificates import own_certificate


def web_certificate(places: PremisesPlaces, settings: PremisesSettings, clock: Clock) -> TlsFiles | None:
    """The certificate of both web ports; None for plain HTTP.

    Plain on loopback or where the operator says so; else the operator's certificate, or one of the server's own.

    Raises:
        InvalidInputError: ``config.listeners`` where one of the two can be reached from the network and the other not.
    """
    portal, tokens = settings.portal, settings.tokens
    if is_local(portal.listen) != is_local(tokens.listen):
        message = f"The portal listens on {portal.listen} and the token service on {tokens.listen}."
        hint = "A browser needs both: set listen in [portal] and in [tokens] to the same host."
        raise InvalidInputError("config.listeners", message, hint=hint)
    if portal.transport == "plain" or (portal.transport == "auto" and is_local(portal.listen)):
        return None
    if portal.certificate is not None and portal.key is not None:
        return TlsFiles(portal.certificate, portal.key)
    return own_certificate(places.keys, portal.names, clock)


def is_local(address: Address) -> bool:
    """Whether only this machine can reach it."""
    return address.host == "localhost" or is_loopback(address.host)
