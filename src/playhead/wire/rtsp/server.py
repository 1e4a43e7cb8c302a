"""A server's end of one connection: what is asked is checked as every RTSP server must, and answered in its words.

At most one session at a time belongs to a connection, as media go over it, too. It ends with the connection.
"""

from collections.abc import Mapping
from typing import Final

from typing_extensions import Buffer

from playhead.base.errors import ProtocolError
from playhead.wire.rtsp.limits import CSEQ_MAX
from playhead.wire.rtsp.messages import V1, V2, Message, Request, Response, Version, write_request, write_response
from playhead.wire.rtsp.parser import Parser
from playhead.wire.rtsp.states import METHODS, OTHER_METHODS, STATELESS, TABLE, State
from playhead.wire.rtsp.status import OF_ERRORS

FEATURES: Final = ("play.basic", "play.scale", "play.speed")
"""What ``Require`` may name (RFC 7826 §11.1)."""

SERVER: Final = "Playhead"

_ECHOED: Final = ("pipelined-requests", "timestamp")
"""Headers that are given back as they came (RFC 7826 §18.33, §18.53)."""


class ServerCore:
    """See the module.

    Args:
        timeout_s: after so long without a sign of life a session ends; it is told to the player.
    """

    def __init__(self, timeout_s: int) -> None:
        self._parser = Parser()
        self._timeout_s = timeout_s
        self._last_cseq = -1
        self._notices = 0
        self.version: Version = V1
        """Of what was asked last."""
        self.session = ""
        """Its id; empty where there is none."""
        self.state = State.INIT

    @property
    def held_bytes(self) -> int:
        """Bytes of what is not a whole message yet."""
        return self._parser.held_bytes

    def receive_data(self, data: Buffer) -> list[Message]:
        """The messages that ``data`` completes."""
        return self._parser.receive_data(data)

    @property
    def fault(self) -> ProtocolError | None:
        """``rtsp.*``: no more can be read. It is to be answered by `unreadable`, and the connection closed."""
        return self._parser.fault

    def unreadable(self, error: ProtocolError) -> bytes:
        """The answer to what cannot be read. Nobody knows its number (RFC 7826 §18.20)."""
        return write_response(Response(OF_ERRORS.get(error.code, 400), self.version, {"Connection": "close"}))

    def check(self, request: Request) -> bytes | None:
        """The answer where a request is not to be looked into any further, else None.

        Requests are checked in the order in which they came, each after the one before it was answered.
        """
        if request.version not in {V1, V2}:
            return self.answer(request, 505)
        self.version = request.version
        if not self._counts(request):
            return self.answer(request, 400)
        unknown = [one for one in _listed(request, "require", "proxy-require") if one not in FEATURES]
        if unknown:
            return self.answer(request, 551, {"Unsupported": ", ".join(unknown)})
        if request.method not in METHODS:
            known = request.method in OTHER_METHODS
            return self.answer(request, 405 if known else 501, {"Allow" if known else "Public": ", ".join(METHODS)})
        return self._check_session(request)

    def answer(
        self, request: Request, status: int, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> bytes:
        """The answer to a request, as it is sent."""
        told = {"CSeq": request.get("cseq")} if request.get("cseq") else {}
        told |= {name.title(): request.get(name) for name in _ECHOED if request.get(name)}
        told["Server"] = SERVER
        if request.get("supported"):
            told["Supported"] = ", ".join(FEATURES)
        if self.session and request.method != "DESCRIBE":
            told["Session"] = f"{self.session};timeout={self._timeout_s}"
        version = request.version if request.version in {V1, V2} else V1
        return write_response(Response(status, version, {**told, **(headers or {})}, body))

    def succeed(self, method: str) -> None:
        """A request has been done: the session is in its next state."""
        if method not in STATELESS:
            self.state = TABLE[self.state, method]

    def begin(self, session: str) -> None:
        """There is a session now, whose streams are being set up."""
        self.session = session

    def end(self) -> None:
        """There is none any more."""
        self.session, self.state = "", State.INIT

    def pause(self) -> None:
        """What was played is over; the session stays."""
        self.state = State.READY

    def notice(self, address: str, headers: Mapping[str, str]) -> bytes:
        """Tell a player of 2.0 something about its session (RFC 7826 §13.5)."""
        self._notices += 1
        told = {"CSeq": str(self._notices), "Session": self.session, **headers}
        return write_request(Request("PLAY_NOTIFY", address, V2, told))

    def _counts(self, request: Request) -> bool:
        """Whether a request has a number, which 2.0 wants to grow (RFC 7826 §18.20) and 1.0 need not."""
        text = request.get("cseq")
        if not text.isascii() or not text.isdecimal() or len(text) > 10 or int(text) > CSEQ_MAX:  # noqa: PLR2004 - digits
            return False
        if request.version == V2 and int(text) <= self._last_cseq:
            return False
        self._last_cseq = int(text)
        return True

    def _check_session(self, request: Request) -> bytes | None:
        named = request.get("session").partition(";")[0].strip()
        if named and named != self.session:
            return self.answer(request, 454)
        if request.method in STATELESS:
            return None
        if request.method != "SETUP" and not named and not (self.session and request.get("pipelined-requests")):
            return self.answer(request, 454)
        if (self.state, request.method) not in TABLE:
            return self.answer(request, 455, {"Allow": ", ".join(self._allowed())})
        return None

    def _allowed(self) -> list[str]:
        return [one for one in METHODS if one in STATELESS or (self.state, one) in TABLE]


def _listed(request: Request, *names: str) -> list[str]:
    return [one.strip() for name in names for one in request.get(name).split(",") if one.strip()]
