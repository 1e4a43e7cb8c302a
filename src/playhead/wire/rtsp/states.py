"""What a session may be asked for in which state, in one table (RFC 2326 §A.2, RFC 7826 §B)."""

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Of a session."""

    INIT = "init"
    """There is none yet."""
    READY = "ready"
    PLAYING = "playing"


TABLE: Final = {
    (State.INIT, "SETUP"): State.READY,
    (State.READY, "SETUP"): State.READY,
    (State.READY, "PLAY"): State.PLAYING,
    (State.READY, "PAUSE"): State.READY,
    (State.READY, "TEARDOWN"): State.INIT,
    (State.PLAYING, "PLAY"): State.PLAYING,
    (State.PLAYING, "PAUSE"): State.READY,
    (State.PLAYING, "TEARDOWN"): State.INIT,
}
"""The state after each request that succeeds. What is not here is not valid in that state (455)."""

STATELESS: Final = frozenset({"OPTIONS", "DESCRIBE", "GET_PARAMETER", "SET_PARAMETER"})
"""These can always be asked, and change nothing."""

METHODS: Final = ("OPTIONS", "DESCRIBE", "SETUP", "PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER", "SET_PARAMETER")
"""Those that are served, as ``Public`` tells them."""

OTHER_METHODS: Final = frozenset({"ANNOUNCE", "RECORD", "REDIRECT", "PLAY_NOTIFY"})
"""Those that the standards know and that are not allowed on what is here (405)."""
