"""What others have at hand of a recording ends with it: media, live views, files that were exported, the library."""

import asyncio
import contextlib
from uuid import UUID

import httpx
import pytest
from premises.player.conftest import media_token, tell
from starlette.applications import Starlette

from playhead.base.errors import NotFoundError, PlayheadError
from playhead.base.ids import RecordingId, UserId
from playhead.base.quantities import Size
from playhead.domain.access import Sight
from playhead.domain.exports import ExportWish
from playhead.domain.library import Question
from playhead.domain.recordings import RecordingState
from playhead.premises.export.config import ExportConfig
from playhead.premises.export.service import ExportService
from playhead.store.erasure import Order
from playhead.store.library import Library
from playhead.testing.site import opened_site
from playhead.testing.vid import make_vid

RECORDING = RecordingId(UUID(int=7))
SUE = UserId("sue")


@pytest.fixture
async def site(tmp_path):
    async with opened_site(tmp_path) as opened:
        fixture = make_vid(recording=RECORDING, site_private_key=opened.keyring.recording_key)
        segment = await opened.add_fixture(fixture)
        opened.store.release(segment)
        ended_us = fixture.header.started_at_us + fixture.covered_us
        await opened.set_state(RECORDING, RecordingState.INTERRUPTED, ended_us)
        yield opened


@pytest.fixture
async def player(site):
    service = site.player()
    running = asyncio.create_task(service.run())
    yield service
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


@pytest.fixture
async def media(site, player):
    app = Starlette(routes=player.routes, exception_handlers={PlayheadError: tell})
    headers = {"authorization": f"Bearer {media_token(site, RECORDING)}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://x", headers=headers) as client:
        yield client


async def erase(site, player, exports=None):
    def gone(one):
        player.forget(one.segments)
        if exports is not None:
            exports.forget(one.recording)

    await site.keeping(on_gone=gone).erase(Order(RECORDING, "sue", "why"))


async def test_media_say_that_it_was_erased(site, player, media):
    index = (await media.get(f"/media/{RECORDING}/index")).json()
    segment = index["segments"][0]["id"]
    pieces = f"/media/{RECORDING}/{segment}/pieces?track=1&from=0&to=9"
    assert (await media.get(pieces)).status_code == 200
    assert len(player.shelf._kept) == 1
    await erase(site, player)
    assert len(player.shelf._kept) == 0
    answer = await media.get(f"/media/{RECORDING}/index")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "recording.erased")
    assert "erased on" in answer.json()["error"]["message"]
    answer = await media.get(pieces)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "recording.erased")


async def test_a_live_view_ends(site, player, media):
    async def watch():
        async with media.stream("GET", f"/media/{RECORDING}/live") as answer:
            return b"".join([part async for part in answer.aiter_bytes()])

    watching = asyncio.create_task(watch())
    while not any("live_on" in asked for asked in site.control.asked):  # noqa: ASYNC110 # no event tells
        await asyncio.sleep(0.01)
    await erase(site, player)
    async with asyncio.timeout(10):
        told = await watching
    assert told.endswith(b'{"kind":"renew"}')  # asks for another token, and is told
    answer = await media.get(f"/media/{RECORDING}/live")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "recording.erased")


async def test_exported_files_are_gone(site, player, tmp_path):
    exports = ExportService(
        ExportConfig(reserve=Size(0)),
        tmp_path / "exports",
        catalogue=site.catalogue,
        store=site.store,
        keyring=site.keyring,
        clock=site.clock,
    )
    running = asyncio.create_task(exports.run())
    export = await exports.begin(ExportWish(SUE, RECORDING, None, None))
    while (await exports.look(SUE, export)).state == "working":  # noqa: ASYNC110 # a thread makes it
        await asyncio.sleep(0.01)
    path, _ = exports.file(SUE, export)
    assert path.exists()
    await erase(site, player, exports)
    assert not path.exists()
    with pytest.raises(NotFoundError):
        await exports.look(SUE, export)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def test_the_library_does_not_show_it_any_more(site, player):
    library = Library(site.catalogue)
    everything = Question(sight=Sight(everyone=True))
    assert [one.id for one in (await library.page(everything)).items] == [RECORDING]
    await library.keep()
    await erase(site, player)
    assert (await library.page(everything)).items == ()
    assert (await Library(site.catalogue).page(everything)).items == ()  # from what was kept
