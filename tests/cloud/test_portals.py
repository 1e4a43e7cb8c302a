"""The portal in the cloud over a real socket: whose it is, what it shows, and from where it plays."""

import asyncio
import io

import av
import httpx
from cloud.conftest import ACME
from portal.test_sockets import LiveReader, leave_for
from starlette.routing import Mount, Router

from playhead.cli.cloud_portals import ObjectPlayer
from playhead.domain.live import LiveWorkstation
from playhead.premises.asked.application import Asked
from playhead.premises.player.nearby import nearby
from playhead.store.catalogue import segments
from playhead.testing.pictures import number_of
from playhead.testing.site import PASSWORD, SITE
from playhead.testing.vid import make_vid
from playhead.wire.vid import Kind


async def _until(condition):
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # what it waits for is another's, and tells nobody


async def _played(client, recording):
    """Numbers of the pictures that a player gets."""
    leave = await leave_for(client, recording)
    base = f"/media/{recording}"
    answer = await client.get(f"{base}/index", headers=leave)
    assert answer.status_code == 200, answer.text
    (segment,) = answer.json()["segments"]
    init = await client.get(f"{base}/{segment['id']}/init?track=1&epoch=0", headers=leave)
    records = segment["pieces"]["1"]["record"]
    path = f"{base}/{segment['id']}/pieces?track=1&from={records[0]}&to={records[-1]}"
    pieces = await client.get(path, headers=leave)
    assert pieces.headers["content-length"] == str(len(pieces.content))
    with av.open(io.BytesIO(init.content + pieces.content)) as container:
        return [number_of(frame) for frame in container.decode(video=0)]


class TestWhose:
    async def test_a_name_that_is_nobodys_learns_nothing(self, cloud):
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{cloud.portals.port}") as client:
            for path in ("/", "/api/session", "/healthz", "/media/x/index"):
                answer = await client.get(path, headers={"host": "stranger.example"})
                assert (answer.status_code, answer.content) == (404, b"Not found")
                assert {"date", "content-length", "content-type"} >= set(answer.headers) - {"server"}

    async def test_each_tenant_has_its_people_and_its_recordings(self, cloud):
        fixture = make_vid(seconds=1, site_private_key=cloud.site.keyring.recording_key)
        await cloud.site.add_fixture(fixture)
        await cloud.tell()
        async with cloud.browser() as sue, cloud.browser("other.example", "joe") as joe:
            assert len((await sue.get("/api/recordings")).json()["items"]) == 1
            assert (await joe.get("/api/recordings")).json()["items"] == []
            wish = {"recording": str(fixture.header.recording), "actions": ["play"]}
            assert (await joe.post("/token", json=wish)).status_code == 404
            # What one tenant's portal gave opens nothing in another's.
            leave = await leave_for(sue, fixture.header.recording)
            answer = await joe.get(f"/media/{fixture.header.recording}/index", headers=leave)
            assert answer.status_code == 401
        base = f"http://127.0.0.1:{cloud.portals.port}"
        async with httpx.AsyncClient(base_url=base, headers={"host": "other.example"}) as stranger:
            answer = await stranger.post(
                "/api/session", json={"user": "sue", "password": PASSWORD}, headers={"origin": "http://other.example"}
            )
            assert answer.status_code == 401

    async def test_nobody_sees_anything_without_signing_in(self, cloud):
        base = f"http://127.0.0.1:{cloud.portals.port}"
        async with httpx.AsyncClient(base_url=base, headers={"host": "acme.example"}) as client:
            for path in ("/api/recordings", "/api/wall", "/api/workstations"):
                assert (await client.get(path)).status_code == 401

    async def test_what_concerns_one_server_is_not_there(self, cloud):
        async with cloud.browser() as client:
            assert client.told["tokenUrl"] == "http://acme.example/token"
            assert client.told["capabilities"] == ["coverage", "erasing", "exports", "sites"]
            assert client.told["sites"] == [str(SITE)]
            for path in ("/api/environment", "/api/quarantine/1/retry"):
                assert (await client.get(path)).status_code in {404, 405, 503}


class TestThroughThePool:
    async def test_a_recording_plays_as_at_its_site(self, cloud):
        fixture = make_vid(seconds=3, site_private_key=cloud.site.keyring.recording_key)
        await cloud.site.add_fixture(fixture)
        await cloud.tell()
        async with cloud.browser() as client:
            (item,) = (await client.get("/api/recordings")).json()["items"]
            assert item["site"] == str(SITE)
            assert await _played(client, item["id"]) == [picture.number for picture in fixture.pictures]
        [here] = await cloud.audited("recording.viewed")
        [there] = await cloud.site.audited("recording.viewed")
        assert here.actor == there.actor == "sue"
        assert here.details["token_id"] == there.details["token_id"]

    async def test_live(self, cloud):
        fixture = make_vid(seconds=5, site_private_key=cloud.site.keyring.recording_key)
        pieces = fixture.of_kind(Kind.PIECE)
        segment = await cloud.site.add_fixture(fixture, size=pieces[2].offset)
        await cloud.tell()
        recording = fixture.header.recording
        async with cloud.browser() as client:
            leave = await leave_for(client, recording)
            path = f"/media/{recording}/live?after={fixture.header.segment}:{pieces[1].header.sequence}"
            async with client.stream("GET", path, headers=leave) as answer:
                assert answer.status_code == 200
                reader = LiveReader(answer)
                await reader.until("progress")
                await cloud.site.grow(segment, fixture.data[pieces[2].offset : pieces[4].offset])
                await reader.until("piece")
        # Whoever looks away here is let go of there.
        await _until(lambda: (str(fixture.header.workstation), "live_off", "") in cloud.site.control.asked)

    async def test_a_site_that_is_away_is_told_plainly_and_comes_back(self, cloud):
        fixture = make_vid(seconds=1, site_private_key=cloud.site.keyring.recording_key)
        await cloud.site.add_fixture(fixture)
        await cloud.tell()
        async with cloud.browser() as client:
            cloud.link.is_up.clear()
            leave = await leave_for(client, fixture.header.recording)
            answer = await client.get(f"/media/{fixture.header.recording}/index", headers=leave)
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "site.away")
            cloud.link.is_up.set()
            assert await _played(client, fixture.header.recording)

    async def test_media_needs_a_token_of_this_portal(self, cloud):
        fixture = make_vid(seconds=1, site_private_key=cloud.site.keyring.recording_key)
        await cloud.site.add_fixture(fixture)
        await cloud.tell()
        async with cloud.browser() as client:
            path = f"/media/{fixture.header.recording}/index"
            assert (await client.get(path)).json()["error"]["code"] == "token.missing"
            assert (await client.get(path, headers={"authorization": "Bearer x"})).status_code == 401
        assert [entry.details["code"] for entry in await cloud.audited("media.refused")] == [
            "token.malformed",
            "token.missing",
        ]


class TestNear:
    async def test_a_browser_on_the_sites_network_plays_from_there(self, cloud):
        fixture = make_vid(seconds=1, site_private_key=cloud.site.keyring.recording_key)
        await cloud.site.add_fixture(fixture)
        await cloud.tell()
        recording = fixture.header.recording
        wish = {"recording": str(recording), "actions": ["play"]}
        async with cloud.browser() as client:
            page = await client.get("/")
            assert "https://near.example" in page.headers["content-security-policy"]
            near = (await client.post("/token", json=wish)).json()["near"]
            assert near["origins"] == ["https://near.example"]
            # What the site's own portal does with it, for a page of another origin.
            routes = Router(nearby(cloud.site.player().routes))
            transport = httpx.ASGITransport(routes)
            async with httpx.AsyncClient(transport=transport, base_url="https://near.example") as direct:
                path = f"/media/{recording}/index"
                asked = await direct.options(path)
                assert asked.headers["access-control-allow-headers"].startswith("authorization")
                assert (await direct.get("/media/near")).status_code == 204
                answer = await direct.get(path, headers={"authorization": f"Bearer {near['token']}"})
                assert answer.status_code == 200
                assert answer.headers["access-control-allow-origin"] == "*"
                assert "access-control-allow-credentials" not in answer.headers
            cloud.link.is_up.clear()
            assert "near" not in (await client.post("/token", json=wish)).json()


class TestPresent:
    async def test_the_wall_shows_all_sites_and_orders_reach_them(self, cloud):
        recording = make_vid(seconds=1, site_private_key=cloud.site.keyring.recording_key)
        await cloud.site.add_fixture(recording)
        name = str(recording.header.workstation)
        known = cloud.site.control.connect(name, agent=recording.header.agent, state="recording")
        cloud.site.control.live[known.id] = LiveWorkstation(
            known.id, connected=True, changed_at_us=1, state="recording",
            recording=recording.header.recording, agent=recording.header.agent,
        )  # fmt: skip
        await cloud.tell()
        async with cloud.browser() as client:
            items = []
            async with asyncio.timeout(60):
                while not items:
                    items = (await client.get("/api/wall")).json()["items"]
            [item] = items
            assert item["id"] == f"{SITE}.{name}"
            answer = await client.post(f"/api/workstations/{SITE}.{name}/record", json={"action": "stop"})
            assert answer.status_code == 200, answer.text
            assert (name, "stop", "") in cloud.site.control.asked
            assert (await client.get(f"/api/wall/{SITE}.{name}/thumbnail")).status_code in {200, 404}


class TestFromObjects:
    async def test_what_lies_in_objects_is_not_asked_of_the_site(self, cloud):
        """The player at hand is the site's own, over the same bytes: what is proven is the way there."""
        fixture = make_vid(seconds=1, site_private_key=cloud.site.keyring.recording_key)
        await cloud.site.add_fixture(fixture)
        await cloud.tell()
        asked = []
        inner = Asked(
            control=cloud.site.control,
            pictures=cloud.site.player().newest,
            media=cloud.site.player().routes,
            keyring=cloud.site.keyring,
            clock=cloud.site.clock,
        )

        class Objects:
            async def __call__(self, scope, receive, send):
                asked.append(scope["path"])
                headers = [*scope["headers"], (b"playhead-user", b"sue"), (b"playhead-actions", b"play")]
                await inner.application()({**scope, "headers": headers}, receive, send)

        async def run():
            await asyncio.Event().wait()

        async with cloud.tenants.catalogue(ACME) as catalogue, catalogue.writing() as connection:
            statement = segments.segments.update().values(location="s3://bucket/key")
            await connection.execute(statement)
        cloud.portals.player_over = lambda *_: ObjectPlayer([Mount("/", Objects())], run, lambda _: None)
        async with cloud.browser() as client:
            before = len(cloud.link.asked)
            cloud.link.is_up.clear()
            assert await _played(client, fixture.header.recording)
            assert len(asked) == 3
            assert len(cloud.link.asked) == before
