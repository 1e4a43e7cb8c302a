"""An X server without a screen: Xvfb on a free display number, for those who hold its cookie, not on the network."""

import asyncio
import os
import secrets
import struct
from collections.abc import Mapping
from pathlib import Path

from playhead.base.errors import InvalidInputError, UnavailableError
from playhead.cli.desktop.processes import Programs

SIZE_MAX = (3840, 2160)
"""The largest desktop: Xvfb cannot grow past the size it was started with, so it starts with this one."""

SIZE_MIN = (320, 200)

START_WITHIN_S = 15.0
"""How long Xvfb may take to accept connections; usually a few hundred milliseconds."""

_FAMILY_WILD = 0xFFFF
_COOKIE_NAME = b"MIT-MAGIC-COOKIE-1"
_OUTPUT = "screen"
"""What Xvfb calls its only RandR output."""


def authority(cookie: bytes) -> bytes:
    """An Xauthority file with one entry that holds for every display (Xau library: big-endian counted strings)."""
    fields = (b"", b"", _COOKIE_NAME, cookie)  # address and display number empty: any
    return struct.pack(">H", _FAMILY_WILD) + b"".join(struct.pack(">H", len(field)) + field for field in fields)


class XServer:
    """A running Xvfb; made by `start`."""

    def __init__(self, display: str, cookie: bytes, xauthority: Path, programs: Programs, folder: Path) -> None:
        self.display = display
        self.cookie = cookie
        self.xauthority = xauthority
        self._programs = programs
        self._folder = folder
        self._modes: set[tuple[int, int]] = {SIZE_MAX}

    @classmethod
    async def start(cls, programs: Programs, folder: Path, environment: Mapping[str, str]) -> "XServer":
        """Start Xvfb and wait until it accepts connections.

        Raises:
            UnavailableError: ``desktop.not_started``, with the end of what Xvfb said.
        """
        cookie = secrets.token_bytes(16)
        xauthority = folder / "Xauthority"
        xauthority.touch(mode=0o600)
        xauthority.write_bytes(authority(cookie))
        told, tell = os.pipe()
        try:
            width, height = SIZE_MAX
            argv = ["Xvfb", "-displayfd", str(tell), "-screen", "0", f"{width}x{height}x24", "-dpi", "96"]
            # -noreset: without it the server would forget display modes whenever its last client goes
            argv += ["-nolisten", "tcp", "-noreset", "-auth", str(xauthority), "+extension", "RANDR"]
            process = await programs.start("Xvfb", argv, environment, folder=folder, pass_fds=(tell,), follow=True)
        except BaseException:
            os.close(told)
            raise
        finally:
            os.close(tell)
        number = await _first_line(told)
        if not number:
            message = f"Xvfb did not start: {_last_words(programs.log('Xvfb')) or process.returncode}"
            raise UnavailableError("desktop.not_started", message)
        return cls(f":{number}", cookie, xauthority, programs, folder)

    async def resize(self, width: int, height: int, environment: Mapping[str, str]) -> None:
        """Give the screen another size by RandR, as docking and undocking does.

        Raises:
            InvalidInputError: ``desktop.size``, outside `SIZE_MIN` to `SIZE_MAX`.
            UnavailableError: ``desktop.not_resized``, with what xrandr said.
        """
        size = (width, height)
        if not (SIZE_MIN[0] <= width <= SIZE_MAX[0] and SIZE_MIN[1] <= height <= SIZE_MAX[1]):
            message = f"A desktop of {width}x{height} cannot be made."
            hint = f"Choose from {SIZE_MIN[0]}x{SIZE_MIN[1]} to {SIZE_MAX[0]}x{SIZE_MAX[1]}."
            raise InvalidInputError("desktop.size", message, hint=hint)
        mode = f"{width}x{height}"
        if size not in self._modes:
            # no screen, so no timing: clock 0 and no blanking
            timing = ["0", str(width), "0", "0", "0", str(height), "0", "0", "0"]
            await self._xrandr(["--newmode", mode, *timing], environment)
            await self._xrandr(["--addmode", _OUTPUT, mode], environment)
            self._modes.add(size)
        await self._xrandr(["--output", _OUTPUT, "--mode", mode], environment)

    async def _xrandr(self, arguments: list[str], environment: Mapping[str, str]) -> None:
        process = await asyncio.create_subprocess_exec(
            "xrandr",
            "--display",
            self.display,
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=dict(environment),
            cwd=self._folder,
        )
        said, _ = await process.communicate()
        if process.returncode != 0:
            message = f"xrandr {' '.join(arguments)}: {said.decode(errors='replace').strip()}"
            raise UnavailableError("desktop.not_resized", message)


async def _first_line(descriptor: int) -> str:
    """What is written to the pipe up to its first line's end; empty where it is closed, or silent for too long."""
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    with os.fdopen(descriptor, "rb") as pipe:
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, pipe)
        try:
            async with asyncio.timeout(START_WITHIN_S):
                return (await reader.readline()).decode().strip()
        except TimeoutError:
            return ""
        finally:
            transport.close()


def _last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").split("\n")
    return " ".join(line.strip() for line in lines if line.strip())[-300:]
