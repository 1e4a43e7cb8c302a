"""The recovery key: opens what was sealed to it, in the backup that it was sealed for, and nothing else."""

from pathlib import Path

import pytest

from playhead.base.errors import CorruptError, LimitError, NotFoundError, RefusedError
from playhead.store.backup.recovery_key import (
    FILE_BYTES_MAX,
    FILES_MAX,
    make_recovery_key,
    open_keys,
    read_private,
    read_public,
    seal_keys,
    write_keys,
)
from playhead.store.disk import SystemDisk

DISK = SystemDisk()
FILES = {"recording.pem": b"one", "tokens.pem": b"two", "web.pem": b"\0\xff"}


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    write_keys(DISK, tmp_path / "keys", FILES)
    return tmp_path / "keys"


def sealed(keys: Path, public: bytes, name: str = "b1") -> bytes:
    (keys / "recovery.pub").write_bytes(public)
    key = read_public(DISK, keys)
    assert key is not None
    return seal_keys(DISK, keys, key, backup=name)


@pytest.mark.parametrize("passphrase", [b"", b"some words"])
def test_there_and_back(keys: Path, passphrase: bytes) -> None:
    private, public = make_recovery_key(passphrase)
    data = sealed(keys, public)
    assert b"one" not in data
    assert open_keys(data, read_private(private, passphrase), backup="b1") == {**FILES, "recovery.pub": public}
    assert (b"ENCRYPTED" in private) == bool(passphrase)


def test_it_opens_nothing_of_another_key_or_backup_and_nothing_that_was_changed(keys: Path) -> None:
    private, public = make_recovery_key(b"")
    data = sealed(keys, public)
    other = read_private(make_recovery_key(b"")[0], b"")
    with pytest.raises(RefusedError) as refused:
        open_keys(data, other, backup="b1")
    assert refused.value.code == "backup.other_key"
    for changed, name in ((data, "b2"), (data.replace(b'"sealed":"', b'"sealed":"AAAA'), "b1"), (b"{}", "b1")):
        with pytest.raises(CorruptError) as corrupt:
            open_keys(changed, read_private(private, b""), backup=name)
        assert corrupt.value.code == "backup.keys"


@pytest.mark.parametrize(("made", "given"), [(b"words", b"other"), (b"words", b""), (b"", b"words")])
def test_a_wrong_pass_phrase(made: bytes, given: bytes) -> None:
    with pytest.raises(RefusedError) as refused:
        read_private(make_recovery_key(made)[0], given)
    assert refused.value.code == "backup.passphrase"


def test_what_is_no_key(keys: Path) -> None:
    with pytest.raises(CorruptError):
        read_private(b"no key", b"")
    (keys / "recovery.pub").write_bytes(b"no key")
    with pytest.raises(CorruptError):
        read_public(DISK, keys)
    (keys / "recovery.pub").unlink()
    assert read_public(DISK, keys) is None


def test_a_folder_holds_so_much_and_no_more(keys: Path) -> None:
    _, public = make_recovery_key(b"")
    (keys / "long").write_bytes(bytes(FILE_BYTES_MAX))
    for number in range(FILES_MAX - len(FILES) - 2):
        (keys / f"more-{number}").touch()
    assert sealed(keys, public)
    (keys / "one-too-many").touch()
    with pytest.raises(LimitError):
        sealed(keys, public)
    (keys / "one-too-many").unlink()
    (keys / "long").write_bytes(bytes(FILE_BYTES_MAX + 1))
    with pytest.raises(LimitError):
        sealed(keys, public)
    (keys / "long").unlink()
    (keys / "recording.pem").unlink()
    with pytest.raises(NotFoundError):
        sealed(keys, public)
