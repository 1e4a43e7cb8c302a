import pytest
from store.erasure.world import opened_world


@pytest.fixture
async def world(tmp_path):
    async with opened_world(tmp_path) as opened:
        yield opened
