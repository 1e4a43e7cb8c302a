"""The broker of messages as the server reaches it: name, connection, TLS, the opening of AMQP, account and exchange.

Recordings do not depend on it, and events wait for it, so nothing here is worse than a warning.
"""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from typing import Final

from aiormq.exceptions import (
    AuthenticationError,
    ChannelAccessRefused,
    ChannelNotFoundEntity,
    ConnectionNotAllowed,
    InvalidFrameError,
    ProbableAuthenticationError,
)
from cryptography import x509

from playhead.base.addresses import Address
from playhead.base.errors import PlayheadError
from playhead.environment.doctor.checks.reaching import Failure, hear, look_up, reach, shake
from playhead.environment.doctor.checks.target import Target
from playhead.environment.doctor.findings import Finding
from playhead.environment.ports import Service
from playhead.net.messaging import Broker
from playhead.net.messaging.rabbitmq import BROKEN, EVENTS, connection
from playhead.net.tls import inquiry_context

OPEN_S: Final = 2.0
"""For signing in and one question."""

_REFUSED: Final = (AuthenticationError, ProbableAuthenticationError, ConnectionNotAllowed, ChannelAccessRefused)


async def look_at_broker(address: Address, read: Callable[[], Broker]) -> Sequence[Finding]:
    """Go to the broker as the messaging service does, and publish nothing.

    Args:
        address: as it is configured.
        read: the broker with its password and trust, as the service reads it; may raise `PlayheadError`.
    """
    found = await look_up(address.host)
    numeric = found.addresses[0] if found.addresses else address.host
    target = Target(Service.MESSAGING, address.host, numeric, address.port)
    try:
        broker = read()
    except PlayheadError as error:
        return [target.find("messaging.unset", str(error), said=error.code)]
    if not found.addresses:
        return [target.find("messaging.away", f"The name {address.host} leads nowhere: {found.error}.")]
    return [await _look(target, broker)]


async def _look(target: Target, broker: Broker) -> Finding:
    reached = await reach(target.numeric)
    if reached.connection is None:
        said = target.unreached(reached)[0]
        return target.find("messaging.away", said.message, outcome=reached.outcome.value)
    reached.close()
    wrong = None if broker.tls is None else await _tls(target, broker.tls, broker.host)
    return wrong or await _open(target, broker)


async def _tls(target: Target, trust: ssl.SSLContext, name: str) -> Finding | None:
    """What is wrong with it; None for nothing."""
    reached = await reach(target.numeric)
    if reached.connection is None:  # it was there a moment ago
        return target.find("messaging.away", target.unreached(reached)[0].message, outcome=reached.outcome.value)
    trusted = await shake(reached.connection, trust, name=name)
    if trusted.failure is None:
        return None
    if trusted.failure is Failure.SILENT:
        return target.find("messaging.away", f"It takes the connection, and does not answer TLS ({trusted.reason}).")
    anyone = await reach(target.numeric)
    shown = await shake(anyone.connection, inquiry_context()) if anyone.connection is not None else trusted
    if not shown.certificate:
        return await _foreign(target, f"It speaks no TLS ({trusted.reason}).")
    issuer = x509.load_der_x509_certificate(shown.certificate).issuer.rfc4514_string()
    text = f"Its certificate of {issuer} is not trusted for {name}: {trusted.reason}."
    return target.find("messaging.untrusted", text, issuer=issuer)


async def _open(target: Target, broker: Broker) -> Finding:
    try:
        async with asyncio.timeout(OPEN_S), connection(broker, "doctor") as connected:
            channel = await connected.channel()
            await channel.get_exchange(EVENTS, ensure=True)
    except TimeoutError:
        return await _silent(target)
    except InvalidFrameError:  # aiormq keeps the broker's reason to itself
        text = f"It ends the opening: there is no virtual host {broker.vhost}, or {broker.user} may not enter it."
        return target.find("messaging.refused", text)
    except _REFUSED as error:
        return target.find("messaging.refused", f"It does not let {broker.user} into {broker.vhost}: {_said(error)}.")
    except ChannelNotFoundEntity:
        return target.find("messaging.refused", f"{broker.vhost} has no exchange {EVENTS}.")
    except BROKEN as error:
        return await _foreign(target, f"It does not speak AMQP to us: {_said(error)}.")
    return target.find("messaging.reached", f"It takes events of {broker.user} in {broker.vhost}.")


async def _silent(target: Target) -> Finding:
    said = await hear(target.numeric)
    if said:
        return target.find("messaging.foreign", f"Another program answers: {said!r}.", said=said)
    return target.find("messaging.away", f"It does not open AMQP within {OPEN_S:g} s.")


async def _foreign(target: Target, words: str) -> Finding:
    said = await hear(target.numeric)
    return target.find("messaging.foreign", f"{words} It says {said!r}." if said else words, said=said)


def _said(error: BaseException) -> str:
    return (str(error) or type(error).__name__).rstrip(".")[:300]
