"""How a link begins: an Upgrade of HTTP/1.1 (RFC 9110 §7.8), so that it passes what passes HTTP.

GET /pool HTTP/1.1            HTTP/1.1 101 Switching Protocols
Upgrade: playhead-pool/1      Upgrade: playhead-pool/1

Without TLS both ends prove who they are first: `playhead.wire.pool.proof`.
"""

from typing import Final

import h11

from playhead.base.errors import PlayheadError, ProtocolError, RefusedError, UnavailableError
from playhead.wire.pool.proof import Challenger, Prover

PROTOCOL: Final = "playhead-pool/1"
PATH: Final = "/pool"
MAX_HEAD_BYTES: Final = 16 * 1024
"""Of the head of a request or an answer."""
SWITCHING: Final = 101
UNAUTHORIZED: Final = 401
FORBIDDEN: Final = 403
NOT_FOUND: Final = 404
UPGRADE_REQUIRED: Final = 426
SERVER_ERRORS: Final = range(500, 600)


class Asking:
    """The side that dials.

    Args:
        host: whom it dials, for ``Host``.
        prover: proves both ends, where TLS does not.
    """

    def __init__(self, host: str, prover: Prover | None = None) -> None:
        self.certificate: bytes | None = None
        """Nobody asks who dials whom it was that answered (`Preface`)."""
        self._host = host
        self._prover = prover
        self._challenged = False
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)
        self._out = b""
        self._ask()

    def data_to_send(self) -> bytes:
        """What to write now."""
        out, self._out = self._out, b""
        return out

    def receive_data(self, data: bytes) -> bytes | None:
        """None while the answer is not whole; then what came after it.

        Raises:
            UnavailableError: ``pool.unavailable`` where the server cannot now.
            RefusedError: ``pool.refused`` where it, or a proxy before it, does not want to; ``pool.proof`` where it
                does not prove who it is.
            ProtocolError: ``pool.http`` where it does not speak HTTP.
        """
        try:
            self._http.receive_data(data)
            event = self._http.next_event()
            if isinstance(event, h11.Response) and event.status_code == UNAUTHORIZED and not self._challenged:
                return self._answer(event)
        except h11.ProtocolError as error:
            raise ProtocolError("pool.http", f"The answer is not HTTP: {error}.") from error
        if event is h11.NEED_DATA:
            return None
        if isinstance(event, h11.InformationalResponse) and event.status_code == SWITCHING:
            if self._prover is not None:
                self._prover.check(_header(event, b"authentication-info"))
            return self._http.trailing_data[0]
        if not isinstance(event, h11.Response):
            raise ProtocolError("pool.http", "The answer to the Upgrade is none.")
        text = f"The Upgrade was answered with {event.status_code}."
        if event.status_code in SERVER_ERRORS:
            raise UnavailableError("pool.unavailable", text)
        hint = "Does the address belong to Playhead's cloud, and does a proxy in between allow Upgrade?"
        raise RefusedError("pool.refused", text, hint=hint)

    def _answer(self, event: h11.Response) -> None:
        """Say who is here."""
        if self._prover is None:
            hint = "Does a proxy in between ask who is there?"
            raise RefusedError("pool.refused", "The Upgrade was answered with 401.", hint=hint)
        words = self._prover.answer(_header(event, b"www-authenticate"))
        self._challenged = True
        self._http.next_event()  # it has no body
        self._http.start_next_cycle()
        self._ask(("Authorization", words))

    def _ask(self, *more: tuple[str, str]) -> None:
        headers = [("Host", self._host), ("Connection", "Upgrade"), ("Upgrade", PROTOCOL), *more]
        request = self._http.send(h11.Request(method="GET", target=PATH, headers=headers))
        self._out += (request or b"") + (self._http.send(h11.EndOfMessage()) or b"")


class Answering:
    """The side that accepts. Whatever else is asked for is answered with an error, and the connection closed.

    Args:
        challenger: asks who dials, where TLS does not say it.
    """

    def __init__(self, challenger: Challenger | None = None) -> None:
        self.certificate: bytes | None = None
        """Of who dials, once that was proven to ``challenger`` (`Preface`)."""
        self._challenger = challenger
        self._challenged = False
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD_BYTES)
        self._out = b""

    def data_to_send(self) -> bytes:
        """What to write now."""
        out, self._out = self._out, b""
        return out

    def receive_data(self, data: bytes) -> bytes | None:
        """None while the request is not whole; then what came after it.

        Raises:
            ProtocolError: ``pool.http``; the answer to send says so.
            RefusedError: ``pool.proof``; likewise.
        """
        try:
            if data:
                self._http.receive_data(data)
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                return None
            if not isinstance(event, h11.Request):
                raise ProtocolError("pool.http", "The connection ended before there was a request.")
            self._http.next_event()
        except h11.RemoteProtocolError as error:
            self._refuse(400)
            raise ProtocolError("pool.http", f"The request is not HTTP: {error}.") from error
        headers = dict(event.headers)
        if event.target != PATH.encode() or event.method != b"GET":
            self._refuse(NOT_FOUND)
            raise ProtocolError("pool.http", "Something else than the pool was asked for.")
        if headers.get(b"upgrade") != PROTOCOL.encode() or b"upgrade" not in headers.get(b"connection", b"").lower():
            self._refuse(UPGRADE_REQUIRED)
            raise ProtocolError("pool.http", "The pool was asked for without the Upgrade that it needs.")
        more: list[tuple[str, str]] = []
        if self._challenger is not None:
            if b"authorization" not in headers and not self._challenged:
                self._challenge(self._challenger)
                return self.receive_data(b"")
            more.append(("Authentication-Info", self._check(self._challenger, event)))
        answer = h11.InformationalResponse(
            status_code=SWITCHING,
            headers=[("Connection", "Upgrade"), ("Upgrade", PROTOCOL), *more],
            reason="Switching Protocols",
        )
        self._out += self._http.send(answer) or b""
        return self._http.trailing_data[0]

    def _challenge(self, challenger: Challenger) -> None:
        """Ask who is there, on the same connection."""
        self._challenged = True
        headers = [("WWW-Authenticate", challenger.challenge), ("Content-Length", "0")]
        self._out += self._http.send(h11.Response(status_code=UNAUTHORIZED, headers=headers)) or b""
        self._out += self._http.send(h11.EndOfMessage()) or b""
        self._http.start_next_cycle()

    def _check(self, challenger: Challenger, event: h11.Request) -> str:
        try:
            self.certificate, words = challenger.check(_header(event, b"authorization"))
        except PlayheadError:
            self._refuse(FORBIDDEN)
            raise
        return words

    def _refuse(self, status: int) -> None:
        if self._http.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            return
        headers = [("Connection", "close"), ("Content-Length", "0")]
        if status == UPGRADE_REQUIRED:
            headers.append(("Upgrade", PROTOCOL))
        self._out += self._http.send(h11.Response(status_code=status, headers=headers)) or b""


def _header(event: h11.Request | h11.Response | h11.InformationalResponse, name: bytes) -> str:
    return dict(event.headers).get(name, b"").decode("ascii", "replace")
