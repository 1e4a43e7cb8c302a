"""``playhead recordings play``: the player it chooses, what that is told, and what is said where there is none."""

import json
import os
import sys
from pathlib import Path

import pytest
from cli.conftest import WHOLE, Run

from playhead.base.clock import SystemClock
from playhead.cli.native_programs import PLAYERS
from playhead.cli.places import PremisesPlaces, Running
from playhead.environment.ports import Service
from playhead.store.keyring import Keyring
from playhead.store.token_keys import verifying_keys
from playhead.wire.tokens import Audience, verify

PLAYER = """#!{python}
import json, os, pathlib, sys
if sys.argv[1:] == ["--list"]:
    print("{modules}")
    sys.exit()
given = [one.partition("fd://")[2] for one in sys.argv if "fd://" in one]
told = os.fdopen(int(given[0])).read() if given else ""
pathlib.Path(sys.argv[0] + ".told").write_text(json.dumps([sys.argv[1:], told]))
sys.exit(3)
"""


class Desk:
    """A machine with some players, on which a server seems to run."""

    def __init__(self, run: Run, places: PremisesPlaces, programs: Path) -> None:
        self._run = run
        self._programs = programs
        self.places = places
        self.serve("*:4510")

    def serve(self, address: str | None) -> None:
        listeners = {} if address is None else {Service.CLIENT_PLAYERS.value: address}
        Running(os.getpid(), "http://127.0.0.1:2020", 5633, listeners=listeners).write(self.places.running)

    def install(self, name: str, modules: str = "") -> None:
        program = self._programs / name
        program.write_text(PLAYER.format(python=sys.executable, modules=modules))
        program.chmod(0o755)

    def play(self, *options: object):
        return self._run("recordings", "play", str(WHOLE)[:13], "--data", self.places.root, *options)

    def told(self, name: str) -> tuple[list[str], str]:
        """Its arguments, and what it read."""
        options, read = json.loads((self._programs / f"{name}.told").read_text())
        return options, read


@pytest.fixture
def desk(run: Run, library: PremisesPlaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    programs = tmp_path / "programs"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    return Desk(run, library, programs)


def test_the_address_is_read_from_a_descriptor_and_stands_in_no_argument(desk: Desk) -> None:
    desk.install("mpv")
    desk.install("ffplay")
    said = desk.play("--", "--fs", "--speed=2")
    assert said.code == 3  # the player's own
    options, read = desk.told("mpv")
    assert options[1:3] == ["--fs", "--speed=2"]
    assert "token" not in " ".join(options) + said.out + said.err
    address, _, token = read.splitlines()[1].partition("?token=")
    assert address == f"rtsp://127.0.0.1:4510/recordings/{WHOLE}"
    clock = SystemClock()
    keyring = Keyring.open_existing(desk.places.keys, clock)
    now_s = clock.wall_us() // 1_000_000
    claims = verify(token, verifying_keys(keyring), audience=Audience.MEDIA, issuer=keyring.site, now_s=now_s)
    assert (claims.recording, claims.actions) == (WHOLE, {"play", "live"})


def test_ffplay_takes_it_as_an_argument_and_that_is_said(desk: Desk) -> None:
    desk.install("mpv")
    desk.install("ffplay")
    said = desk.play("--ffplay")
    assert "whoever is on this machine can read it" in said.err
    options, read = desk.told("ffplay")
    assert options[-1].startswith(f"rtsp://127.0.0.1:4510/recordings/{WHOLE}?token=ey")
    assert read == ""


def test_a_vlc_without_rtsp_is_passed_over_and_said_where_it_is_wanted(desk: Desk) -> None:
    desk.install("vlc", modules="satip access_realrtsp")
    desk.install("ffplay")
    assert desk.play().code == 3
    assert desk.told("ffplay")
    said = desk.play("--vlc")
    assert said.code == 1
    assert "without live555" in said.err
    desk.install("vlc", modules="live555")
    assert desk.play().code == 3
    assert "recordings" in desk.told("vlc")[1]


def test_without_a_player_it_is_said_which_to_install(desk: Desk) -> None:
    said = desk.play()
    assert (said.code, "apt-get install mpv" in said.err) == (1, True)
    assert all(one.name in said.err for one in PLAYERS)
    assert "vlc is not installed" in desk.play("--vlc").err


def test_where_the_port_is_off_it_is_said_how_to_turn_it_on(desk: Desk) -> None:
    desk.install("mpv")
    desk.serve(None)
    said = desk.play()
    assert (said.code, "[native_players]" in said.err) == (1, True)
    desk.places.running.unlink()
    assert "No premises server is running" in desk.play().err


def test_over_tls_where_nothing_is_plain(desk: Desk) -> None:
    desk.install("mpv")
    desk.serve("[::1]:4511")
    desk.places.config.write_text('[native_players]\nplain = "no"\n')
    assert desk.play().code == 3
    assert desk.told("mpv")[1].splitlines()[1].startswith("rtsps://[::1]:4511/recordings/")


def test_giving_leave_is_in_the_audit_log(desk: Desk, run: Run) -> None:
    desk.install("mpv")
    desk.play()
    assert str(WHOLE) in run("audit", "list", "--action", "token.given", "--data", desk.places.root).out


def test_a_player_that_cannot_be_started(desk: Desk) -> None:
    desk.install("mpv")
    (Path(os.environ["PATH"]) / "mpv").write_text("#!/nowhere\n")
    said = desk.play()
    assert (said.code, "cannot be started" in said.err) == (1, True)
