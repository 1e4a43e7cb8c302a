"""What the tests of a folder's module share, because starting it takes seconds: a site, and a desktop with a clock."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from e2e.site import Portal, Site

from playhead.cli.desktop import Desktop

CLOCK_HZ = 5


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("e2e")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desktop(place: Path) -> AsyncGenerator[Desktop, None]:
    """A bare display, on which nothing but the clock changes."""
    async with Desktop(place / "desktop", size=(800, 600), roles=(), clock_hz=CLOCK_HZ) as shown:
        yield shown


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(place: Path) -> AsyncGenerator[Site, None]:
    """A premises server that runs, with a supervisor."""
    site = Site(place / "site")
    try:
        await site.add_user()
        await site.start_premises()
        yield site
    finally:
        site.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def portal(site: Site) -> AsyncGenerator[Portal, None]:
    """The supervisor, signed in."""
    async with site.portal() as portal:
        yield portal
