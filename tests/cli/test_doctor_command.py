"""``playhead doctor``: what it prints, writes and ends with."""

import json
import shutil
import socket
from pathlib import Path

import pytest
from cli.conftest import Run

from playhead.base.clock import SystemClock
from playhead.base.ids import SiteId
from playhead.cli.places import PremisesPlaces
from playhead.environment.doctor.findings import Report
from playhead.net.http.certificates import own_certificate
from playhead.store.keyring import Keyring

Codes = dict[str, list[dict[str, object]]]


@pytest.fixture
def server(library: PremisesPlaces) -> PremisesPlaces:
    """A server that does not run, with ports that nobody else has."""
    shutil.rmtree(library.keys)  # made at a time of the tests' own
    Keyring.open(library.keys, SiteId("site"), SystemClock())
    own_certificate(library.keys, (), SystemClock())
    free = []
    for _ in range(6):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            free.append(listener.getsockname()[1])
    library.config.write_text(
        f'[screen]\nlisten = "127.0.0.1:{free[0]}"\n[tokens]\nlisten = "127.0.0.1:{free[1]}"\n'
        f'[portal]\nlisten = "127.0.0.1:{free[2]}"\nhttps_listen = "127.0.0.1:{free[3]}"\n'
        f'[logs]\nlisten = "127.0.0.1:{free[4]}"\n[native_players]\nlisten = "127.0.0.1:{free[5]}"\n'
    )
    return library


def found(text: str) -> Codes:
    by_code: Codes = {}
    for one in json.loads(text)["findings"]:
        by_code.setdefault(one["code"], []).append(one)
    return by_code


def test_a_server_that_does_not_run(run: Run, server: PremisesPlaces) -> None:
    said = run("doctor", "--json", "--data", server.root)
    told = found(said.out)
    assert said.code == 1, said
    assert Report.from_json(json.dumps(json.loads(said.out))).role == "premises"
    assert len(told["port.free"]) >= 4
    assert len(told["certificate.valid"]) == 3
    assert {"program.stopped", "disk.enough", "encoder.present"} <= set(told)


def test_a_port_that_another_program_has(run: Run, server: PremisesPlaces) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        server.config.write_text(f'[screen]\nlisten = "127.0.0.1:{port}"\n')
        said = run("doctor", "--role", "premises", "--json", "--data", server.root)
    taken = [one for one in found(said.out)["port.taken"] if one["evidence"]["port"] == port]  # type: ignore[index]
    assert said.code == 2
    assert len(taken) == 1
    assert "process" in str(taken[0]["message"])


def test_as_text_for_a_person(run: Run, server: PremisesPlaces) -> None:
    said = run("doctor", "--data", server.root)
    assert "(program.stopped)" in said.out
    assert "→ Start it: `playhead workstation run`" in said.out
    assert "warning" in said.out.splitlines()[-1]


def test_a_page_that_is_signed_and_verified(run: Run, server: PremisesPlaces, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    assert run("doctor", "--html", page, "--data", server.root).code == 1
    said = run("doctor", "--verify", page, "--data", server.root)
    assert said.code == 0
    assert "The page is as server of site site made it" in said.err
    page.write_text(page.read_text().replace("Warning", "Well"))
    said = run("doctor", "--verify", page, "--data", server.root)
    assert (said.code, "it was changed" in said.err) == (1, True)


def test_a_folder_of_nobody(run: Run, tmp_path: Path) -> None:
    said = run("doctor", "--data", tmp_path)
    assert said.code == 1
    assert "neither a server nor a workstation" in said.err
    assert "--role" in said.err
