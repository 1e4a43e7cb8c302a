"""RTSP messages as values, and written out (RFC 2326 §4 to §7, RFC 7826 §5 to §8)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from playhead.wire.rtsp.status import REASONS

Version = tuple[int, int]

V1: Final[Version] = (1, 0)
V2: Final[Version] = (2, 0)


@dataclass(frozen=True, slots=True)
class Request:
    """Something that is asked for. It is not shown: its address may hold a token."""

    method: str
    address: str
    version: Version
    headers: Mapping[str, str]
    """By their names in lower case; what came more than once is one list, parted by commas (RFC 7826 §5.2)."""
    body: bytes = b""

    def __repr__(self) -> str:
        return f"Request({self.method})"

    def get(self, name: str) -> str:
        """A header by its name in lower case, or empty."""
        return self.headers.get(name, "")


@dataclass(frozen=True, slots=True)
class Response:
    """An answer."""

    status: int
    version: Version = V1
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Interleaved:
    """Bytes of another protocol between messages (RFC 2326 §10.12, RFC 7826 §14)."""

    channel: int
    data: bytes


Message = Request | Response | Interleaved


def write_response(response: Response) -> bytes:
    """An answer as it is sent; with a length wherever there is a body."""
    major, minor = response.version
    return _written(f"RTSP/{major}.{minor} {response.status} {REASONS[response.status]}", response)


def write_request(request: Request) -> bytes:
    """A request as it is sent."""
    major, minor = request.version
    return _written(f"{request.method} {request.address} RTSP/{major}.{minor}", request)


def _written(first: str, message: Request | Response) -> bytes:
    lines = [first, *(f"{name}: {value}" for name, value in message.headers.items())]
    if message.body:
        lines.append(f"Content-Length: {len(message.body)}")
    return "\r\n".join((*lines, "", "")).encode() + message.body


def write_interleaved(channel: int, data: bytes) -> bytes:
    """A frame between messages; at most 65,535 bytes."""
    return b"$" + bytes((channel,)) + len(data).to_bytes(2, "big") + data
