import subprocess
import sys
from pathlib import Path

import pytest

from playhead.base.errors import ConflictError, UnavailableError
from playhead.store.folder_lock import FolderLock

HOLD = """
import sys
from pathlib import Path
from playhead.store.folder_lock import FolderLock
with FolderLock(Path(sys.argv[1]), "workstation"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_one_at_a_time(tmp_path: Path) -> None:
    with (
        FolderLock(tmp_path, "workstation"),
        pytest.raises(ConflictError) as caught,
        FolderLock(tmp_path, "workstation"),
    ):
        pass
    assert (caught.value.code, "Another workstation" in caught.value.message) == ("folder.locked", True)
    with FolderLock(tmp_path, "workstation"):
        pass


def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"held\n"
    with pytest.raises(ConflictError), FolderLock(tmp_path, "workstation"):
        pass
    child.kill()
    child.communicate()
    with FolderLock(tmp_path, "workstation"):
        pass


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as caught, FolderLock(tmp_path / "nowhere", "workstation"):
        pass
    assert caught.value.code == "folder.unusable"
