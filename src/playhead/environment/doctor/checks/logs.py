"""Port 5638 as a sender of logs sees it: connection, TLS of our authority, and the opening of RELP.

Recordings do not depend on it, so nothing here is worse than a warning.
"""

import asyncio
import ssl
from collections.abc import Sequence
from typing import Final

from playhead.base.errors import ProtocolError
from playhead.environment.doctor.checks.screen import Trust
from playhead.environment.doctor.checks.secured import look_at_tls
from playhead.environment.doctor.checks.target import Target
from playhead.environment.doctor.findings import Finding, Severity
from playhead.net.tls import inquiry_context
from playhead.wire.relp import RelpClient

OPEN_S: Final = 2.0
"""For a handshake and one answer."""
READ_BYTES: Final = 4096


async def look_at_logs(target: Target, trust: Trust) -> Sequence[Finding]:
    """Go to the logging service as a sender would, and send nothing.

    Args:
        target: the port.
        trust: whom it must be of.
    """
    return [one.at_most(Severity.WARNING) for one in await _look(target, trust)]


async def _look(target: Target, trust: Trust) -> Sequence[Finding]:
    return await look_at_tls(target, trust) or [await _open(target, inquiry_context())]


async def _open(target: Target, tls: ssl.SSLContext) -> Finding:
    """Whether RELP is spoken; who the server is was judged before."""
    relp = RelpClient("playhead-doctor")
    writer = None
    try:
        async with asyncio.timeout(OPEN_S):
            reader, writer = await asyncio.open_connection(
                target.address, target.port, ssl=tls, server_hostname="", ssl_handshake_timeout=OPEN_S
            )
            writer.write(relp.data_to_send())
            while not relp.opened:
                data = await reader.read(READ_BYTES)
                if not data:
                    return target.find("port.silent", "It hangs up instead of opening RELP.")
                relp.receive_data(data)
        return target.find("port.reached", "The logging service takes lines (RELP).")
    except TimeoutError:
        return target.find("port.silent", f"It does not open RELP within {OPEN_S:g} s.")
    except ProtocolError as error:
        return target.find("port.foreign", f"What answers speaks no RELP: {error}", said=error.code)
    except OSError as error:
        return target.find("port.silent", f"The connection breaks: {error.strerror or type(error).__name__}.")
    finally:
        if writer is not None:
            writer.transport.abort()
