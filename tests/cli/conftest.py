"""The command itself, in this process, on a data folder that holds recordings."""

import asyncio
import logging
import shutil
import sys
from collections.abc import Callable, Generator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from uuid import UUID

import pytest
import structlog

from playhead.base.ids import RecordingId, WorkstationId
from playhead.cli import main
from playhead.cli.places import PremisesPlaces
from playhead.domain.recordings import RecordingState
from playhead.store.catalogue.workstations import enrol_workstation
from playhead.testing.site import opened_site
from playhead.testing.vid import STARTED_AT_US, make_vid, signing_key

WHOLE = RecordingId(UUID("0198c0de-0000-7000-8000-000000000001"))
"""Two tracks, sealed, complete."""
BROKEN_OFF = RecordingId(UUID("0198c0de-1111-7000-8000-000000000002"))
"""Its workstation was killed."""
OTHERS = RecordingId(UUID("0198beef-0000-7000-8000-000000000003"))
"""Of another workstation."""
SECOND_US = 1_000_000


@dataclass(frozen=True, slots=True)
class Said:
    """What the command printed, and its exit code."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def _logs() -> Generator[None]:
    """What a command sets up about logging is for its process."""
    root, library = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**library)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], _logs: None) -> Run:
    """Runs ``playhead`` with these arguments."""

    def call(*arguments: object, stdin: str = "") -> Said:
        monkeypatch.setattr(sys, "argv", ["playhead", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", StringIO(stdin))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        code = ended.value.code
        assert code is None or isinstance(code, int)
        return Said(code or 0, out, err)

    return call


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    asyncio.run(_make(folder))
    return folder


@pytest.fixture
def library(_made: Path, tmp_path: Path) -> PremisesPlaces:
    """A premises server's data folder with three recordings. No server runs."""
    return PremisesPlaces(shutil.copytree(_made, tmp_path / "data"))


async def _make(folder: Path) -> None:
    places = PremisesPlaces(folder)
    inside = places.catalogue.parent
    inside.mkdir()
    async with opened_site(inside) as site:
        signer = signing_key().public_key().public_bytes_raw()
        for name in ("pc-1", "pc-2"):
            async with site.catalogue.writing() as connection:
                await enrol_workstation(
                    connection, workstation=WorkstationId(name), signer=signer, certificate_hash=bytes(32), now_us=1
                )
        key = site.keyring.recording_key
        await site.add_fixture(make_vid("a", recording=WHOLE, tracks=("DP-1", "DP-2"), site_private_key=key))
        await site.set_state(WHOLE, RecordingState.COMPLETE, STARTED_AT_US + 3 * SECOND_US)
        later_us = STARTED_AT_US + 60 * SECOND_US
        await site.add_fixture(
            make_vid("b", recording=BROKEN_OFF, sealed=False, started_at_us=later_us, site_private_key=key)
        )
        await site.set_state(BROKEN_OFF, RecordingState.INTERRUPTED, later_us + 3 * SECOND_US)
        latest_us = STARTED_AT_US + 120 * SECOND_US
        await site.add_fixture(
            make_vid("c", recording=OTHERS, workstation="pc-2", started_at_us=latest_us, site_private_key=key)
        )
        await site.set_state(OTHERS, RecordingState.COMPLETE, latest_us + 3 * SECOND_US)
    (inside / "segments").rename(places.recordings)
