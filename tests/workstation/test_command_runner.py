"""What a command runner answers must always fit the wire."""

import pytest

from playhead.base.errors import ConflictError
from playhead.wire.screen import Command, Result
from playhead.wire.screen.codec import encode_control
from playhead.wire.screen.commands import CommandLog
from playhead.wire.screen.limits import MAX_TEXT_CHARACTERS
from playhead.workstation.command_runner import CommandRunner


@pytest.mark.parametrize("length", [MAX_TEXT_CHARACTERS, MAX_TEXT_CHARACTERS + 1])
async def test_a_message_is_cut_to_what_the_wire_allows(length: int) -> None:
    async def refuse(_command: Command) -> Result:
        raise ConflictError("recording.active", "x" * length)

    runner = CommandRunner(CommandLog(), refuse)
    results: list[Result] = []
    runner.attach(results.append)
    runner.admit(Command(1, "start"))
    await runner.close()
    (result,) = results
    assert result.message == "x" * MAX_TEXT_CHARACTERS
    assert encode_control(result)
