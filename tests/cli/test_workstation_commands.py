"""``playhead workstation``: what it says before there is a server, an enrolment or a running workstation."""

import asyncio
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest
from cli.conftest import Run

from playhead.base.addresses import Address
from playhead.base.ids import WorkstationId
from playhead.cli.agent_side import host_name
from playhead.cli.workstation_file import load_settings, write_settings
from playhead.wire.pki import EnrolmentCode
from playhead.wire.screen.blackouts import BlackoutRequest
from playhead.workstation.control import Question, control_socket
from playhead.workstation.status import LocalStatus

CODE = EnrolmentCode.create(bytes(10), b"an authority").text
NOBODY = "127.0.0.1:9"
"""Discard (RFC 863): nobody listens there."""


@pytest.mark.parametrize("command", [["run"], ["status"], ["blackout", "on"], ["indicator"]])
def test_before_it_is_enrolled(run: Run, tmp_path: Path, command: list[str]) -> None:
    said = run("workstation", *command, "--data", tmp_path)
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        f"playhead: No workstation is enrolled in {tmp_path}.\n"
        "  Run `playhead workstation enrol` first, or name its folder with --data.\n"
    )


@pytest.mark.parametrize("command", [["status"], ["status", "--json"], ["blackout", "off"]])
def test_while_it_does_not_run(run: Run, tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "workstation.toml").write_text('[workstation]\nid = "desk-1"\n')
    said = run("workstation", *command, "--data", tmp_path)
    assert (said.code, said.out) == (1, "")
    assert "No workstation runs with" in said.err
    assert "playhead workstation run" in said.err


class Station(threading.Thread):
    """A workstation's control socket, as long as a test needs it."""

    def __init__(self, folder: Path, others: tuple[BlackoutRequest, ...]) -> None:
        super().__init__()
        self.folder, self.others = folder, others
        self.asked: list[Question] = []
        self.is_up = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.over = asyncio.Event()

    def run(self) -> None:
        self.loop.run_until_complete(self.serve())
        self.loop.close()

    async def serve(self) -> None:
        async with control_socket(self.folder, self.answer):
            self.is_up.set()
            await self.over.wait()

    async def answer(self, question: Question) -> dict[str, object]:
        self.asked.append(question)
        status = LocalStatus("desk-1", "blackout", "", "", False, None, False, "", 0, 0.0, (), blackouts=self.others)  # noqa: FBT003
        return {"recording": "", "status": msgspec.to_builtins(status)}

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.over.set)
        self.join()


def test_a_blackout_for_some_minutes_and_who_else_wants_one(run: Run, tmp_path: Path) -> None:
    (tmp_path / "workstation.toml").write_text('[workstation]\nid = "desk-1"\n')
    (tmp_path / "workstation").mkdir()
    station = Station(tmp_path / "workstation", (BlackoutRequest("api", 5, by="anna", reason="card"),))
    station.start()
    assert station.is_up.wait(10)
    try:
        on = run("workstation", "blackout", "on", "--reason", "private", "--minutes", "5", "--data", tmp_path)
        off = run("workstation", "blackout", "off", "--data", tmp_path)
        too_long = run("workstation", "blackout", "on", "--minutes", "1441", "--data", tmp_path)
    finally:
        station.stop()
    assert (on.code, off.code, too_long.code) == (0, 0, 2)
    first, second = station.asked
    assert (first.command, first.reason, first.minutes, first.source) == ("blackout_on", "private", 5, "command_line")
    assert second == Question("blackout_off", by=first.by)
    assert "a user of the portal or the API, anna, card" in off.err + off.out


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("abc", "An enrolment code has 44 symbols without the hyphens; this one has 3."),
        (CODE[:-1] + ("0" if CODE[-1] != "0" else "1"), "The enrolment code has a typing mistake."),
        ("u" + CODE[1:], "Symbol 1 of the enrolment code"),
    ],
)
def test_a_code_that_was_mistyped(run: Run, tmp_path: Path, code: str, message: str) -> None:
    said = run("workstation", "enrol", "--server", NOBODY, "--code", code, "--name", "desk-1", "--data", tmp_path)
    assert said.code == 1
    assert said.err.startswith(f"playhead: {message}")
    assert code[5:] not in said.err or len(code) < 6


def test_a_server_that_is_not_there(run: Run, tmp_path: Path) -> None:
    said = run("workstation", "enrol", "--server", NOBODY, "--code", CODE, "--name", "desk-1", "--data", tmp_path)
    assert said.code == 1
    assert NOBODY in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("server", ["", "host:port", "host:70000", "http://host"])
def test_an_address_that_is_none(run: Run, tmp_path: Path, server: str) -> None:
    said = run("workstation", "enrol", "--server", server, "--code", CODE, "--name", "desk-1", "--data", tmp_path)
    assert said.code == 1
    assert said.err.startswith("playhead: ")
    assert not (tmp_path / "workstation.toml").exists()


@pytest.mark.parametrize("file", ["[workstation]\nfps = 3\n", "# nothing yet\n", ""])
def test_a_file_that_was_prepared_names_no_workstation_yet(run: Run, tmp_path: Path, file: str) -> None:
    path = tmp_path / "workstation.toml"
    path.write_text(file)
    said = run("workstation", "enrol", "--server", NOBODY, "--code", CODE, "--name", "desk-1", "--data", tmp_path)
    assert (said.code, NOBODY in said.err) == (1, True), "it gets as far as to the server"
    assert path.read_text() == file
    write_settings(tmp_path, WorkstationId("desk-1"), Address("10.9.0.1", 5633))
    settings = load_settings(tmp_path)
    assert (str(settings.id), settings.fps) == ("desk-1", 3 if "fps" in file else 5)


def test_a_file_that_is_wrong_is_said_before_the_code_is_used_up(run: Run, tmp_path: Path) -> None:
    (tmp_path / "workstation.toml").write_text("[workstation]\nfsp = 3\n")
    said = run("workstation", "enrol", "--server", NOBODY, "--code", CODE, "--name", "desk-1", "--data", tmp_path)
    assert said.code == 1
    assert "fsp" in said.err
    assert NOBODY not in said.err


def test_a_name_that_no_workstation_may_have(run: Run, tmp_path: Path) -> None:
    said = run("workstation", "enrol", "--server", NOBODY, "--code", CODE, "--name", "Desk 1", "--data", tmp_path)
    assert said.code == 1
    assert "Desk 1" in said.err
    assert not (tmp_path / "workstation.toml").exists()


@pytest.mark.parametrize(
    ("machine", "name"),
    [("DESK-7.example.org", "desk-7"), ("_x_", "x"), ("...", "workstation"), ("a" * 80, "a" * 63), ("büro", "b-ro")],
)
def test_the_default_name_is_the_machine_s(monkeypatch: pytest.MonkeyPatch, machine: str, name: str) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: machine)
    assert host_name() == name


def test_the_agent_s_machine_loads_nothing_of_the_server() -> None:
    """It starts twice as fast, and its memory is the agent's."""
    ask = "import sys, playhead.cli.agent_side; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout.split()
    assert "playhead.workstation.service" in loaded
    for name in ("playhead.premises", "playhead.portal", "sqlalchemy", "fastapi", "alembic"):
        assert name not in loaded
