"""What holds for all tests."""

import asyncio
import os
import signal

import pytest
from hypothesis import settings

from playhead.store.catalogue import Catalogue
from playhead.testing.catalogues import provide
from playhead.testing.postgres import PostgresServer

# How long an example takes says how busy the machine is. And the same examples each time, so that what fails is what
# was changed; HYPOTHESIS_PROFILE=explore looks for others.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

# A shell has its background jobs ignore Ctrl-C, and so would every program that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def postgres():
    """A server of PostgreSQL, in which a catalogue lies in the database ``catalogue`` to be copied."""
    server = PostgresServer.start()
    try:
        asyncio.run(_prepare(server))
        yield server
    finally:
        server.remove()


async def _prepare(server):
    catalogue = await Catalogue.open(await server.make("catalogue"))
    await catalogue.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def location(request, tmp_path):
    """Where an empty catalogue lies, to be opened: in a file, and in PostgreSQL."""
    if request.param == "sqlite":
        yield asyncio.run(provide(tmp_path / "catalogue.db"))
        return
    server = request.getfixturevalue("postgres")
    url = asyncio.run(server.make(like="catalogue"))
    yield url
    asyncio.run(server.drop(url))
