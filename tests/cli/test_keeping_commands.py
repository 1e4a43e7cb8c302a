"""``playhead retention``, ``playhead erasure`` and ``playhead recordings delete``."""

import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest
from cli.conftest import BROKEN_OFF, OTHERS, WHOLE, Run

from playhead.cli.places import PremisesPlaces

EVERYTHING = 3
"""Recordings of the library, all of 2026-01-01."""


def read_json(run: Run, library: PremisesPlaces, *arguments: object) -> dict[str, object]:
    said = run(*arguments, "--json", "--data", library.root)
    assert said.code == 0, said.err
    return json.loads(said.out)


def listed(run: Run, library: PremisesPlaces) -> set[str]:
    return {one["id"] for one in json.loads(run("recordings", "list", "--json", "--data", library.root).out)}


def copies(library: PremisesPlaces, folder: Path) -> Path:
    shutil.copytree(library.recordings, folder)
    return folder


# --- retention


def test_at_first_everything_is_kept(run: Run, library: PremisesPlaces) -> None:
    said = run("retention", "show", "--data", library.root)
    assert "otherwise  for ever  everything else" in said.out
    assert "A run would delete 0 recordings" in said.out


def test_what_is_shown_can_be_changed_and_set(run: Run, library: PremisesPlaces, tmp_path: Path) -> None:
    told = read_json(run, library, "retention", "show")
    told["rules"] = [{"name": "Sold", "days": 365, "tags": ["Outcome:Sale"], "states": ["complete"]}]
    told["defaultDays"] = 30
    policy = tmp_path / "policy.json"
    policy.write_text(json.dumps(told))

    assert read_json(run, library, "retention", "preview", policy)["recordings"] == EVERYTHING
    said = run("retention", "set", policy, "--data", library.root)
    assert (said.code, "Sold: 365 days. Everything else is kept for 30 days." in said.err) == (0, True)
    again = read_json(run, library, "retention", "show")
    assert again["defaultDays"] == 30
    (rule,) = again["rules"]
    assert (rule["name"], rule["days"], rule["tags"], rule["states"]) == ("Sold", 365, ["outcome:sale"], ["complete"])
    with closing(sqlite3.connect(library.catalogue)) as catalogue:
        (noted,) = catalogue.execute("SELECT actor FROM audit WHERE action = 'retention.changed'").fetchall()
    assert noted == ("operator",)


@pytest.mark.parametrize("arguments", [(), ("--days", "30", "--for-ever"), ("--days", "0"), ("nowhere.json",)], ids=str)
def test_a_policy_is_asked_for_in_one_way(run: Run, library: PremisesPlaces, arguments: tuple[str, ...]) -> None:
    assert run("retention", "set", *arguments, "--data", library.root).code == 2


@pytest.mark.parametrize("text", ["", "{}", '{"rules": [{"name": "x"}], "defaultDays": 1}', '{"rulez": []}'])
def test_what_is_no_policy_is_said(run: Run, library: PremisesPlaces, tmp_path: Path, text: str) -> None:
    policy = tmp_path / "policy.json"
    policy.write_text(text)
    said = run("retention", "set", policy, "--data", library.root)
    assert (said.code, "This is no policy" in said.err) == (1, True)


def test_a_run_deletes_what_is_due(run: Run, library: PremisesPlaces) -> None:
    run("recordings", "hold", WHOLE, "--reason", "case 4711", "--data", library.root)
    run("retention", "set", "--days", 1, "--data", library.root)
    pending = read_json(run, library, "retention", "show")["pending"]
    assert (pending["recordings"], pending["held"], pending["needsConfirmation"]) == (2, 1, False)
    said = run("retention", "run", "--data", library.root)
    assert (said.code, "2 recordings deleted" in said.err) == (0, True)
    assert listed(run, library) == {str(WHOLE)}
    assert len(list(library.recordings.rglob("*.vid"))) == 1
    assert run("check", "--data", library.root).code == 0


def test_too_much_waits_for_the_very_number(run: Run, library: PremisesPlaces) -> None:
    library.config.write_text("[keeping]\nrecordings_min = 1\nshare_max = 0.0\n")
    run("retention", "set", "--days", 1, "--data", library.root)
    said = run("retention", "run", "--data", library.root)
    assert (said.code, "playhead retention run --confirm 3" in said.err) == (1, True)
    said = run("retention", "run", "--confirm", 2, "--data", library.root)
    assert (said.code, "would take 3 recordings now, not 2" in said.err) == (1, True)
    assert len(listed(run, library)) == EVERYTHING
    assert run("retention", "run", "--confirm", 3, "--data", library.root).code == 0
    assert listed(run, library) == set()


# --- with the server running


@pytest.fixture
def _server(library: PremisesPlaces) -> Generator[None]:
    anywhere = "127.0.0.1:0"
    library.config.write_text(
        f'[portal]\nlisten = "{anywhere}"\nhttps_listen = "{anywhere}"\ntransport = "plain"\n'
        f'[tokens]\nlisten = "{anywhere}"\n[screen]\nlisten = "{anywhere}"\n[logs]\nlisten = "{anywhere}"\n'
        f'[native_players]\nlisten = "{anywhere}"\n'
    )
    command = [sys.executable, "-m", "playhead", "premises", "run", "--data", str(library.root)]
    with (library.root / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            deadline = time.monotonic() + 60
            while not library.running.exists():
                assert process.poll() is None, (library.root / "log").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
            process.wait(20)


@pytest.mark.usefixtures("_server")
def test_the_server_does_it_where_it_runs(run: Run, library: PremisesPlaces) -> None:
    run("recordings", "hold", WHOLE, "--reason", "case 4711", "--data", library.root)
    said = run("recordings", "delete", WHOLE, "--reason", "x", "--yes", "--data", library.root)
    assert (said.code, "case 4711" in said.err) == (1, True)
    assert run("recordings", "delete", BROKEN_OFF, "--reason", "x", "--yes", "--data", library.root).code == 0
    run("retention", "set", "--days", 1, "--data", library.root)
    said = run("retention", "run", "--data", library.root)
    assert (said.code, "The server runs the policy now" in said.err) == (0, True)
    deadline = time.monotonic() + 30
    while listed(run, library) != {str(WHOLE)}:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    erased = json.loads(run("erasure", "list", "--json", "--data", library.root).out)
    assert [(one["recording"], one["by"]) for one in erased] == [(str(OTHERS), "policy"), (str(BROKEN_OFF), "operator")]


# --- erasing


def test_one_is_erased_with_its_certificate(run: Run, library: PremisesPlaces, tmp_path: Path) -> None:
    said = run("recordings", "delete", WHOLE, "--reason", "request 812", "--yes", "--data", library.root)
    assert (said.code, "erased" in said.err) == (0, True)
    assert str(WHOLE) not in listed(run, library)
    (one,) = json.loads(run("erasure", "list", "--json", "--data", library.root).out)
    assert (one["recording"], one["by"], one["reason"], one["phase"]) == (
        str(WHOLE),
        "operator",
        "request 812",
        "removed",
    )
    assert "request 812" in run("erasure", "list", "--data", library.root).out

    certificate = tmp_path / "erasure.json"
    certificate.write_text(run("erasure", "certificate", one["id"], "--data", library.root).out)
    said = run("erasure", "verify", certificate, "--data", library.root)
    assert (said.code, "Signed by the authority of site site" in said.err) == (0, True)
    told = read_json(run, library, "erasure", "verify", certificate)
    assert (told["valid"], told["reason"]) == (True, "request 812")

    empty = tmp_path / "elsewhere"
    said = run("erasure", "verify", certificate, "--authority", told["authority"], "--data", empty)
    assert said.code == 0
    said = run("erasure", "verify", certificate, "--authority", "00" * 32, "--data", empty)
    assert (said.code, "another authority" in said.err) == (1, True)
    certificate.write_text(certificate.read_text().replace("request 812", "request 813"))
    said = run("erasure", "verify", certificate, "--data", library.root)
    assert (said.code, "was changed" in said.err) == (1, True)


def test_a_slip_of_the_finger_erases_nothing(run: Run, library: PremisesPlaces) -> None:
    assert run("recordings", "delete", WHOLE, "--reason", "x", "--data", library.root, stdin="n\n").code == 1
    said = run("recordings", "delete", WHOLE, "--reason", " ", "--yes", "--data", library.root)
    assert (said.code, "needs a reason" in said.err) == (1, True)
    assert str(WHOLE) in listed(run, library)


def test_what_is_held_is_refused(run: Run, library: PremisesPlaces) -> None:
    run("recordings", "hold", WHOLE, "--reason", "case 4711", "--data", library.root)
    said = run("recordings", "delete", WHOLE, "--reason", "x", "--yes", "--data", library.root)
    assert (said.code, "case 4711" in said.err) == (1, True)
    assert str(WHOLE) in listed(run, library)


def test_copies_are_made_unreadable_too(run: Run, library: PremisesPlaces, tmp_path: Path) -> None:
    backup = copies(library, tmp_path / "backup")
    run("recordings", "delete", BROKEN_OFF, "--reason", "x", "--yes", "--data", library.root)
    before = {path: path.read_bytes() for path in backup.rglob("*.vid")}
    said = run("erasure", "apply", backup, "--data", library.root)
    assert (said.code, "Keys destroyed in 1 copies." in said.err) == (0, True)
    changed = [path for path, content in before.items() if path.read_bytes() != content]
    assert len(changed) == 1
    assert b'"sealed"' not in changed[0].read_bytes()[:2_000]
    assert run("erasure", "apply", backup, "--data", library.root).code == 0


def test_nothing_erased_is_said(run: Run, library: PremisesPlaces) -> None:
    assert run("erasure", "list", "--data", library.root).out == "Nothing was erased.\n"
    assert run("erasure", "certificate", 1, "--data", library.root).code == 1
    assert str(OTHERS) in listed(run, library)
