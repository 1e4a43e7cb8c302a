"""Enrolments are carried from one server of a site to another."""

import asyncio
import base64
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from cli.conftest import Run

from playhead.base.ids import WorkstationId
from playhead.cli import enrolments
from playhead.cli.enrolments import Enrolment, judge
from playhead.cli.places import PremisesPlaces
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.workstations import Workstation, enrol_workstation, list_workstations
from playhead.testing.catalogues import opened as opened_catalogue

KNOWN = Workstation(WorkstationId("pc-1"), b"k" * 32, b"c" * 32, 100)
TOLD = Enrolment("pc-1", b"k" * 32, b"c" * 32, 100)
OTHER_KEY = b"n" * 32


@pytest.mark.parametrize(
    ("known", "told", "wanted"),
    [
        (None, TOLD, ("enrol", "")),
        (None, Enrolment("pc-1", b"k" * 32, b"c" * 32, 100, 150), ("enrol", "revoke")),
        (KNOWN, TOLD, ("", "")),
        (KNOWN, Enrolment("pc-1", OTHER_KEY, b"c" * 32, 101), ("enrol", "")),
        (KNOWN, Enrolment("pc-1", OTHER_KEY, b"c" * 32, 100), ("", "")),
        (KNOWN, Enrolment("pc-1", OTHER_KEY, b"c" * 32, 99), ("", "")),
        (KNOWN, Enrolment("pc-1", b"k" * 32, b"c" * 32, 100, 100), ("", "revoke")),
        (KNOWN, Enrolment("pc-1", OTHER_KEY, b"c" * 32, 50, 99), ("", "")),
        (replace(KNOWN, revoked_at_us=120), Enrolment("pc-1", b"k" * 32, b"c" * 32, 100, 130), ("", "")),
        (replace(KNOWN, revoked_at_us=120), Enrolment("pc-1", OTHER_KEY, b"c" * 32, 130), ("enrol", "")),
    ],
)
def test_the_newest_counts_and_a_revocation_after_it(
    known: Workstation | None, told: Enrolment, wanted: tuple[str, str]
) -> None:
    assert judge(known, told) == wanted


@pytest.fixture
def other(library: PremisesPlaces, tmp_path: Path) -> PremisesPlaces:
    """Another server of the same site, which knows nobody but one of its own."""
    places = PremisesPlaces(tmp_path / "other")
    places.make()
    shutil.rmtree(places.keys)
    shutil.copytree(library.keys, places.keys)

    async def enrol() -> None:
        catalogue = await opened_catalogue(places.catalogue)
        async with catalogue.writing() as connection:
            await enrol_workstation(
                connection, workstation=WorkstationId("own"), signer=bytes(32), certificate_hash=bytes(32), now_us=1
            )
        await catalogue.close()

    asyncio.run(enrol())
    return places


def known_at(places: PremisesPlaces) -> dict[str, Workstation]:
    async def ask() -> list[Workstation]:
        catalogue = await Catalogue.open(places.catalogue)
        async with catalogue.reading() as connection:
            found = await list_workstations(connection)
        await catalogue.close()
        return found

    return {str(one.id): one for one in asyncio.run(ask())}


def test_who_is_enrolled_and_who_was_revoked(
    run: Run, library: PremisesPlaces, other: PremisesPlaces, tmp_path: Path
) -> None:
    assert run("premises", "revoke", "pc-2", "--data", library.root).code == 0
    told = run("premises", "export-enrolments", "--data", library.root)
    assert told.code == 0
    file = tmp_path / "enrolments.json"
    file.write_text(told.out)
    for number in (2, 0):
        said = run("premises", "import-enrolments", file, "--data", other.root)
        assert said.code == 0
        assert f"{number} workstations were enrolled here" in said.err
    found, there = known_at(other), known_at(library)
    assert found.keys() == {"own", "pc-1", "pc-2"}
    for name in ("pc-1", "pc-2"):
        assert found[name].signer == there[name].signer
        assert found[name].revoked_at_us == there[name].revoked_at_us
    assert found["pc-2"].revoked_at_us is not None


def test_what_cannot_be_used(
    run: Run, library: PremisesPlaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "enrolments.json"
    whole = json.loads(run("premises", "export-enrolments", "--data", library.root).out)
    stranger = base64.b64encode(bytes(32)).decode()
    for content, code in (
        ("nonsense", "cannot be used"),
        (json.dumps({**whole, "more": 1}), "cannot be used"),
        (json.dumps({**whole, "authority": "AA=="}), "cannot be used"),
        (json.dumps({**whole, "authority": stranger}), "another authority"),
    ):
        file.write_text(content)
        said = run("premises", "import-enrolments", file, "--data", library.root)
        assert said.code == 1
        assert code in said.err
    file.write_text(json.dumps(whole))
    monkeypatch.setattr(enrolments, "FILE_BYTES_MAX", len(json.dumps(whole)))
    assert run("premises", "import-enrolments", file, "--data", library.root).code == 0
    monkeypatch.setattr(enrolments, "FILE_BYTES_MAX", len(json.dumps(whole)) - 1)
    assert run("premises", "import-enrolments", file, "--data", library.root).code == 1
