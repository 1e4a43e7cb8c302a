"""What a premises server listens on as it runs, and what it tells workstations of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from playhead.cli.places import PremisesPlaces
from playhead.cli.settings import PremisesSettings
from playhead.cli.surroundings import listeners_of
from playhead.cli.web_tls import certificate_file, is_plain
from playhead.environment.installation import Listener
from playhead.environment.ports import Service
from playhead.wire.screen.probes import Listens


def listening_at(settings: PremisesSettings, ports: Mapping[Service, int]) -> tuple[Listener, ...]:
    """What the settings want, at the ports that it came to."""
    return tuple(replace(one, port=ports.get(one.service, one.port)) for one in listeners_of(settings))


def port_at(listeners: tuple[Listener, ...], service: Service) -> int | None:
    """Where a service listens; None where it does not."""
    return next((one.port for one in listeners if one.service is service and one.port), None)


def web_certificates(places: PremisesPlaces, settings: PremisesSettings) -> Mapping[Service, bytes]:
    """The certificate (DER) that each web port shows, as its file is now; none for plain ports."""
    file = certificate_file(places, settings)
    if file is None:
        return {}
    try:
        shown = x509.load_pem_x509_certificate(file.read_bytes()).public_bytes(Encoding.DER)
    except (OSError, ValueError):  # the web servers go on with the one before, and say so in the log
        return {}
    return {Service.HTTPS: shown} if is_plain(settings) else {Service.HTTPS: shown, Service.TOKENS: shown}


def told_listeners(listeners: tuple[Listener, ...], certificates: Mapping[Service, bytes]) -> tuple[Listens, ...]:
    """What a workstation's doctor is told: where to look, and what it should see there."""
    return tuple(
        Listens(one.service.value, one.port, certificate_hash(certificates, one.service), local=one.is_local)
        for one in listeners
        if one.port
    )


def certificate_hash(certificates: Mapping[Service, bytes], service: Service) -> bytes:
    """SHA-256 of a service's certificate; empty where it has none."""
    return hashlib.sha256(certificates[service]).digest() if service in certificates else b""
