"""The token service as it runs: what goes wrong beside it must not end it."""

import asyncio
import errno
import os

import pytest

from playhead.net.listener import listen
from playhead.premises.tokens import service
from playhead.premises.tokens.config import TokensConfig
from playhead.premises.tokens.service import TokensService
from playhead.store.disk import SystemDisk
from playhead.store.keyring import Keyring
from playhead.testing.clock import SimClock
from playhead.testing.site import SITE, opened_site


class FullDisk(SystemDisk):
    """Makes no file while it is full."""

    full = False

    def __init__(self):
        self.refused = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def open(self, path, *, create=False):
        if create and self.full:
            self._loop.call_soon_threadsafe(self.refused.set)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return super().open(path, create=create)


@pytest.fixture
async def site(tmp_path):
    async with opened_site(tmp_path) as opened:
        yield opened


async def test_a_full_disk_keeps_the_key_and_the_service(site, monkeypatch):
    monkeypatch.setattr(service, "_LOOK_S", 0.01)
    disk = FullDisk()
    keyring = Keyring.open(site.folder / "keys", SITE, site.clock, disk)
    made_at_us = keyring.tokens_file.stat().st_mtime_ns // 1000
    config = TokensConfig()
    tokens = TokensService(
        config,
        listen("127.0.0.1", 0),
        tls=None,
        catalogue=site.catalogue,
        keyring=keyring,
        signed_in=None,
        audit=site.audit,
        clock=SimClock(wall_us=made_at_us + config.rotate_every.us),
        portal_port=1,
    )
    before = keyring.tokens.current.kid
    disk.full = True
    running = asyncio.create_task(tokens.run())
    try:
        await disk.refused.wait()
        assert keyring.tokens.current.kid == before
        disk.full = False
        async with asyncio.timeout(10):
            while keyring.tokens.current.kid == before and not running.done():  # noqa: ASYNC110 # it is no event
                await asyncio.sleep(0.01)
        assert not running.done()
        assert keyring.tokens.previous.kid == before
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
