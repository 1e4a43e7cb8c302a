"""Which server this is stays the same over restarts, and is another on another disk."""

from pathlib import Path

import pytest

from playhead.base.clock import SystemClock
from playhead.base.errors import CorruptError
from playhead.store.disk import SystemDisk
from playhead.store.server_id import server_id


def identity(path: Path) -> bytes:
    return server_id(SystemDisk(), path, SystemClock())


def test_it_is_made_once(tmp_path: Path) -> None:
    first = identity(tmp_path / "server-id")
    assert len(first) == 16
    assert identity(tmp_path / "server-id") == first
    assert identity(tmp_path / "other") != first
    assert (tmp_path / "server-id").stat().st_mode & 0o777 == 0o600


def test_what_is_damaged_is_not_replaced_in_silence(tmp_path: Path) -> None:
    path = tmp_path / "server-id"
    for content in (b"", b"nonsense", b"\xff" * 16):
        path.write_bytes(content)
        with pytest.raises(CorruptError) as raised:
            identity(path)
        assert raised.value.code == "server.id"
        assert path.read_bytes() == content
