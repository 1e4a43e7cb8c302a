"""Where recordings are uploaded to, as the doctor finds it."""

import asyncio

import pytest

from playhead.base.clock import SystemClock
from playhead.base.errors import RefusedError, UnavailableError
from playhead.environment.doctor.checks import storage
from playhead.environment.doctor.checks.storage import look_at_storage
from playhead.store.disk import SystemDisk
from playhead.store.objects import StoreConfig, open_store


class Store:
    """One that fails."""

    def __init__(self, error=None):
        self.error = error
        self.closed = False

    async def head(self, key):
        assert key == storage.KEY
        if self.error is None:
            await asyncio.Event().wait()
        raise self.error

    async def close(self):
        self.closed = True


async def look(opened, url="s3://bucket"):
    (found,) = await look_at_storage(url, opened)
    return found


async def test_a_folder_that_is_there(tmp_path):
    url = f"file://{tmp_path}"
    config = StoreConfig(url=url)
    found = await look(lambda: open_store(config, disk=SystemDisk(), clock=SystemClock()), url)
    assert (found.code, found.subject) == ("storage.reached", f"upload to {url}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UnavailableError("objects.unreachable", "It cannot be reached."), "storage.unreached"),
        (RefusedError("objects.refused", "It does not know the key."), "storage.refused"),
        (None, "storage.unreached"),
    ],
)
async def test_a_store_that_cannot_be_used(monkeypatch, error, code):
    monkeypatch.setattr(storage, "ANSWER_S", 0.1)
    store = Store(error)
    assert (await look(lambda: store)).code == code
    assert store.closed


async def test_credentials_that_are_none():
    def opened():
        raise RefusedError("objects.credentials", "There are none.")

    assert (await look(opened)).code == "storage.refused"
