"""Port 5633 as a workstation sees it: connection, TLS, our authority, and the protocol's own opening."""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from playhead import __version__
from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError, ProtocolError, RefusedError, UnavailableError
from playhead.base.ids import SiteId
from playhead.environment.doctor.checks.link import look_at_link, shown_certificate
from playhead.environment.doctor.checks.reaching import Failure, Shaken, hear, reach, shake
from playhead.environment.doctor.checks.target import Target
from playhead.environment.doctor.findings import Finding, Severity
from playhead.net.probing import Measured, measure
from playhead.net.tls import inquiry_context
from playhead.wire.pki import holder_of
from playhead.wire.screen import VERSIONS, Probed

MEASURE_S: Final = 6.0
"""For everything that is asked once TLS stands."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What this machine has in its hands for the site's servers."""

    machine: str
    """Its name at the premises."""
    plain: bool
    """Plain TCP, where nobody is proved."""
    site: SiteId | None = None
    authority: bytes = b""
    """The site's, DER; empty where this machine is not enrolled."""
    context: Callable[[], ssl.SSLContext] | None = None
    """With its own certificate; None where it has none."""


async def look_at_screen(
    target: Target, trust: Trust, *, clock: Clock, agents: int, on_told: Callable[[Probed], None]
) -> Sequence[Finding]:
    """Go to the server as the workstation would, beside the workstation.

    Args:
        target: the port.
        trust: whom it must be of, and what to show it.
        clock: of this machine.
        agents: how many workstations share the way to it.
        on_told: called with what the server tells of itself, as soon as it does.
    """
    reached = await reach(target.numeric)
    if reached.connection is None:
        return target.unreached(reached)
    if trust.plain:
        reached.close()
        return await _look(target, trust, clock, agents, on_told)
    shaken = await shake(reached.connection, inquiry_context())
    wrong = await _judge_tls(target, shaken, clock)
    if wrong:
        return [wrong]
    if trust.context is None:
        return [target.find("port.reached", "It answers TLS; whose it is, only an enrolled machine can say.")]
    wrong = judge_holder(target, shaken.certificate, trust)
    found = [wrong] if wrong else shown_certificate(target, shaken.certificate, clock)
    if any(one.severity is Severity.ERROR for one in found):
        return found
    return [*found, *await _look(target, trust, clock, agents, on_told)]


async def _judge_tls(target: Target, shaken: Shaken, clock: Clock) -> Finding | None:
    match shaken.failure:
        case None:
            return None
        case Failure.SILENT:
            return target.find("port.silent", f"It takes the connection, and does not answer TLS ({shaken.reason}).")
        case Failure.PLAIN:
            return await _plain(target, shaken, clock)
        case Failure.CLOSED:
            said = await hear(target.numeric)
            if said:
                return target.find("port.foreign", f"Another program answers: {said!r}.", said=said)
            return target.find("tls.failed", f"It hangs up during the TLS handshake: {shaken.reason}.")
        case Failure.REFUSED:
            return target.find("tls.failed", f"The TLS handshake fails: {shaken.reason}.")


async def _plain(target: Target, shaken: Shaken, clock: Clock) -> Finding:
    """What answers TLS with something else: our own server without TLS, or another program."""
    try:
        measured = await measure(target.numeric, tls=None, clock=clock, thorough=False)
    except (PlayheadError, OSError):
        said = await hear(target.numeric)
        words = f"Another program answers: {said!r}." if said else f"What answers is no TLS ({shaken.reason})."
        return target.find("port.foreign", words, said=said)
    return target.find("tls.missing", f"Site {measured.told.site} answers there without TLS.", site=measured.told.site)


def judge_holder(target: Target, certificate: bytes, trust: Trust) -> Finding | None:
    """Whether the server's certificate is of our site's authority; whose it is otherwise."""
    shown = x509.load_der_x509_certificate(certificate)
    issuer = shown.issuer.rfc4514_string()
    try:
        shown.verify_directly_issued_by(x509.load_der_x509_certificate(trust.authority))
    except (InvalidSignature, ValueError, TypeError):
        try:
            holder = holder_of(certificate)
        except RefusedError:
            text = f"The certificate is issued by {issuer}, not by this site's authority."
            return target.find("tls.intercepted", text, issuer=issuer)
        text = f"The server is of {holder}, and its authority is not the one that this machine was enrolled with."
        return target.find("tls.other_site", text, issuer=issuer, site=str(holder))
    holder = holder_of(certificate)
    if holder != trust.site:
        return target.find("tls.other_site", f"The server is of {holder}, not of site {trust.site}.", site=str(holder))
    return None


async def _look(
    target: Target, trust: Trust, clock: Clock, agents: int, on_told: Callable[[Probed], None]
) -> Sequence[Finding]:
    context = None if trust.context is None else trust.context()
    try:
        async with asyncio.timeout(MEASURE_S):
            measured = await measure(target.numeric, tls=context, clock=clock, on_told=on_told)
    except TimeoutError:
        return [target.find("port.silent", f"It does not answer within {MEASURE_S:g} s.")]
    except ProtocolError as error:
        return [await _foreign(target, trust, error)]
    except RefusedError as error:
        return [_refused(target, trust, error)]
    except UnavailableError as error:
        return [await _unanswered(target, trust, error)]
    return [*_judge_peer(target, trust, measured), *look_at_link(target, measured, agents=agents)]


async def _foreign(target: Target, trust: Trust, error: PlayheadError) -> Finding:
    if not trust.plain:
        return target.find("peer.version", f"The server does not speak as this version does: {error}", said=error.code)
    reached = await reach(target.numeric)
    if reached.connection is not None:
        shaken = await shake(reached.connection, inquiry_context())
        if shaken.certificate:
            return target.find("tls.unwanted", "The server speaks TLS.")
    said = await hear(target.numeric)
    words = f"Another program answers: {said!r}." if said else f"What answers is not ours: {error}"
    return target.find("port.foreign", words, said=said)


def _refused(target: Target, trust: Trust, error: RefusedError) -> Finding:
    if error.code == "screen.foreign":
        return target.find("tls.unwanted", "The server speaks TLS.")
    if error.code in {"screen.message", "screen.order", "screen.version"}:  # it has never heard of probes
        return target.find("peer.version", f"The server does not know what it was asked: {error}", said=error.code)
    if error.code == "net.untrusted_server":
        return target.find("tls.failed", str(error), severity=Severity.ERROR, said=error.code)
    return target.find("peer.refuses", str(error), machine=trust.machine, said=error.code)


async def _unanswered(target: Target, trust: Trust, error: UnavailableError) -> Finding:
    if error.code == "net.closed" and trust.plain:
        return await _foreign(target, trust, error)
    if error.code == "net.closed":
        text = "The server hangs up once it has seen this machine's certificate."
        return target.find("peer.refuses", text, machine=trust.machine, said=error.code)
    return target.find("port.silent", str(error), said=error.code)


def _judge_peer(target: Target, trust: Trust, measured: Measured) -> Sequence[Finding]:
    told = measured.told
    found = [target.find("port.reached", f"Site {told.site} answers with {told.software}.", site=told.site)]
    spoken = ", ".join(map(str, told.versions))
    if told.code:
        text = f"The server would refuse this workstation ({told.code})."
        found.append(target.find("peer.refuses", text, machine=trust.machine, said=told.code))
    elif not set(told.versions) & set(VERSIONS):
        text = f"The server speaks versions {spoken} of the protocol, and this program {', '.join(map(str, VERSIONS))}."
        found.append(target.find("peer.version", text, software=told.software))
    elif told.software != f"playhead {__version__}":
        text = f"The server runs {told.software}, and this machine playhead {__version__}."
        found.append(target.find("peer.older", text, software=told.software))
    else:
        found.append(target.find("peer.fits", f"Both speak version {spoken} of the protocol.", software=told.software))
    return found
