"""How a workstation gets its certificate, knowing a code and an address, trusting neither network nor server.

1. Ask the server, over TLS that proves nothing, which authority is its own; compare with the code's fingerprint.
2. Connect again, trusting only that authority; send the code and a certification request.
"""

from cryptography import x509

from playhead.base.addresses import Address
from playhead.base.clock import Clock
from playhead.base.errors import ProtocolError, RefusedError, UnavailableError
from playhead.base.ids import SiteId, WorkstationId
from playhead.net.network import Network
from playhead.net.screen import ScreenPeer, connect
from playhead.net.tls import client_context, inquiry_context
from playhead.wire.pki import EnrolmentCode, check_request, holder_of, workstation_of
from playhead.wire.screen import Authority, Enrol, Enrolled, Goodbye, Inquire, Message


async def enrol(
    address: Address,
    code: EnrolmentCode,
    workstation: WorkstationId,
    request: bytes,
    *,
    clock: Clock,
    network: Network | None = None,
) -> Enrolled:
    """Enrol ``workstation`` at the premises at ``address``.

    Args:
        address: of the premises server.
        code: as the administrator handed it out.
        workstation: the name asked for.
        request: `playhead.wire.pki.create_request` of the workstation's key, DER.
        clock: for heartbeats.
        network: for simulations.

    Returns:
        The checked answer: the certificate is for the name and key asked for, under the authority of the code.

    Raises:
        RefusedError: ``enrolment.authority`` where the server is not the one that the code speaks of; what the server
            says (``enrolment.*``) where it refuses the code or the name.
        UnavailableError: ``net.*``.
        ProtocolError: the server answers nonsense.
    """
    authority = await _ask_authority(address, code, clock=clock, network=network)
    peer = await connect(address, tls=client_context(authority), clock=clock, network=network)
    try:
        holder = holder_of(peer.certificate or b"")
        if not isinstance(holder, SiteId):
            raise RefusedError("pki.foreign_certificate", "The certificate shown is not a premises server's.")
        answer = await _ask(peer, Enrol(code.text, str(workstation), request))
    finally:
        await peer.close()
    if not isinstance(answer, Enrolled):
        raise ProtocolError("screen.order", f"{type(answer).__name__} is no answer to Enrol.")
    _check(answer, authority, holder, workstation, request)
    return answer


async def _ask_authority(address: Address, code: EnrolmentCode, *, clock: Clock, network: Network | None) -> bytes:
    peer = await connect(address, tls=inquiry_context(), clock=clock, network=network)
    try:
        answer = await _ask(peer, Inquire())
    finally:
        await peer.close()
    if not isinstance(answer, Authority) or not code.matches(answer.certificate):
        text = f"The server at {address} is not the one that this enrolment code was made by."
        hint = "Check the address. If it is right, somebody may be listening in: tell your administrator."
        raise RefusedError("enrolment.authority", text, hint=hint)
    return answer.certificate


async def _ask(peer: ScreenPeer, question: Message) -> Message:
    """The first message that answers ``question``.

    Raises:
        RefusedError: with the code and words of the server's `Goodbye`.
        UnavailableError: ``net.closed``.
    """
    await peer.send(question)
    async for message in peer:
        if isinstance(message, Goodbye):
            raise RefusedError(message.code, message.message)
        return message
    raise UnavailableError("net.closed", f"{peer.remote} closed the connection ({peer.end}).")


def _check(answer: Enrolled, authority: bytes, site: SiteId, workstation: WorkstationId, request: bytes) -> None:
    if answer.authority != authority or answer.site != str(site):
        raise ProtocolError("enrolment.answer", "The answer speaks of another site than the server.")
    if workstation_of(answer.certificate) != workstation:
        raise ProtocolError("enrolment.answer", "The certificate is not for this workstation's name.")
    if x509.load_der_x509_certificate(answer.certificate).public_key() != check_request(request):
        raise ProtocolError("enrolment.answer", "The certificate is not for this workstation's key.")
