"""Who has the ports of the configuration; said before the server starts, and when asked."""

import getpass
import json
import os
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import msgspec
import pytest
from cli.conftest import Run

from playhead.base.errors import InvalidInputError, UnavailableError
from playhead.cli import occupancy
from playhead.cli.occupancy import require_free_ports
from playhead.cli.places import PremisesPlaces, Running
from playhead.cli.settings import PremisesSettings
from playhead.environment.occupied import Occupant

TEXT = """[screen]
listen = "127.0.0.1:{}"

[tokens]
listen = "127.0.0.1:0"
[portal]
listen = "127.0.0.1:0"
https_listen = "127.0.0.1:0"
[logs]
listen = "127.0.0.1:0"
[native_players]
listen = "127.0.0.1:0"
"""


@pytest.fixture
def taken() -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def places(tmp_path: Path, taken: int) -> PremisesPlaces:
    """A server whose screen port somebody has."""
    (tmp_path / "premises.toml").write_text(TEXT.format(taken))
    return PremisesPlaces(tmp_path)


def ourselves() -> str:
    name = Path("/proc/self/comm").read_text().strip()
    return f"{name} (process {os.getpid()} of {getpass.getuser()})"


def test_a_server_does_not_start_and_says_who_has_the_port_and_where_it_is_set(
    places: PremisesPlaces, taken: int
) -> None:
    with pytest.raises(UnavailableError) as caught:
        require_free_ports(places, PremisesSettings.load(places))
    assert caught.value.code == "net.port_taken"
    assert caught.value.message == f"Port {taken} (screen recording) is taken by {ourselves()}."
    assert f"kill {os.getpid()}" in caught.value.hint
    assert f"screen.listen ({places.config}, line 2)" in caught.value.hint


def test_an_address_that_is_not_of_this_machine(places: PremisesPlaces) -> None:
    places.config.write_text(TEXT.format(7001).replace("127.0.0.1:7001", "192.0.2.1:7001"))
    with pytest.raises(UnavailableError, match="cannot be used") as caught:
        require_free_ports(places, PremisesSettings.load(places))
    assert caught.value.code == "net.address_unusable"


def test_the_server_that_runs_has_its_own_ports(places: PremisesPlaces, run: Run, taken: int) -> None:
    places.running.parent.mkdir()
    places.running.write_bytes(msgspec.json.encode(asdict(Running(os.getpid(), "http://127.0.0.1", taken))))
    said = run("environment", "ports", "--check", "--format", "json", "--data", places.root)
    assert said.code == 0
    (screen,) = json.loads(said.out)
    assert (screen["port"], screen["state"], screen["mend"]) == (taken, "listening", None)
    require_free_ports(places, PremisesSettings.load(places))  # that it runs already, its lock says


@pytest.mark.parametrize(("says", "state"), [(True, "listening"), (False, "is taken by")])
def test_without_being_told_the_process_the_server_s_own_word_counts(
    places: PremisesPlaces, taken: int, monkeypatch: pytest.MonkeyPatch, *, says: bool, state: str
) -> None:
    monkeypatch.setattr(occupancy, "occupants", lambda _: (Occupant("127.0.0.1", "playhead"),))
    listeners = {"screen": f"127.0.0.1:{taken}"} if says else {}
    server = Running(os.getpid(), "http://127.0.0.1", taken, listeners=listeners)
    (screen,) = occupancy.look(PremisesSettings.load(places), server)
    assert screen.state.startswith(state)


def test_a_check_names_the_program_and_what_frees_the_port(places: PremisesPlaces, run: Run, taken: int) -> None:
    said = run("environment", "ports", "--check", "--data", places.root)
    assert said.code == 1
    assert f"is taken by {ourselves()}" in said.out
    assert str(taken) in said.out
    places.config.write_text(TEXT.format(0))
    assert run("environment", "ports", "--check", "--data", places.root).code == 0


def test_a_port_of_another_service_is_said_with_its_line(places: PremisesPlaces, run: Run) -> None:
    places.config.write_text(TEXT.format(5634))
    said = run("environment", "ports", "--check", "--data", places.root).err
    assert f"{places.config}, line 2: screen.listen: port 5634 is the one of desktop analytics" in said
    assert "5633 is its own" in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[tokens]\nlisten = "127.0.0.1:5633"\n', "line 2: tokens.listen: screen.listen has port 5633 already"),
        ('[tokens]\nlisten = "*:5633"\n', "give one of them another, such as 5650"),
        ('[portal]\n\nlisten = "127.0.0.1:5650"\n', "line 3: portal.listen: tokens.listen has port 5650 already"),
        ('[screen]\nlisten = "127.0.0.1:70000"\n', "line 2: screen.listen:"),
        ('[screen]\nlissen = "127.0.0.1:7000"\n', "line 2: there is no key 'screen.lissen'. Did you mean 'listen'?"),
    ],
)
def test_wrong_ports_are_refused_with_their_line_and_what_to_write(
    places: PremisesPlaces, text: str, words: str
) -> None:
    places.config.write_text(text)
    with pytest.raises(InvalidInputError) as caught:
        PremisesSettings.load(places)
    assert words in str(caught.value)


def test_a_port_that_is_not_opened_clashes_with_none(places: PremisesPlaces) -> None:
    places.config.write_text('[portal]\nlisten = "127.0.0.1:443"\ntransport = "plain"\n')
    assert "portal.https_listen" not in PremisesSettings.load(places).listening()
