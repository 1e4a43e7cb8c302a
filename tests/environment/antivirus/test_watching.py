"""What is seen of real files, real programs and real folders."""

import os
import pwd
import stat
import struct
import subprocess
import sys

import pytest

from playhead.base.errors import InvalidInputError, LimitError, NotFoundError
from playhead.environment.antivirus import clamav
from playhead.environment.antivirus.exclusions import Criterion, Kind, of_premises
from playhead.environment.antivirus.judgement import Verdict, judge
from playhead.environment.antivirus.watching import watcher as watching
from playhead.environment.antivirus.watching.fanotify import Fanotify
from playhead.environment.antivirus.watching.folders import inspect, writers_of
from playhead.environment.antivirus.watching.processes import Processes
from playhead.environment.antivirus.watching.watcher import Watcher

LOOKS = 20
NOBODY = pwd.getpwnam("nobody").pw_uid
HOLD = """
import fcntl, sys
held = open(sys.argv[1], "r+b")
fcntl.lockf(held, fcntl.LOCK_EX)
for line in sys.stdin:
    command, path = line.split()
    if command == "append":
        held.seek(0, 2)
        held.write(b"x")
        held.flush()
    else:
        open(path, "wb").write(b"x")
        import os
        os.unlink(path)
    print("done", flush=True)
"""


@pytest.fixture
def folder(tmp_path):
    """A folder that nobody but we may write to."""
    path = tmp_path / "service"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def watched(folder):
    """Make a `Watcher` that is closed at the end."""
    made = []

    def make(*roots, pid=None, fanotify=None):
        made.append(Watcher(roots or (folder,), pid=pid, processes=Processes(), fanotify=fanotify))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def service(folder):
    """A program that holds a locked file open, and writes when it is told to."""
    (folder / "shop.db").write_bytes(b"\0" * 100)
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, folder / "shop.db"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )

    def tell(command, path="-"):
        process.stdin.write(f"{command} {path}\n")
        process.stdin.flush()
        assert process.stdout.readline() == "done\n"

    tell.pid = process.pid
    tell("append")
    yield tell
    process.stdin.close()
    process.wait(10)
    process.stdout.close()


def by_name(seen):
    return {file.path.name: file for file in seen.files}


def test_a_held_file_a_changed_one_and_those_that_come_and_go(folder, watched, service):
    watcher = watched()
    for number in range(LOOKS):
        service("append")
        service("passing", folder / f"tmp-q{number}z.part")
        watcher.look()
    seen = watcher.result(LOOKS)
    held = by_name(seen)["shop.db"]
    assert (held.looks, held.held, held.changed, held.locked) == (LOOKS, LOOKS, LOOKS, True)
    assert held.size == 100 + 1 + LOOKS
    assert {program.path.name.rstrip("0123456789.") for program in held.programs} == {"python"}
    assert sum(file.created and file.removed for file in seen.files) == LOOKS
    assert seen.overlooked == 0
    found = {one.row.pattern: one for one in judge(seen)}
    assert found["shop.db"].verdict is Verdict.JUSTIFIED
    assert found["shop.db"].row.criteria == (Criterion.LOCKED,)


def test_who_wrote_what_was_gone_at_the_next_look_is_heard(folder, watched, service):
    fanotify = Fanotify.start()
    if fanotify is None:
        pytest.skip("this kernel or account may not hear who writes")
    watcher = watched(fanotify=fanotify)
    for number in range(LOOKS):
        service("passing", folder / f"tmp-q{number}z.part")
        watcher.hear()
    watcher.look()
    (found,) = [one for one in judge(watcher.result(LOOKS)) if one.row.pattern == "tmp-q*.part"]
    assert (found.verdict, found.row.criteria) == (Verdict.JUSTIFIED, (Criterion.TEMPORARY,))
    assert "python" in found.row.service


def test_a_process_is_watched_wherever_it_writes(folder, service):
    (folder / "other.txt").write_text("not its own")
    watcher = Watcher((), pid=service.pid, processes=Processes(), fanotify=None)
    for _ in range(3):
        service("append")
        watcher.look()
    seen = watcher.result(3)
    watcher.close()
    assert set(by_name(seen)) == {"shop.db"}
    assert by_name(seen)["shop.db"].held == 3


def test_a_name_that_is_used_again_is_seen_again(folder, watched):
    watcher = watched()
    for _ in range(5):
        (folder / "shop.db-journal").write_bytes(b"x")
        (folder / "shop.db-journal").unlink()
    watcher.look()
    seen = watcher.result(1.0)
    assert [file.path.name for file in seen.files] == ["shop.db-journal"] * 5
    assert {one.row.pattern for one in judge(seen)} == {"shop.db-journal"}


def test_new_folders_are_watched_and_what_is_renamed_goes_and_comes(folder, watched):
    watcher = watched()
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "b" / "one").write_text("1")
    watcher.look()
    (folder / "a" / "b" / "one").rename(folder / "a" / "two")
    watcher.look()
    seen = by_name(watcher.result(2.0))
    assert (seen["one"].removed, seen["two"].removed) == (True, False)
    assert (seen["one"].looks, seen["two"].looks) == (1, 1)


def test_too_many_files_are_counted_and_too_many_folders_refused(folder, watched, monkeypatch):
    monkeypatch.setattr(watching, "FILES_MAX", 3)
    watcher = watched()
    for number in range(4):
        (folder / f"{number}").write_text("")
    watcher.look()
    assert watcher.result(1.0).overlooked == 1
    monkeypatch.setattr(watching, "FOLDERS_MAX", 3)
    for number in range(3):
        (folder / f"folder{number}").mkdir()
    with pytest.raises(LimitError) as caught:
        watched()
    assert caught.value.code == "antivirus.folders"


def test_what_cannot_be_watched_is_refused(folder):
    for roots, pid, kind, code in (
        ((), None, InvalidInputError, "antivirus.paths"),
        ((folder,) * (watching.PATHS_MAX + 1), None, InvalidInputError, "antivirus.paths"),
        ((folder / "none",), None, NotFoundError, "antivirus.folder"),
        ((), 2**22 + 1, NotFoundError, "antivirus.process"),
    ):
        with pytest.raises(kind) as caught:
            Watcher(roots, pid=pid, processes=Processes(), fanotify=None)
        assert caught.value.code == code


def test_who_may_write_is_read_from_modes_and_access_lists(folder):
    assert writers_of(folder).named == frozenset()
    folder.chmod(0o702)
    assert writers_of(folder).everybody
    assert inspect(folder).open_to_all
    folder.chmod(0o755)
    # acl(5) as the kernel keeps it: a version, then tag, permissions and id of each entry
    nobody_in_particular = 2**32 - 1
    entries = [(0x01, 7), (0x02, 3), (0x04, 5), (0x10, 7), (0x20, 5)]
    data = struct.pack("<I", 2) + b"".join(
        struct.pack("<HHI", tag, bits, NOBODY if tag == 0x02 else nobody_in_particular) for tag, bits in entries
    )
    os.setxattr(folder, "system.posix_acl_access", data)
    assert inspect(folder).writers == {"user nobody"}
    assert not inspect(folder).open_to_all


def test_a_folder_below_one_that_everybody_may_change_is_everybodys(folder):
    inner = folder / "a" / "b"
    inner.mkdir(parents=True)
    assert not inspect(inner).open_to_all
    (folder / "a").chmod(0o777)
    assert inspect(inner).open_to_all
    (folder / "a").chmod(0o777 | stat.S_ISVTX)
    assert not inspect(inner).open_to_all


def test_what_the_system_would_run_is_named(folder):
    (folder / "tool").write_text("#!/bin/sh\n")
    (folder / "tool").chmod(0o755)
    (folder / "library.dll").write_text("")
    (folder / "data").write_text("")
    assert inspect(folder).executables == {"tool", "library.dll"}


OWN = """
import asyncio, sys
from pathlib import Path
from playhead.base.ids import SegmentId
from playhead.store.catalogue import Catalogue
from playhead.store.disk import SystemDisk
from playhead.store.segments.layout import location_of
from playhead.testing.clock import SimClock

async def serve(home):
    catalogue = await Catalogue.open(home / "catalogue.db")
    async with catalogue.reading():
        clock, disk, files = SimClock(), SystemDisk(), []
        for number in range(3):
            path = home / "recordings" / location_of(SegmentId.new(clock), clock.wall_us())
            disk.make_folder(path.parent)
            files.append(disk.open(path, create=True))
        print("ready", flush=True)
        for at, _ in enumerate(sys.stdin):
            for file in files:
                file.write_at(b"x", at)
            print("done", flush=True)

asyncio.run(serve(Path(sys.argv[1])))
"""


def test_what_our_own_server_does_justifies_our_own_exclusions_and_no_others(folder, watched):
    home = folder / "premises"
    (home / "recordings").mkdir(parents=True, mode=0o700)
    watcher = watched()
    with subprocess.Popen(
        [sys.executable, "-c", OWN, home], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "ready\n"
        for _ in range(LOOKS):
            process.stdin.write("\n")
            process.stdin.flush()
            assert process.stdout.readline() == "done\n"
            watcher.look()
        found = judge(watcher.result(LOOKS))
        process.stdin.close()
        process.wait(20)
    ours = [row for row in of_premises(folder, folder / "python") if row.kind is Kind.FILES]
    justified = {one.row for one in found if one.verdict is Verdict.JUSTIFIED}
    assert f"{home}/recordings/*/*/*/*.vid" in {row.text for row in justified}
    assert f"{home}/catalogue.db" in {row.text for row in justified}
    for row in justified:
        sample = str(row.path.joinpath(*["0"] * row.depth, row.pattern.replace("*", "0")))
        assert any(clamav.matches(one, sample) for one in ours), row.text
