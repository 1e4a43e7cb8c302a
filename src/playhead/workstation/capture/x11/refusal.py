"""Whether an X server that cannot be used is there all the same, and will not have us."""

import os
import re
import socket
from pathlib import Path
from typing import Final

CONNECT_S: Final = 1.0

_LOCAL: Final = re.compile(r"(?:unix)?:(\d{1,5})(?:\.\d+)?")
_SOCKETS: Final = Path("/tmp/.X11-unix")  # noqa: S108 - where X servers listen (Xserver(1))


def is_there(name: str | None) -> bool:
    """Whether a server listens for a display of this machine. Only then can a failure be a refusal (Xsecurity(7)).

    Args:
        name: of the display, as in ``DISPLAY``; None takes that variable.
    """
    match = _LOCAL.fullmatch(name or os.environ.get("DISPLAY", ""))
    if match is None:
        return False
    path = str(_SOCKETS / f"X{match[1]}")
    return any(_accepts(address) for address in (path, f"\0{path}"))


def _accepts(address: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(CONNECT_S)
        try:
            client.connect(address)
        except OSError:
            return False
        return True
