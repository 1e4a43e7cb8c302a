"""A backup of a site that is running: consistent, recognisable, repeatable; and that what comes back is all there."""

import json
from pathlib import Path

import pytest
from store.backup.rig import PUBLIC, Rig, assert_whole, tree

from playhead.base.errors import ConflictError, CorruptError, NotFoundError, UnavailableError
from playhead.base.ids import RecordingId
from playhead.domain.recordings import RecordingState
from playhead.store.audit_anchor import AuditAnchor
from playhead.store.backup import find_backups, newest_whole
from playhead.store.backup.pace import Pace
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.segments import mark_segment
from playhead.store.disk import SystemDisk
from playhead.store.erasure import Order
from playhead.store.folder_lock import FolderLock
from playhead.store.keyring import Keyring
from playhead.testing.site import opened_site
from playhead.testing.vid import make_vid


@pytest.fixture
async def rig(tmp_path: Path):
    (tmp_path / "live").mkdir()
    async with opened_site(tmp_path / "live") as site:
        yield Rig(site, tmp_path / "backups")


def fixture(rig: Rig, seed: str, **more):
    return make_vid(seed, site_private_key=rig.site.keyring.recording_key, **more)


async def add(rig: Rig, seed: str, *, size: int | None = None, **more) -> RecordingId:
    made = fixture(rig, seed, **more)
    await rig.site.add_fixture(made, size=size)
    if size is None:
        await rig.site.set_state(made.header.recording, RecordingState.COMPLETE, made.header.started_at_us + 3_000_000)
    return made.header.recording


async def test_all_of_it_comes_back(rig: Rig, tmp_path: Path) -> None:
    wanted = {
        await add(rig, "a"),
        await add(rig, "b", sealed=False, size=5_000),
        await add(rig, "c", tracks=("l", "r")),
    }
    (tmp_path / "premises.toml").write_text("[site]\nid = 'site'\n")
    (tmp_path / "live" / "server-id").write_bytes(b"this one")
    done = await rig.backup()
    assert (done.manifest.segments, done.manifest.fault_count, done.counts.copied) == (3, 0, 1)
    assert done.counts.shared == 2, "sealed ones are the same files, on one file system"
    before = tree(tmp_path / "backups")
    (tmp_path / "premises.toml").unlink()
    restored = await rig.restore(tmp_path / "again")
    assert (restored.segments, restored.damaged, restored.findings) == (3, [], [])
    assert await assert_whole(tmp_path / "again", rig.clock) == wanted
    assert (tmp_path / "again" / "server-id").read_bytes() == b"this one"
    assert (tmp_path / "premises.toml").read_text() == "[site]\nid = 'site'\n"
    assert tree(tmp_path / "backups") == before
    assert tree(tmp_path / "again" / "keys") == tree(tmp_path / "live" / "keys")
    assert (tmp_path / "again" / "keys").stat().st_mode & 0o077 == 0
    for path in (tmp_path / "again" / "segments").rglob("*.vid"):
        assert path.stat().st_nlink == 1, "a server's file is nobody else's"


async def test_the_audit_log_comes_back_whole_with_its_signed_head(rig: Rig, tmp_path: Path) -> None:
    await add(rig, "a")
    await rig.site.audit.note("sam", "test.done", "x", "")
    done = await rig.backup()
    assert done.manifest.audit_head.startswith("1:")
    await rig.restore(tmp_path / "again")
    catalogue = await Catalogue.open(tmp_path / "again" / "catalogue.db")
    try:
        keyring = Keyring.open_existing(tmp_path / "again" / "keys", rig.clock)
        anchor = AuditAnchor(tmp_path / "again" / "audit-head.json", keyring, rig.clock)
        assert await anchor.check(catalogue) == anchor.read()
    finally:
        await catalogue.close()


async def test_a_segment_that_grows_is_taken_up_to_what_was_durable(rig: Rig, tmp_path: Path) -> None:
    made = fixture(rig, "a")
    whole = made.records[5].offset
    segment = await rig.site.add_fixture(made, size=whole + 10)
    assert segment.durable == whole
    await rig.backup()
    await rig.site.grow(segment, made.data[whole + 10 :])
    await rig.restore(tmp_path / "again")
    await assert_whole(tmp_path / "again", rig.clock)
    (path,) = (tmp_path / "again" / "segments").rglob("*.vid")
    assert path.read_bytes() == made.data[:whole]


async def test_an_incremental_one_copies_only_what_is_new(rig: Rig, tmp_path: Path) -> None:
    await add(rig, "a")
    first = await rig.backup(share=False)
    assert (first.counts.copied, first.counts.shared) == (1, 0)
    await add(rig, "b")
    second = await rig.backup(incremental=True, share=False)
    assert (second.counts.copied, second.counts.reused) == (1, 1)
    third = await rig.backup(share=False)
    assert (third.counts.copied, third.counts.reused) == (2, 0)
    for number, count in ((0, 1), (1, 2), (2, 2)):
        name = (first, second, third)[number].manifest.id
        await rig.restore(tmp_path / f"again-{number}", wanted=name)
        assert len(await assert_whole(tmp_path / f"again-{number}", rig.clock)) == count


async def test_only_the_newest_are_kept(rig: Rig, tmp_path: Path) -> None:
    recording = await add(rig, "a")
    names = []
    for _ in range(4):
        rig.site.clock.advance(1_000_000)
        names.append((await rig.backup(incremental=True, share=False, keep=2)).manifest.id)
    assert [one.manifest.id for one in find_backups(SystemDisk(), rig.folder)] == names[2:]
    await rig.restore(tmp_path / "again")
    assert await assert_whole(tmp_path / "again", rig.clock) == {recording}


async def test_what_was_erased_since_does_not_come_back(rig: Rig, tmp_path: Path) -> None:
    kept, gone, shared = await add(rig, "a"), await add(rig, "b"), await add(rig, "c")
    old = await rig.backup(share=False)
    await rig.backup()
    eraser = rig.eraser()
    for recording in (gone, shared):
        await eraser.begin(Order(recording, "sam", "asked for it"))
    await eraser.shred()
    await eraser.remove(before_us=rig.site.clock.wall_us())
    newest = await rig.backup()
    assert newest.manifest.segments == 1
    for number, name in enumerate((old.manifest.id, newest.manifest.id)):
        root = tmp_path / f"again-{number}"
        restored = await rig.restore(root, wanted=name, journals=[newest.folder / "erasures"])
        assert (restored.erased, restored.damaged) == (2 if number == 0 else 0, [])
        assert await assert_whole(root, rig.clock) == {kept}
        assert len(list((root / "segments").rglob("*.vid"))) == 1
    surviving = await rig.restore(
        tmp_path / "again-2", wanted=old.manifest.id, journals=[tmp_path / "live" / "erasures"]
    )
    assert surviving.erased == 2


async def test_what_shares_its_file_with_the_server_is_erased_with_it_and_that_is_no_damage(
    rig: Rig, tmp_path: Path
) -> None:
    await add(rig, "a")
    await rig.backup()
    eraser = rig.eraser()
    await eraser.begin(Order(fixture(rig, "a").header.recording, "sam", ""))
    await eraser.shred()
    told = await rig.restore(tmp_path / "told", journals=[tmp_path / "live" / "erasures"])
    assert (told.erased, told.damaged) == (1, [])
    untold = await rig.restore(tmp_path / "untold")
    assert (untold.erased, untold.damaged, untold.findings) == (1, [], []), "its keys are gone, whoever tells of it"


@pytest.mark.parametrize("how", ["cut", "changed", "gone"])
async def test_a_damaged_segment_is_told_and_the_others_are_backed_up(rig: Rig, tmp_path: Path, how: str) -> None:
    await add(rig, "a")
    await add(rig, "b")
    (path,) = (tmp_path / "live" / "segments").rglob(f"{fixture(rig, 'a').header.segment}.vid")
    data = path.read_bytes()
    path.unlink()
    if how != "gone":
        path.write_bytes(data[:-50] if how == "cut" else data[:3_000] + b"\0\0\0\0\0\0" + data[3_006:])
    done = await rig.backup(share=False)
    assert done.manifest.fault_count == 1
    restored = await rig.restore(tmp_path / "again")
    assert restored.segments == (1 if how == "gone" else 2)
    assert [one.code for one in restored.findings] == [
        {"cut": "check.short", "changed": "check.damaged", "gone": "check.missing"}[how]
    ]
    assert restored.damaged == [], "it came back as it was backed up"


async def test_a_segment_in_quarantine_is_taken_as_it_is(rig: Rig, tmp_path: Path) -> None:
    await add(rig, "a")
    segment = fixture(rig, "a").header.segment
    async with rig.site.catalogue.writing() as connection:
        await mark_segment(connection, segment, "corrupt")
    done = await rig.backup()
    assert (done.manifest.segments, done.manifest.fault_count) == (1, 0)
    restored = await rig.restore(tmp_path / "again")
    assert [one.code for one in restored.findings] == ["check.quarantine"]


async def test_one_backup_at_a_time(rig: Rig) -> None:
    rig.folder.mkdir()
    with FolderLock(rig.folder, "backup"), pytest.raises(ConflictError) as refused:
        await rig.backup()
    assert refused.value.code == "folder.locked"


async def test_nothing_is_replaced(rig: Rig, tmp_path: Path) -> None:
    await add(rig, "a")
    await rig.backup()
    before = tree(tmp_path / "live")
    with pytest.raises(ConflictError) as refused:
        await rig.restore(tmp_path / "live")
    assert refused.value.code == "restore.not_empty"
    assert tree(tmp_path / "live") == before


@pytest.mark.parametrize("name", ["catalogue.db", "segments.jsonl", "keys.sealed", "manifest.json"])
async def test_a_backup_that_was_changed_is_refused(rig: Rig, tmp_path: Path, name: str) -> None:
    await add(rig, "a")
    done = await rig.backup()
    path = done.folder / name
    if name == "manifest.json":
        manifest = json.loads(path.read_text())
        path.write_text(json.dumps({**manifest, "segments": 7}))
    else:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    with pytest.raises(CorruptError) as refused:
        await rig.restore(tmp_path / "again")
    assert refused.value.code in {"backup.damaged", "backup.keys", "backup.signature"}
    assert not (tmp_path / "again").exists()


async def test_a_segment_that_was_changed_in_the_backup_is_told(rig: Rig, tmp_path: Path) -> None:
    await add(rig, "a")
    await add(rig, "b")
    done = await rig.backup(share=False)
    path = next((done.folder / "recordings").rglob("*.vid"))
    data = bytearray(path.read_bytes())
    data[-300] ^= 1
    path.write_bytes(data)
    restored = await rig.restore(tmp_path / "again")
    assert [one.code for one in restored.damaged] == ["restore.damaged"]
    assert [one.code for one in restored.findings] == ["check.damaged"]


def test_where_there_is_none(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(NotFoundError) as refused:
            newest_whole(SystemDisk(), folder)
        assert refused.value.code == "backup.not_found"


async def test_it_keeps_to_its_rate(rig: Rig) -> None:
    waited: list[float] = []
    await add(rig, "a")
    await rig.backup(share=False, pace=Pace(1_000_000, now=lambda: 0.0, wait=waited.append))
    size = sum(len(data) for name, data in tree(rig.folder).items() if name.endswith((".vid", ".db")))
    assert max(waited) + 0.25 >= size / 1_000_000


async def test_keys_are_left_out_where_wanted(rig: Rig) -> None:
    await add(rig, "a")
    done = await rig.backup(keys=False)
    assert not (done.folder / "keys.sealed").exists()
    assert done.manifest.recovery_key == ""
    secret = b"PRIVATE KEY"
    assert not any(secret in data for data in tree(rig.folder).values())


async def test_no_key_lies_in_a_backup_in_the_clear(rig: Rig) -> None:
    await add(rig, "a")
    await rig.backup()
    secrets = [path.read_bytes() for path in (rig.site.folder / "keys").iterdir() if path.suffix in {".pem", ".key"}]
    secret = rig.site.keyring.recording_key.private_bytes_raw()
    for data in tree(rig.folder).values():
        assert secret not in data
        assert not any(one in data for one in secrets)
    assert PUBLIC in (rig.site.folder / "keys" / "recovery.pub").read_bytes()


async def test_a_disk_that_is_full_leaves_nothing_behind(rig: Rig) -> None:
    await add(rig, "a")

    class Full(SystemDisk):
        def sync_files(self, files):
            return [OSError(28, "No space left on device") for _ in files]

    with pytest.raises(UnavailableError) as refused:
        await rig.backup(disk=Full(), share=False)
    assert refused.value.code == "backup.failed"
    assert "Make room there" in refused.value.hint
    assert find_backups(SystemDisk(), rig.folder) == [], "it would keep the disk full"
    done = await rig.backup()
    assert [one.manifest for one in find_backups(SystemDisk(), rig.folder)] == [done.manifest]
