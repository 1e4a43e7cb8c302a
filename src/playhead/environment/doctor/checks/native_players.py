"""Port 4510 as a native player sees it: asked in its own words (RFC 2326 §10.1).

Recordings do not depend on it, so nothing here is worse than a warning.
"""

import asyncio
import ssl
from collections.abc import Sequence
from typing import Final

from playhead.environment.doctor.checks.reaching import Outcome, reach
from playhead.environment.doctor.checks.target import Target
from playhead.environment.doctor.findings import Finding, Severity
from playhead.net.tls import inquiry_context
from playhead.wire import rtsp
from playhead.wire.rtsp.messages import write_request

ANSWER_S: Final = 5.0
"""How long the answer may take, without TLS or with it."""


async def look_at_native_players(target: Target) -> Sequence[Finding]:
    """Ask what can be asked for, by TLS where nothing else is taken from here."""
    return [one.at_most(Severity.WARNING) for one in await _look(target)]


async def _look(target: Target) -> Sequence[Finding]:
    reached = await reach(target.numeric)
    reached.close()
    if reached.outcome is not Outcome.OPEN:
        return target.unreached(reached)
    try:
        async with asyncio.timeout(ANSWER_S):
            answer = await _ask(target, None) or await _ask(target, inquiry_context())
    except TimeoutError:
        return [target.find("port.silent", f"It does not answer within {ANSWER_S:g} s.")]
    except OSError as error:
        return [target.find("port.silent", f"The connection breaks: {error.strerror or type(error).__name__}.")]
    if answer is None:
        return [target.find("port.silent", "It closes each connection without an answer.")]
    if answer.headers.get("server") != rtsp.SERVER:
        return [target.find("port.foreign", "What answers is not ours.", said=answer.headers.get("server", ""))]
    return [target.find("port.reached", "It answers native players.")]


async def _ask(target: Target, tls: ssl.SSLContext | None) -> rtsp.Response | None:
    """The answer; None where the connection is closed without one."""
    reader, writer = await asyncio.open_connection(target.address, target.port, ssl=tls)
    try:
        address = f"rtsp://{target.host}:{target.port}/"
        writer.write(write_request(rtsp.Request("OPTIONS", address, rtsp.V1, {"CSeq": "1"})))
        parser = rtsp.Parser()
        while data := await reader.read(4096):
            for message in parser.receive_data(data):
                if isinstance(message, rtsp.Response):
                    return message
            if parser.fault is not None:
                return rtsp.Response(0)
    except ConnectionResetError:  # so a connection ends whose first bytes were not read, as those of plain text are not
        pass
    finally:
        writer.transport.abort()
    return None
