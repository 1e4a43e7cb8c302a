import pytest
from store.erasure.world import opened_world


@pytest.fixture
async def world(location):
    async with opened_world(location) as opened:
        yield opened
