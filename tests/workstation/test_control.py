import asyncio
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from playhead.base.errors import ConflictError, NotFoundError, UnavailableError
from playhead.workstation import control
from playhead.workstation.control import CONNECTIONS_MAX, LINE_BYTES_MAX, Question, ask, control_socket


async def answer(question: Question) -> dict[str, Any]:
    if question.command == "stop":
        raise ConflictError("recording.none", "Nothing is being recorded.", hint="Start one.")
    return {"heard": question.reason}


async def say(folder: Path, data: bytes) -> bytes:
    reader, writer = await asyncio.open_unix_connection(str(folder / "control.sock"))
    writer.write(data)
    await writer.drain()
    reply = await reader.readline()
    writer.close()
    return reply


async def test_a_question_gets_its_answer(tmp_path: Path) -> None:
    async with control_socket(tmp_path, answer):
        assert await ask(tmp_path, Question("start", reason="now")) == {"ok": True, "heard": "now"}


async def test_nobody_else_may_open_it_and_it_is_gone_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    async with control_socket(tmp_path, answer):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.exists()


async def test_what_a_dead_one_left_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "control.sock").touch()
    async with control_socket(tmp_path, answer):
        assert (await ask(tmp_path, Question("status")))["ok"]


async def test_a_refusal_keeps_its_code_and_hint(tmp_path: Path) -> None:
    async with control_socket(tmp_path, answer):
        with pytest.raises(UnavailableError) as caught:
            await ask(tmp_path, Question("stop"))
    assert (caught.value.code, caught.value.hint) == ("recording.none", "Start one.")


@pytest.mark.parametrize("data", [b"\n", b"garbage\n", b"[]\n", b'{"command": 1}\n', b'{"command": "x", "y": 1}\n'])
async def test_garbage_is_refused(tmp_path: Path, data: bytes) -> None:
    async with control_socket(tmp_path, answer):
        reply = json.loads(await say(tmp_path, data))
        assert reply["error"]["code"] == "control.question"
        assert (await ask(tmp_path, Question("status")))["ok"], "others are unharmed"


async def test_a_line_at_the_limit_is_taken_and_a_longer_one_dropped(tmp_path: Path) -> None:
    async with control_socket(tmp_path, answer):
        empty = len(json.dumps({"command": "start", "reason": ""})) + 1
        for excess, expected in ((0, True), (2, False)):
            line = json.dumps({"command": "start", "reason": "x" * (LINE_BYTES_MAX - empty + excess)}).encode() + b"\n"
            try:
                reply = await say(tmp_path, line)
            except OSError:
                reply = b""
            assert bool(reply) is expected


async def test_one_that_says_nothing_is_dropped_and_only_so_many_are_served(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(control, "ANSWER_S", 0.2)
    async with control_socket(tmp_path, answer):
        path = str(tmp_path / "control.sock")
        silent = [await asyncio.open_unix_connection(path) for _ in range(CONNECTIONS_MAX + 2)]
        for reader, writer in silent:
            assert await reader.read() == b""
            writer.close()
        monkeypatch.setattr(control, "ANSWER_S", 10.0)
        assert (await ask(tmp_path, Question("status")))["ok"]


async def test_a_deep_folder_is_no_obstacle(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    async with control_socket(deep, answer):
        assert (await ask(deep, Question("status")))["ok"]


async def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        await ask(tmp_path, Question("status"))
    with pytest.raises(NotFoundError):
        await ask(tmp_path / "nowhere" / ("x" * 120), Question("status"))


async def test_an_unusable_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as caught:
        async with control_socket(tmp_path / "nowhere", answer):
            pass
    assert caught.value.code == "control.unusable"


async def test_an_answer_that_is_none(tmp_path: Path) -> None:
    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"no json\n")
        writer.close()

    server = await asyncio.start_unix_server(nonsense, os.fspath(tmp_path / "control.sock"))
    with pytest.raises(UnavailableError) as caught:
        await ask(tmp_path, Question("status"))
    server.close()
    assert caught.value.code == "workstation.no_answer"
