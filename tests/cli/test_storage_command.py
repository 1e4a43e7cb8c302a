"""``playhead storage``, and the other commands on recordings that lie in a store alone."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from cli.conftest import Run

from playhead.base.clock import SystemClock
from playhead.base.ids import SiteId
from playhead.cli.places import PremisesPlaces
from playhead.cli.settings import PremisesSettings
from playhead.cli.uploads import uploading_beside
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.segments import list_segments
from playhead.store.catalogue.uploads import add_missing_uploads
from playhead.store.disk import SystemDisk
from playhead.store.keyring import Keyring
from playhead.store.objects.releasing import Releaser


async def upload_all(places: PremisesPlaces) -> int:
    """As the service does it, to where no file is left here; how many segments."""
    catalogue = await Catalogue.open(places.catalogue)
    clock = SystemClock()
    settings = PremisesSettings.load(places)
    keyring = Keyring.open_existing(places.keys, clock)
    try:
        async with catalogue.writing() as connection:
            await add_missing_uploads(connection, limit=100)
        async with catalogue.reading() as connection:
            every = [one.segment.id for one in await list_segments(connection, after=None, limit=100)]
        uploading = uploading_beside(places, settings.upload, catalogue, keyring, clock)
        uploader = uploading.uploader()
        releaser = Releaser(
            places.recordings, disk=SystemDisk(), catalogue=catalogue, segments=uploading.segments, clock=clock
        )
        for segment in every:
            while await uploader.advance(segment, idle_before_us=1 << 60):
                pass
            await releaser.release(segment)
    finally:
        await catalogue.close()
    return len(every)


@pytest.fixture
def uploaded(library: PremisesPlaces, tmp_path: Path) -> PremisesPlaces:
    """Everything lies in a folder of objects alone."""
    library.config.write_text(
        f'[upload]\nurl = "file://{tmp_path}/first"\n[[upload.before]]\nurl = "file://{tmp_path}/second"\n'
    )
    assert asyncio.run(upload_all(library)) > 1
    assert list(library.recordings.rglob("*.vid")) == []
    return library


def test_what_lies_elsewhere_is_checked_verified_and_exported(
    run: Run, uploaded: PremisesPlaces, tmp_path: Path
) -> None:
    told = json.loads(run("storage", "status", "--json", "--data", uploaded.root).out)
    assert (told["fault"], list(told["uploads"])) == ("", ["verified"])
    assert run("check", "--data", uploaded.root).code == 0
    recording = json.loads(run("recordings", "list", "--json", "--data", uploaded.root).out)[0]["id"]
    assert run("verify", recording, "--data", uploaded.root).code == 0
    assert run("recordings", "export", recording, tmp_path / "out.mp4", "--data", uploaded.root).code == 0
    assert (tmp_path / "out.mp4").stat().st_size > 500

    next((tmp_path / "first").rglob("*.vid")).unlink()
    found = json.loads(run("check", "--json", "--data", uploaded.root).out)
    assert [one["code"] for one in found["findings"]] == ["check.missing"]
    said = run("storage", "reconcile", "--data", uploaded.root)
    assert (said.code, "(missing)" in said.out) == (1, True)


def test_it_is_moved_and_nothing_is_left(run: Run, uploaded: PremisesPlaces, tmp_path: Path) -> None:
    first, second = f"file://{tmp_path}/first", f"file://{tmp_path}/second"
    said = run("storage", "move", first, second, "--data", uploaded.root)
    assert (said.code, "segments moved" in said.out + said.err) == (0, True), said
    assert [path for path in (tmp_path / "first").rglob("*") if path.is_file()] == []
    assert run("check", "--data", uploaded.root).code == 0
    assert run("storage", "reconcile", "--data", uploaded.root).code == 0
    refused = run("storage", "move", first, "s3://elsewhere", "--data", uploaded.root)
    assert (refused.code, "No store s3://elsewhere" in refused.err) == (1, True)


def listed(run: Run, places: PremisesPlaces) -> list[dict[str, object]]:
    said = run("recordings", "list", "--json", "--data", places.root)
    assert said.code == 0, said
    return json.loads(said.out)


def lose_catalogue(places: PremisesPlaces) -> None:
    for path in places.catalogue.parent.glob(f"{places.catalogue.name}*"):
        path.unlink()


def test_a_lost_catalogue_comes_back_from_the_objects(run: Run, uploaded: PremisesPlaces, tmp_path: Path) -> None:
    before = listed(run, uploaded)
    lose_catalogue(uploaded)
    said = run("storage", "rebuild", "--data", uploaded.root)
    assert (said.code, "taken in again" in said.out + said.err) == (0, True), said
    assert listed(run, uploaded) == before
    recording = str(before[0]["id"])
    assert run("verify", recording, "--data", uploaded.root).code == 0
    assert run("recordings", "export", recording, tmp_path / "out.mp4", "--data", uploaded.root).code == 0
    assert (run("check", "--data", uploaded.root).code, run("storage", "reconcile", "--data", uploaded.root).code) == (
        0,
        0,
    )
    again = json.loads(run("storage", "rebuild", "--json", "--data", uploaded.root).out)
    assert again == {"objects": []}


def test_what_is_not_whole_or_not_ours_is_left_and_told(run: Run, uploaded: PremisesPlaces, tmp_path: Path) -> None:
    count = len(listed(run, uploaded))
    objects = sorted((tmp_path / "first").rglob("*.vid"))
    objects[0].write_bytes(objects[0].read_bytes()[:-1])
    with objects[1].open("r+b") as damaged:
        damaged.seek(-100, 2)
        damaged.write(b"x")
    lose_catalogue(uploaded)
    Keyring.open(tmp_path / "other", SiteId("site"), SystemClock())
    for path in (tmp_path / "other").glob("recording*"):
        shutil.copy(path, uploaded.keys / path.name)
    said = run("storage", "rebuild", "--json", "--data", uploaded.root)
    found = [one["code"] for one in json.loads(said.out)["objects"]]
    assert said.code == 1
    assert sorted(set(found)) == ["rebuild.damaged", "rebuild.locked"]
    assert found.count("rebuild.damaged") == 2
    assert len(listed(run, uploaded)) <= count


def test_what_was_erased_stays_so(run: Run, uploaded: PremisesPlaces, tmp_path: Path) -> None:
    recording = str(listed(run, uploaded)[0]["id"])
    shutil.copytree(tmp_path / "first", tmp_path / "old")  # a bucket that keeps versions
    said = run("recordings", "delete", recording, "--reason", "a test", "--yes", "--data", uploaded.root)
    assert said.code == 0, said
    lose_catalogue(uploaded)
    shutil.rmtree(tmp_path / "first")
    (tmp_path / "old").rename(tmp_path / "first")
    told = json.loads(run("storage", "rebuild", "--json", "--data", uploaded.root).out)["objects"]
    assert "rebuild.erased" in {one["code"] for one in told}
    assert recording not in {item["id"] for item in listed(run, uploaded)}


def test_what_the_catalogue_does_not_know_is_told_and_deleted_on_demand(
    run: Run, uploaded: PremisesPlaces, tmp_path: Path
) -> None:
    stray = tmp_path / "first" / "site" / "note.txt"
    stray.parent.mkdir(exist_ok=True)
    stray.write_text("whose?")
    found = json.loads(run("storage", "reconcile", "--json", "--data", uploaded.root).out)
    assert [(one["code"], one["key"]) for one in found["differences"]] == [("unknown", "site/note.txt")]
    assert stray.exists()
    assert run("storage", "reconcile", "--delete", "--data", uploaded.root).code == 0
    assert not stray.exists()


def test_a_backup_leaves_out_what_lies_elsewhere(run: Run, uploaded: PremisesPlaces, tmp_path: Path) -> None:
    made = json.loads(run("backup", tmp_path / "backups", "--without-keys", "--json", "--data", uploaded.root).out)
    assert (made["segments"], made["faults"]) == (0, 0)
