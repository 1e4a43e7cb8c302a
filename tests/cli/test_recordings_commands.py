"""``playhead recordings``: list, export, and what they say when they cannot."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import av
import pytest
from cli.conftest import BROKEN_OFF, OTHERS, WHOLE, Run

from playhead.base.ids import RecordingId
from playhead.cli.places import PremisesPlaces
from playhead.testing.vid import make_header, make_vid

SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US


def file_of(library: PremisesPlaces, seed: str) -> Path:
    """The segment that the library has of a fixture."""
    (found,) = library.recordings.rglob(f"{make_header(seed)[0].segment}.vid")
    return found


def flip(path: Path, offset: int) -> None:
    data = bytearray(path.read_bytes())
    data[offset] ^= 1
    path.write_bytes(data)


# --- list


def test_the_newest_come_first(run: Run, library: PremisesPlaces) -> None:
    said = run("recordings", "list", "--data", library.root)
    heads, *rows = said.out.splitlines()
    assert heads.split() == ["ID", "STARTED", "LENGTH", "SIZE", "STATE", "WORKSTATION", "AGENT", "TAGS"]
    assert [row.split()[0] for row in rows] == [str(OTHERS), str(BROKEN_OFF), str(WHOLE)]
    assert rows[2].split()[1:3] == ["2026-01-01T00:00:00Z", "0:00:03"]
    assert rows[2].split()[-3:] == ["complete", "pc-1", "agent.one"]
    assert (said.code, said.err) == (0, "")


def test_the_list_for_a_program(run: Run, library: PremisesPlaces) -> None:
    newest, _, oldest = json.loads(run("recordings", "list", "--json", "--data", library.root).out)
    assert newest["workstation"] == "pc-2"
    assert oldest == {
        "id": str(WHOLE),
        "workstation": "pc-1",
        "agent": "agent.one",
        "state": "complete",
        "startedAt": "2026-01-01T00:00:00.000000Z",
        "coveredMs": 3000,
        "bytes": file_of(library, "a").stat().st_size,
        "segments": 1,
        "site": "site",
        "tags": [],
        "held": False,
        "blackout": False,
    }


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["--workstation", "pc-2"], [OTHERS]),
        (["--state", "interrupted"], [BROKEN_OFF]),
        (["--workstation", "pc-1", "--state", "complete"], [WHOLE]),
        (["--workstation", "pc-9"], []),
        (["--workstation", "pc-1", "--workstation", "pc-2", "--order", "started"], [WHOLE, BROKEN_OFF, OTHERS]),
        (["--agent", "CORP\\AGENT.ONE", "--state", "complete"], [OTHERS, WHOLE]),
        (["--group", "nobody"], []),
        (["--from", "2026-01-01", "--to", "2026-01-03", "--site", "site", "--limit", 1], [OTHERS]),
        (["--search", "agent pc-2"], [OTHERS]),
        (["--gap"], []),
        (["--no-gap", "--no-blackout", "--not-held", "--max-length", "10 s", "--state", "interrupted"], [BROKEN_OFF]),
        (["--min-length", "1 h"], []),
        (["--tag", "vip"], []),
    ],
)
def test_only_some(run: Run, library: PremisesPlaces, wanted: list[str], found: list[RecordingId]) -> None:
    said = run("recordings", "list", "--json", *wanted, "--data", library.root)
    assert [item["id"] for item in json.loads(said.out)] == [str(each) for each in found]


@pytest.mark.parametrize(
    "wanted", [["--order", "name"], ["--min-length", "5"], ["--from", "yesterday"], ["--state", "lost"], ["--limit", 0]]
)
def test_what_cannot_be_asked_for(run: Run, library: PremisesPlaces, wanted: list[str]) -> None:
    assert run("recordings", "list", *wanted, "--data", library.root).code == 2


def test_more_than_were_asked_for(run: Run, library: PremisesPlaces) -> None:
    said = run("recordings", "list", "--limit", 2, "--data", library.root)
    assert len(said.out.splitlines()) == 3
    assert "Only the first 2; ask for more with --limit." in said.err


def test_nothing_to_list(run: Run, library: PremisesPlaces) -> None:
    said = run("recordings", "list", "--workstation", "pc-9", "--data", library.root)
    assert (said.code, said.out) == (0, "No such recordings. Start one with `playhead record start WORKSTATION`.\n")


@pytest.mark.parametrize("what", [["list"], ["export", "0198", "out.mp4"]])
def test_a_folder_without_a_server_s_data(run: Run, tmp_path: Path, what: list[str]) -> None:
    said = run("recordings", *what, "--data", tmp_path)
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        f"playhead: There is no premises server's data in {tmp_path}.\n"
        "  Start one with `playhead up` or `playhead demo`, or name its folder with --data.\n"
    )
    assert list(tmp_path.iterdir()) == [], "and none is made"


# --- naming a recording


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0198c0de", "Several recordings' ids begin with 0198c0de."),
        ("0198dead", "No recording's id begins with 0198dead."),
        (str(WHOLE)[:-1] + "f", f"No recording's id begins with {str(WHOLE)[:-1]}f."),
        ("019", "'019' is not a recording's id."),
        ("call-7", "'call-7' is not a recording's id."),
        (f"{WHOLE}0", f"'{WHOLE}0' is not a recording's id."),
    ],
)
def test_an_id_that_names_none(run: Run, library: PremisesPlaces, text: str, message: str) -> None:
    out = library.root / "out.mp4"
    said = run("recordings", "export", text, out, "--data", library.root)
    assert said.code == 1
    assert said.err.splitlines()[0] == f"playhead: {message}"
    assert said.err.splitlines()[1].startswith("  "), "and what to do about it"
    assert said.out == ""
    assert not out.exists()


# --- tag, hold


def test_tags_are_given_and_taken(run: Run, library: PremisesPlaces) -> None:
    said = run("recordings", "tag", WHOLE, "VIP", "to train", "--data", library.root)
    assert (said.code, said.out) == (0, "")
    assert "tagged “vip”" in said.err
    (found,) = json.loads(run("recordings", "list", "--json", "--tag", "Vip", "--data", library.root).out)
    assert (found["id"], found["tags"]) == (str(WHOLE), ["to train", "vip"])
    assert "was tagged “vip” already" in run("recordings", "tag", WHOLE, "vip", "--data", library.root).err
    run("recordings", "tag", WHOLE, "vip", "--remove", "--data", library.root)
    assert json.loads(run("recordings", "list", "--json", "--tag", "vip", "--data", library.root).out) == []
    said = run("recordings", "tag", WHOLE, "a,b", "--data", library.root)
    assert said.code == 1
    assert "is no tag" in said.err


def test_a_recording_is_held_and_released(run: Run, library: PremisesPlaces) -> None:
    assert run("recordings", "hold", WHOLE, "--reason", "case 4711", "--data", library.root).code == 0
    (found,) = json.loads(run("recordings", "list", "--json", "--held", "--data", library.root).out)
    assert found["id"] == str(WHOLE)
    assert "held" in run("recordings", "list", "--search", "4711", "--data", library.root).out
    run("recordings", "hold", WHOLE, "--release", "--data", library.root)
    assert json.loads(run("recordings", "list", "--json", "--held", "--data", library.root).out) == []
    with closing(sqlite3.connect(library.catalogue)) as connection:
        noted = connection.execute(
            "SELECT actor, action, subject FROM audit WHERE action LIKE 'recording.%'"
        ).fetchall()
    assert noted == [("operator", f"recording.{what}", str(WHOLE)) for what in ("held", "released")]


@pytest.mark.parametrize("options", [[], ["--release", "--reason", "both"]])
def test_a_hold_takes_a_reason_or_ends(run: Run, library: PremisesPlaces, options: list[str]) -> None:
    said = run("recordings", "hold", WHOLE, *options, "--data", library.root)
    assert said.code == 2
    assert "Give a --reason to hold it, or --release." in said.err


# --- export


def test_export_makes_a_standard_mp4(run: Run, library: PremisesPlaces, tmp_path: Path) -> None:
    out = tmp_path / "call.mp4"
    said = run("recordings", "export", WHOLE, out, "--data", library.root)
    assert (said.code, said.out) == (0, "")
    assert f"{out}: 0:00:03" in said.err
    with av.open(out) as container:
        assert [stream.metadata["handler_name"] for stream in container.streams.video] == ["DP-1", "DP-2"]


def test_export_of_one_monitor(run: Run, library: PremisesPlaces, tmp_path: Path) -> None:
    out = tmp_path / "right.mp4"
    assert run("recordings", "export", WHOLE, out, "--monitor", "DP-2", "--data", library.root).code == 0
    with av.open(out) as container:
        assert [stream.metadata["handler_name"] for stream in container.streams.video] == ["DP-2"]


def test_export_of_a_monitor_that_there_is_not(run: Run, library: PremisesPlaces, tmp_path: Path) -> None:
    said = run("recordings", "export", WHOLE, tmp_path / "x.mp4", "--monitor", "HDMI-7", "--data", library.root)
    assert said.code == 1
    assert said.err.endswith("playhead: There is no such picture in the recording.\n  Its monitors are: DP-1, DP-2.\n")
    assert not (tmp_path / "x.mp4").exists()


def test_export_replaces_a_file_only_by_force(run: Run, library: PremisesPlaces, tmp_path: Path) -> None:
    out = tmp_path / "call.mp4"
    out.write_text("dear to somebody")
    said = run("recordings", "export", WHOLE, out, "--data", library.root)
    assert said.code == 1
    assert said.err == f"playhead: {out} exists.\n  Name another file, or replace it with --force.\n"
    assert out.read_text() == "dear to somebody"
    assert run("recordings", "export", WHOLE, out, "--force", "--data", library.root).code == 0
    assert out.stat().st_size > 1000


def test_export_into_a_folder_that_there_is_not(run: Run, library: PremisesPlaces, tmp_path: Path) -> None:
    said = run("recordings", "export", WHOLE, tmp_path / "no" / "call.mp4", "--data", library.root)
    assert said.code == 1
    assert "call.mp4 cannot be written" in said.err
    assert "Traceback" not in said.err


def test_export_leaves_out_what_is_damaged_and_says_so(run: Run, library: PremisesPlaces, tmp_path: Path) -> None:
    path, out = file_of(library, "b"), tmp_path / "rest.mp4"
    flip(path, path.stat().st_size * 19 // 20)
    said = run("recordings", "export", BROKEN_OFF, out, "--data", library.root)
    assert said.code == 0
    assert "Left out: " in said.err
    assert "vid." in said.err
    with av.open(out) as container:
        assert 0 < len(list(container.decode(video=0))) < len(make_vid("b").pictures)


def test_export_of_a_file_that_is_gone(run: Run, library: PremisesPlaces, tmp_path: Path) -> None:
    file_of(library, "a").unlink()
    said = run("recordings", "export", WHOLE, tmp_path / "x.mp4", "--data", library.root)
    assert said.code == 1
    assert said.err.startswith("playhead: The file ")
    assert said.err.endswith(" is not there.\n")
    assert not (tmp_path / "x.mp4").exists()
