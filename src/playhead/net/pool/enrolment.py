"""How a site gets its certificate from the cloud, knowing a code and an address, trusting neither network nor server.

1. Ask the cloud, over TLS that proves nothing, which authority is its own; compare with the code's fingerprint.
2. Connect again, trusting only that authority; send the code and a certification request.

Both are requests of HTTP on a pool of a stranger, to the paths here; a certificate is renewed on the site's own pool.
"""

import secrets
import ssl
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from playhead.base.addresses import Address
from playhead.base.errors import PlayheadError, ProtocolError, RefusedError
from playhead.base.ids import TenantSite
from playhead.net.network import Network
from playhead.net.pool.dialing import dial_once
from playhead.net.pool.end import PoolEnd
from playhead.net.pool.http import Answer, ask
from playhead.net.pool.streams import PoolStream
from playhead.net.pool.tls import stranger_context
from playhead.wire.pki import EnrolmentCode, check_request, holder_of, key_of
from playhead.wire.pool import Role, Urgency

AUTHORITY_PATH: Final = "/enrolment/authority"
ENROLMENT_PATH: Final = "/enrolment"
RENEWAL_PATH: Final = "/enrolment/renewal"
MAX_BODY_BYTES: Final = 32 * 1024
"""Of a request or an answer of these."""
OK: Final = 200


class Enrol(msgspec.Struct, frozen=True):
    """What is posted; as JSON, bytes in base64."""

    request: Annotated[bytes, Meta(min_length=1, max_length=8192)]
    """PKCS #10, DER."""
    code: Annotated[str, Meta(max_length=128)] = ""
    """Empty for a renewal."""


class Enrolled(msgspec.Struct, frozen=True):
    """What is answered."""

    certificate: Annotated[bytes, Meta(min_length=1, max_length=8192)]
    """DER."""
    authority: Annotated[bytes, Meta(min_length=1, max_length=8192)]
    """DER."""
    site: str
    """``tenant/site``: who it is there."""


class _Said(msgspec.Struct, frozen=True):
    code: str
    message: str
    hint: str = ""


class _Refusal(msgspec.Struct, frozen=True):
    error: _Said


async def enrol(address: Address, code: EnrolmentCode, request: bytes, *, network: Network) -> Enrolled:
    """Enrol at the cloud at ``address``.

    Args:
        address: of its port 2010.
        code: as the cloud's administrator handed it out.
        request: `playhead.wire.pki.create_request` of the site's key, DER.
        network: how to get there.

    Returns:
        The checked answer: the certificate is for the key asked for, under the authority of the code.

    Raises:
        RefusedError: ``enrolment.authority`` where the cloud is not the one that the code speaks of; what it says
            where it refuses the code.
        UnavailableError: ``net.*``, ``pool.*``.
        ProtocolError: it answers nonsense.
    """
    authority = await _ask(address, stranger_context(None), network, "GET", AUTHORITY_PATH)
    if not code.matches(authority):
        text = f"The cloud at {address} is not the one that this code was made by."
        hint = "Check the address. If it is right, somebody may be listening in: tell your administrator."
        raise RefusedError("enrolment.authority", text, hint=hint)
    body = msgspec.json.encode(Enrol(request, code.text))
    answer = await _ask(address, stranger_context(authority), network, "POST", ENROLMENT_PATH, body=body)
    return read_enrolled(answer, authority, request)


def read_enrolled(body: bytes, authority: bytes, request: bytes) -> Enrolled:
    """An answer, checked.

    Raises:
        ProtocolError: ``enrolment.answer``.
    """
    nonsense = ProtocolError("enrolment.answer", "The cloud answered with a certificate that is not ours.")
    try:
        answer = msgspec.json.decode(body, type=Enrolled)
        holder = holder_of(answer.certificate)
        named = key_of(answer.certificate)
    except (msgspec.MsgspecError, PlayheadError, ValueError):
        raise nonsense from None
    if answer.authority != authority or named != check_request(request):
        raise nonsense
    if not isinstance(holder, TenantSite) or str(holder) != answer.site:
        raise nonsense
    return answer


async def body_of(answer: Answer) -> bytes:
    """The body of an answer of these.

    Raises:
        PlayheadError: what the cloud said.
        ProtocolError: ``http.answer``.
    """
    body = b""
    async for piece in answer:
        body += piece
        if len(body) > MAX_BODY_BYTES:
            answer.give_up()
            raise ProtocolError("http.answer", "The answer is too long.")
    if answer.status == OK:
        return body
    try:
        said = msgspec.json.decode(body, type=_Refusal).error
    except msgspec.MsgspecError:
        raise ProtocolError("http.answer", f"The cloud answered {answer.status}.") from None
    raise RefusedError(said.code, said.message, hint=said.hint)


async def _ask(
    address: Address, tls: ssl.SSLContext, network: Network, method: str, path: str, *, body: bytes = b""
) -> bytes:
    end = PoolEnd(Role.DIALER, secrets.token_bytes(16), _refuse)
    try:
        await dial_once(end, address, tls, network)
        return await body_of(await ask(end, method, path.encode(), (), body, urgency=Urgency.CONTROL))
    finally:
        await end.close("enrolment.over")


async def _refuse(stream: PoolStream) -> None:
    stream.reset("pool.unwanted")
