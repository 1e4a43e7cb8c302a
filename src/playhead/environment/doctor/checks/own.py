"""The server's own ports, on the server itself: whether they answer as ours, or who has them while it does not run."""

import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError
from playhead.base.ids import SiteId
from playhead.environment.doctor.checks.analytics import look_at_analytics
from playhead.environment.doctor.checks.logs import look_at_logs
from playhead.environment.doctor.checks.native_players import look_at_native_players
from playhead.environment.doctor.checks.policy import look_at_policy
from playhead.environment.doctor.checks.reaching import Failure, hear, reach, shake
from playhead.environment.doctor.checks.screen import Trust
from playhead.environment.doctor.checks.target import Target
from playhead.environment.doctor.checks.web import Web, look_at_tokens, look_at_web
from playhead.environment.doctor.findings import Finding
from playhead.environment.installation import Listener
from playhead.environment.occupied import occupants
from playhead.environment.ports import Service
from playhead.net.screen import connect
from playhead.net.tls import inquiry_context
from playhead.wire.screen import Authority, Inquire

_HERE: Final = {"*": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1", "localhost": "127.0.0.1"}  # noqa: S104 - compared
"""Where this machine reaches what listens at all of its addresses."""


@dataclass(frozen=True, slots=True)
class Own:
    """What a server knows of itself."""

    site: SiteId
    authority: bytes
    """The site's, DER."""
    plain: bool
    """Whether the screen port speaks plain TCP."""
    certificates: Mapping[Service, bytes]
    """SHA-256 of the certificate that each web port shows; none for plain ones."""


def target_of(listener: Listener) -> Target:
    """Where this machine itself reaches a listener."""
    address = _HERE.get(listener.host, listener.host)
    # Where it listens everywhere nobody calls it `*`; what is asked for by number is answered, whatever its names are.
    host = listener.host if listener.host == "localhost" else address
    return Target(listener.service, host, address, listener.port)


async def look_at_running(listener: Listener, own: Own, *, clock: Clock) -> Sequence[Finding]:
    """A port of the server that runs here."""
    target = target_of(listener)
    if listener.service is Service.SCREEN:
        return [await _screen(target, own, clock)]
    trust = Trust("", plain=False, site=own.site, authority=own.authority)
    if listener.service is Service.LOGGING:
        return await look_at_logs(target, trust)
    if listener.service is Service.ANALYTICS:
        return await look_at_analytics(target, trust)
    if listener.service is Service.POLICY:
        return await look_at_policy(target)
    if listener.service is Service.CLIENT_PLAYERS:
        return await look_at_native_players(target)
    web = Web(target, own.certificates.get(listener.service, b""), is_told=True)
    look = look_at_tokens if listener.service is Service.TOKENS else look_at_web
    found = await look(web, clock=clock)
    return [one for one in found if one.code != "web.untrusted"]  # what browsers elsewhere trust is theirs to say


async def _screen(target: Target, own: Own, clock: Clock) -> Finding:
    reached = await reach(target.numeric)
    if reached.connection is None:
        return target.unreached(reached)[0]
    if own.plain:
        reached.close()
    elif (wrong := await _judge_tls(target, reached.connection, own)) is not None:
        return wrong
    try:
        peer = await connect(target.numeric, tls=None if own.plain else inquiry_context(), clock=clock)
        try:
            await peer.send(Inquire())
            answer = await anext(aiter(peer), None)
        finally:
            await peer.close()
    except PlayheadError as error:
        if own.plain:
            return target.find("port.foreign", f"What answers is not ours: {error}", said="")
        return target.find("port.silent", f"It is ours, and does not answer: {error}")
    if not isinstance(answer, Authority) or answer.certificate != own.authority:
        return target.find("port.foreign", "A server with other keys answers.", said="")
    return target.find("port.reached", "The server answers with this site's authority.")


async def _judge_tls(target: Target, connection: socket.socket, own: Own) -> Finding | None:
    """Who is at the other end of TLS; None where it is this server."""
    shaken = await shake(connection, inquiry_context())
    if shaken.failure is Failure.SILENT:
        return target.find("port.silent", f"It takes the connection, and does not answer TLS ({shaken.reason}).")
    if shaken.certificate and _is_issued(shaken.certificate, own.authority):
        return None
    said = await hear(target.numeric)
    return target.find("port.foreign", f"Another program answers: {said or shaken.reason!r}.", said=said)


def _is_issued(certificate: bytes, authority: bytes) -> bool:
    try:
        x509.load_der_x509_certificate(certificate).verify_directly_issued_by(x509.load_der_x509_certificate(authority))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def look_at_stopped(listener: Listener, *, why_not: Callable[[str, int], str]) -> Finding:
    """A port that the server will want when it is started.

    Args:
        listener: as it is configured.
        why_not: says why a port cannot be listened on; empty where it can.
    """
    target = target_of(listener)
    reason = why_not(listener.host, listener.port)
    if not reason:
        return target.find("port.free", f"Nothing listens on port {listener.port} yet.")
    if "taken" not in reason:
        return target.find("port.forbidden", f"Port {listener.port} {reason}.")
    who = occupants(listener.port)
    programs = ", ".join(one.text for one in who) or "another program"
    remedy = next((one.remedy for one in who if one.remedy), "stop it")
    return target.find("port.taken", f"Port {listener.port} is taken by {programs}.", program=programs, remedy=remedy)
