"""Native players on this machine: which there are, and how each is given an address without others reading it."""

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from playhead.base.errors import UnavailableError

LIST_WITHIN_S: Final = 10.0
"""VLC looks through its plugins when it is asked for the first time."""


def _always(_program: str) -> bool:
    return True


def _has_live555(program: str) -> bool:
    """Whether a VLC opens RTSP: it needs the module live555, without which Debian and Ubuntu build it."""
    try:
        listed = subprocess.run(
            [program, "--list"], capture_output=True, text=True, check=False, timeout=LIST_WITHIN_S, errors="replace"
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return "live555" in listed.stdout


@dataclass(frozen=True, slots=True)
class Player:
    """A program that plays RTSP."""

    name: str
    options: tuple[str, ...]
    """So that media comes over the connection that was opened, which is all that this server serves."""
    playlist: str | None
    """How it is told to read a playlist from a file descriptor, ``{}``; None where it has to be given the address."""
    is_able: Callable[[str], bool] = _always
    why_not: str = ""

    def command(self, program: str, address: str, descriptor: int, extra: Sequence[str]) -> list[str]:
        """What is run. The address is in it only where there is no other way."""
        given = address if self.playlist is None else self.playlist.format(descriptor)
        return [program, *self.options, *extra, given]


PLAYERS: Final = (
    Player("mpv", ("--rtsp-transport=tcp",), "--playlist=fd://{}"),
    Player(
        "vlc", ("--rtsp-tcp",), "fd://{}", _has_live555,
        "The VLC of this system opens no RTSP: it was built without live555, as Debian's and Ubuntu's are.",
    ),
    Player("ffplay", ("-rtsp_transport", "tcp"), None),
)  # fmt: skip
"""The best first: what seeks and changes its speed well, and keeps the token to itself."""


def choose(wanted: str | None, *, which: Callable[[str], str | None] = shutil.which) -> tuple[Player, str]:
    """The best player that is installed, or the one that is wanted, and where it is.

    Raises:
        UnavailableError: ``player.none``, ``player.missing``, ``player.unable``.
    """
    why = ""
    for player in PLAYERS:
        program = which(player.name) if wanted in {None, player.name} else None
        if program is None:
            continue
        if player.is_able(program):
            return player, program
        why = player.why_not
    hint = "Install mpv (`apt-get install mpv`), or play it in the portal."
    if why:
        raise UnavailableError("player.unable", why, hint=hint)
    if wanted is not None:
        raise UnavailableError("player.missing", f"{wanted} is not installed here.", hint=hint)
    names = ", ".join(one.name for one in PLAYERS)
    raise UnavailableError("player.none", f"No player is installed here: none of {names}.", hint=hint)


def play(player: Player, program: str, address: str, extra: Sequence[str]) -> int:
    """Run a player until it ends; its exit code.

    Raises:
        UnavailableError: ``player.failed``: it cannot be started.
    """
    reading, writing = os.pipe()
    try:
        with open(writing, "w", encoding="utf-8") as playlist:  # noqa: PTH123 - of a descriptor
            playlist.write(f"#EXTM3U\n{address}\n")  # far less than a pipe holds
        command = player.command(program, address, reading, extra)
        return subprocess.run(command, pass_fds=[] if player.playlist is None else [reading], check=False).returncode
    except OSError as error:
        message = f"{program} cannot be started: {error.strerror or error}."
        raise UnavailableError("player.failed", message) from error
    finally:
        os.close(reading)
