"""Commands of the premises: each carried out at most once, and answered to the connection that waits for it."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from playhead.base.errors import PlayheadError, UnavailableError
from playhead.wire.screen import Command, Result
from playhead.wire.screen.commands import CommandLog
from playhead.wire.screen.limits import MAX_TEXT_CHARACTERS

_log = structlog.get_logger(__name__)


class CommandRunner:
    """See the module (docs/wire/screen.md §8).

    Args:
        log: which commands were taken already.
        carry_out: does what a command says, and returns how it ended; it makes the id durable before it acts.
    """

    def __init__(self, log: CommandLog, carry_out: Callable[[Command], Awaitable[Result]]) -> None:
        self._log = log
        self._carry_out = carry_out
        self._post: Callable[[Result], None] | None = None
        self._unanswered: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def attach(self, post: Callable[[Result], None]) -> None:
        """A connection is there: results go to ``post``."""
        self._post = post
        self._unanswered.clear()

    def detach(self) -> None:
        """The connection is gone. What is being done goes on; its result is kept until it is asked for again."""
        self._post = None

    def admit(self, command: Command) -> None:
        """A command has come. Bounded by the protocol: a connection has at most 32 without result."""
        self._unanswered.add(command.id)
        admission = self._log.admit(command)
        _log.info("command", id=command.id, name=command.name, repeated=not admission.run)
        if admission.run:
            task = asyncio.create_task(self._run(command), name=f"command {command.name}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif admission.result is not None:
            self._answer(admission.result)

    async def close(self) -> None:
        """Let what is being done come to its end."""
        await asyncio.gather(*self._tasks)

    async def _run(self, command: Command) -> None:
        try:
            result = await self._carry_out(command)
        except PlayheadError as error:
            result = Result(command.id, ok=False, code=error.code, message=str(error)[:MAX_TEXT_CHARACTERS])
        except Exception:  # noqa: BLE001 - one command that goes wrong is answered, and ends nothing else
            _log.exception("command failed", id=command.id, name=command.name)
            result = Result(command.id, ok=False, code="workstation.internal", message="The workstation failed.")
        self._log.answer(result)
        try:
            self._answer(result)
        except UnavailableError as error:
            _log.info("result not sent", id=result.id, code=error.code)

    def _answer(self, result: Result) -> None:
        if self._post is not None and result.id in self._unanswered:
            self._unanswered.discard(result.id)
            self._post(result)
