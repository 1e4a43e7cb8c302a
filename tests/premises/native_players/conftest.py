"""A site with native players served, for the tests of this folder."""

import pytest
from premises.native_players.rig import served

from playhead.testing.site import opened_site
from playhead.testing.vid import make_vid


@pytest.fixture
async def site(tmp_path):
    async with opened_site(tmp_path) as opened:
        yield opened


@pytest.fixture
def make(site):
    """A fixture sealed to this site's key."""
    return lambda seed="fixture", **wanted: make_vid(seed, site_private_key=site.keyring.recording_key, **wanted)


@pytest.fixture
async def native(site):
    async with served(site) as running:
        yield running
