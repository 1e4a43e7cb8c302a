"""The workstation's control socket: how the command line on the same machine tells the running program what to do.

A Unix socket in the data folder that only its owner may open. One connection carries one question and one answer, each
a JSON object on a line: ``{"command": "start", "reason": "…"}`` → ``{"ok": true, "recording": "…"}``, or
``{"ok": false, "error": {"code": …, "message": …, "hint": …}}``. Commands: status, start, stop, blackout_on,
blackout_off (with ``source``, ``by``, ``label``, ``minutes``), blackout_toggle (the agent's own), decide
(docs/services/blackout.md), hand_over (another program is about to go on: see `take_over`).
"""

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import structlog
from msgspec import Meta

from playhead.base.errors import InvalidInputError, NotFoundError, PlayheadError, UnavailableError
from playhead.domain.blackouts import NAME_CHARS_MAX
from playhead.store.folder_lock import is_locked
from playhead.wire.screen.blackouts import BlackoutSource

LINE_BYTES_MAX: Final = 64 * 1024
"""A question or an answer; both take a few hundred bytes."""

ANSWER_S: Final = 10.0
"""How long one connection may take."""

CONNECTIONS_MAX: Final = 16
"""At a time; others wait."""

TAKE_OVER_S: Final = 15.0
"""How long a program that is to hand over may take to stop; it takes a fraction of a second as a rule."""

TAKE_OVER_LOOK_S: Final = 0.01

_NAME = "control.sock"
_PATH_BYTES_MAX: Final = 100
"""Socket addresses hold 108 bytes on Linux (unix(7)); a longer path goes by way of its folder's descriptor."""

_log = structlog.get_logger(__name__)


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked for."""

    command: str
    reason: Annotated[str, Meta(max_length=1024)] = ""
    recording: str = ""
    source: BlackoutSource = "command_line"
    """``blackout_on``, ``blackout_off``: what kind of party asks."""
    by: Annotated[str, Meta(max_length=NAME_CHARS_MAX)] = ""
    """Its name; ``decide``: the decision source's."""
    label: Annotated[str, Meta(max_length=NAME_CHARS_MAX)] = ""
    """Tells several requests of one party apart."""
    minutes: Annotated[int, Meta(ge=0, le=24 * 60)] = 0
    """``blackout_on``: how long; 0: as long as it may."""
    black: bool = True
    """``decide``: whether it is to be black."""


Answer = Callable[[Question], Awaitable[dict[str, Any]]]


@asynccontextmanager
async def control_socket(folder: Path, answer: Answer) -> AsyncGenerator[None, None]:
    """Listen while entered. The caller holds the folder's lock, so a socket that is there already is a dead one's.

    Args:
        folder: the workstation's data folder.
        answer: the fields of the answer beside ``ok``; a `PlayheadError` becomes its ``error``.

    Raises:
        UnavailableError: ``control.unusable``.
    """
    slots = asyncio.Semaphore(CONNECTIONS_MAX)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with slots, asyncio.timeout(ANSWER_S):
                await _serve(reader, writer, answer)
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            _log.info("control connection dropped", error=type(error).__name__)
        finally:
            writer.close()

    path = folder / _NAME
    try:
        path.unlink(missing_ok=True)
        with _short(path) as name:
            server = await asyncio.start_unix_server(serve, name, limit=LINE_BYTES_MAX)
        path.chmod(0o600)
    except OSError as error:
        message = f"The control socket {path} cannot be made: {error.strerror}."
        raise UnavailableError("control.unusable", message) from error
    try:
        yield
    finally:
        server.close()
        path.unlink(missing_ok=True)


async def ask(folder: Path, question: Question) -> dict[str, Any]:
    """Ask the workstation that runs with this data folder.

    Returns:
        The fields of its answer.

    Raises:
        NotFoundError: ``workstation.not_running``.
        UnavailableError: ``workstation.no_answer``.
        PlayheadError: what the workstation answered, as an `UnavailableError` with its code.
    """
    try:
        async with asyncio.timeout(ANSWER_S):
            with _short(folder / _NAME) as name:
                reader, writer = await asyncio.open_unix_connection(name, limit=LINE_BYTES_MAX)
            try:
                writer.write(msgspec.json.encode(question) + b"\n")
                await writer.drain()
                line = await reader.readline()
            finally:
                writer.close()
        answer = msgspec.json.decode(line, type=dict[str, Any])
    except (FileNotFoundError, ConnectionRefusedError) as error:
        hint = "Start it with: playhead workstation run"
        raise NotFoundError("workstation.not_running", f"No workstation runs with {folder}.", hint=hint) from error
    except (OSError, TimeoutError, msgspec.MsgspecError, ValueError) as error:
        raise UnavailableError("workstation.no_answer", "The workstation did not answer.") from error
    if not answer.get("ok"):
        fault = answer.get("error", {})
        code, message = str(fault.get("code", "workstation.no_answer")), str(fault.get("message", "It failed."))
        raise UnavailableError(code, message, hint=str(fault.get("hint", "")))
    return answer


async def take_over(folder: Path) -> None:
    """Have the workstation that runs with this folder stop at once, and return when it has let go of the folder.

    Its orders stay as they are. Where none runs there is nothing to do.

    Raises:
        UnavailableError: ``workstation.no_answer``; ``workstation.not_handed_over``.
    """
    with suppress(NotFoundError):  # or it is stopping already
        await ask(folder, Question("hand_over"))
    try:
        async with asyncio.timeout(TAKE_OVER_S):
            while is_locked(folder):  # noqa: ASYNC110 - another process holds it, and tells nobody when it lets go
                await asyncio.sleep(TAKE_OVER_LOOK_S)
    except TimeoutError as error:
        message = "The workstation that runs did not stop in time."
        raise UnavailableError("workstation.not_handed_over", message, hint="Stop it, then start this one.") from error


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer) -> None:
    try:
        line = await reader.readuntil(b"\n")
        try:
            question = msgspec.json.decode(line, type=Question)
        except msgspec.MsgspecError as error:
            raise InvalidInputError("control.question", f"This is no question: {str(error)[:200]}.") from error
        reply: dict[str, Any] = {"ok": True, **await answer(question)}
    except PlayheadError as error:
        reply = {"ok": False, "error": {"code": error.code, "message": error.message, "hint": error.hint}}
    writer.write(msgspec.json.encode(reply) + b"\n")
    await writer.drain()


@contextmanager
def _short(path: Path) -> Generator[str, None, None]:
    """A name for ``path`` that fits into a socket address."""
    if len(os.fsencode(path)) <= _PATH_BYTES_MAX:
        yield str(path)
        return
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{descriptor}/{path.name}"
    finally:
        os.close(descriptor)
