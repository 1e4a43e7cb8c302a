"""What people change in the cloud's portal: done at the recording's site, shown at once, in both audit logs."""

import asyncio

import pytest
from cloud.conftest import ACME

from playhead.base.errors import UnavailableError
from playhead.base.ids import SiteId, TenantSite
from playhead.domain.recordings import RecordingState
from playhead.store.catalogue.holds import find_hold
from playhead.testing.site import SITE
from playhead.testing.vid import make_vid


@pytest.fixture
async def recording(cloud):
    """One that has ended, known in the cloud."""
    fixture = make_vid(seconds=2, agent="jane", site_private_key=cloud.site.keyring.recording_key)
    await cloud.site.add_fixture(fixture)
    found = fixture.header.recording
    await cloud.site.set_state(found, RecordingState.COMPLETE, cloud.site.clock.wall_us())
    await cloud.tell()
    return found


async def change(client, recording, action, **more):
    order = {"recordings": [str(recording)], "action": action, **more}
    return (await client.post("/api/recordings/bulk", json=order)).json()


class TestAnnotating:
    async def test_tags_and_holds_are_the_sites_and_shown_at_once(self, cloud, recording):
        async with cloud.browser() as client:
            assert await change(client, recording, "tag", tag="Complaint") == {"done": 1, "refused": []}
            assert await change(client, recording, "hold", reason="case 7") == {"done": 1, "refused": []}
            item = (await client.get(f"/api/recordings/{recording}")).json()
            assert (item["tags"], item["held"]) == (["complaint"], True)
            async with cloud.site.catalogue.reading() as connection:
                hold = await find_hold(connection, recording)
            assert (str(hold.by_user), hold.reason) == ("sue", "case 7")
            await cloud.tell()  # and it stays so once the site tells of it
            item = (await client.get(f"/api/recordings/{recording}")).json()
            assert (item["tags"], item["held"]) == (["complaint"], True)
            await change(client, recording, "untag", tag="complaint")
            await change(client, recording, "release")
            item = (await client.get(f"/api/recordings/{recording}")).json()
            assert (item["tags"], item["held"]) == ([], False)
        for action in ("recording.tagged", "recording.held", "recording.untagged", "recording.released"):
            [here], [there] = await cloud.audited(action), await cloud.site.audited(action)
            assert here.actor == there.actor == "sue"
            assert here.address == there.address != ""
            assert here.details["order"] == there.details["order"]

    async def test_a_site_that_is_away_changes_nothing_and_that_is_said(self, cloud, recording):
        cloud.link.is_up.clear()
        async with cloud.browser() as client:
            told = await change(client, recording, "tag", tag="complaint")
            assert told == {"done": 0, "refused": [{"id": str(recording), "code": "site.away"}]}
            assert (await client.get(f"/api/recordings/{recording}")).json()["tags"] == []
        assert await cloud.audited("recording.tagged") == []

    async def test_one_that_was_lost_before_it_answered_may_have_done_it(self, cloud, recording):
        cloud.link.loses_answers = 50  # and those to what is asked of its present
        async with cloud.browser() as client:
            told = await change(client, recording, "tag", tag="complaint")
            assert [one["code"] for one in told["refused"]] == ["site.lost"]
            await cloud.tell()
            assert (await client.get(f"/api/recordings/{recording}")).json()["tags"] == ["complaint"]

    async def test_what_the_cloud_does_not_vouch_for_is_refused_by_the_site(self, cloud, recording):
        for headers, code in (((), b"asked.nobody"), ([(b"playhead-user", b"sue")], b"asked.nothing")):
            target = f"/asked/recordings/{recording}/erasure".encode()
            answer = await cloud.link.ask("POST", target, headers, b"\x81\xa6reason\xa1x")
            assert answer.status == 403
            assert code in await answer.read()

    async def test_an_order_has_a_limit(self, cloud):
        answer = await cloud.link.ask("POST", b"/asked/annotations", [(b"playhead-user", b"sue")], b"x" * 65_537)
        assert (answer.status, b"order.size" in await answer.read()) == (413, True)
        answer = await cloud.link.ask("POST", b"/asked/annotations", [(b"playhead-user", b"sue")], b"x")
        assert (answer.status, b"order.malformed" in await answer.read()) == (400, True)


class TestErasing:
    async def test_it_is_gone_everywhere_before_the_answer_comes(self, cloud, recording):
        async with cloud.browser() as client:
            answer = await client.request("DELETE", f"/api/recordings/{recording}", json={"reason": "by mistake"})
            assert (answer.status_code, answer.json()["phase"]) == (200, "shredded")
            assert (await client.get(f"/api/recordings/{recording}")).json()["error"]["code"] == "recording.erased"
            [listed] = (await client.get("/api/erasures")).json()["items"]
            assert (listed["recording"], listed["by"], listed["reason"]) == (str(recording), "sue", "by mistake")
            certificate = await client.get(f"/api/erasures/{listed['id']}/certificate")
            assert certificate.json()["certificate"]["site"] == "site"
            await cloud.tell()
            assert len((await client.get("/api/erasures")).json()["items"]) == 1
        [here], [there] = await cloud.audited("erasure.began"), await cloud.site.audited("erasure.began")
        assert (here.actor, there.actor, here.details["site"]) == ("sue", "sue", str(SITE))

    async def test_what_keeps_the_site_from_it_is_told(self, cloud, recording):
        async with cloud.browser() as client:
            await change(client, recording, "hold", reason="case 7")
            path, order = f"/api/recordings/{recording}", {"reason": "by mistake"}
            answer = await client.request("DELETE", path, json=order)
            assert (answer.status_code, answer.json()["error"]["code"]) == (409, "recording.held")
            cloud.link.is_up.clear()
            answer = await client.request("DELETE", path, json=order)
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "site.away")
            assert (await client.get(path)).status_code == 200
        outcomes = [entry.details.get("outcome") for entry in await cloud.audited("erasure.began")]
        assert outcomes == ["site.away", "recording.held"]


class TestExports:
    async def test_a_file_is_made_at_the_site_and_comes_through_the_pool(self, cloud, recording):
        async with cloud.browser() as client:
            begun = await client.post("/api/exports", json={"recording": str(recording), "fromMs": 0, "toMs": 1000})
            assert begun.status_code == 202, begun.text
            path = f"/api/exports/{begun.json()['id']}"
            await asyncio.wait({job.future for job in cloud.exports._jobs.values()})
            state = (await client.get(path)).json()
            assert (state["state"], state["recording"], state["url"]) == ("ready", str(recording), f"{path}/file")
            file = await client.get(state["url"])
            assert (file.status_code, len(file.content), file.content[4:8]) == (200, state["bytes"], b"ftyp")
            assert file.headers["content-disposition"].startswith("attachment")
            part = await client.get(state["url"], headers={"range": "bytes=4-7"})
            assert (part.status_code, part.content) == (206, b"ftyp")
            assert (await client.delete(path)).status_code == 204
            assert (await client.get(path)).json()["error"]["code"] == "export.not_found"
            for action in ("export.made", "export.downloaded"):
                [here], [there] = await cloud.audited(action), await cloud.site.audited(action)
                assert (here.actor, here.subject) == (there.actor, there.subject) == ("sue", str(recording))

    async def test_of_a_site_that_is_away_there_is_none(self, cloud, recording):
        cloud.link.is_up.clear()
        async with cloud.browser() as client:
            answer = await client.post("/api/exports", json={"recording": str(recording)})
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "site.away")
            for unknown in ("abc", "site~abc", "nowhere~abc"):
                answer = await client.get(f"/api/exports/{unknown}")
                assert answer.json()["error"]["code"] in {"export.not_found", "site.away"}


class _Hanging:
    """A site that takes what it is told and says nothing."""

    up = True

    async def ask(self, *_args, **_more):
        raise UnavailableError("pool.gone", "The stream was broken off.")


class TestCoverage:
    async def test_each_site_has_its_days_by_its_own_clocks(self, cloud, recording):
        async with cloud.browser() as client:
            day = (await client.get("/api/coverage")).json()
            assert (day["site"], day["timeZone"]) == (str(SITE), "Europe/Vienna")
            assert [item["workstation"] for item in day["items"]] == [f"{SITE}.pc-1"]
            one = f"/api/coverage/workstations/{SITE}.pc-1?from={day['day']}"
            [told] = (await client.get(one)).json()["items"]
            assert told["day"] == day["day"]
            account = (await client.get(f"/api/recordings/{recording}/coverage")).json()
            assert account["dueMs"] >= account["keptMs"] > 0
            assert (await client.get("/api/coverage?site=nowhere")).json()["error"]["code"] == "site.not_found"

    @pytest.mark.usefixtures("recording")
    async def test_sites_are_apart(self, cloud):
        cloud.links.sites[TenantSite(ACME, SiteId("other"))] = _Hanging()
        async with cloud.browser() as client:
            assert (await client.get("/api/session")).json()["sites"] == ["other", str(SITE)]
            answer = await client.get("/api/coverage?site=other")
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "site.away")
            assert len((await client.get(f"/api/coverage?site={SITE}")).json()["items"]) == 1

    @pytest.mark.usefixtures("recording")
    async def test_days_that_are_over_are_shown_while_the_site_is_away(self, cloud):
        async with cloud.browser() as client:
            today = (await client.get("/api/coverage")).json()["day"]
        cloud.site.clock.advance(86_400_000_000)
        await cloud.coverage.keep_past()
        await cloud.tell()
        async with cloud.browser() as client:
            there = (await client.get(f"/api/coverage?day={today}")).json()["items"]
            cloud.link.is_up.clear()
            assert (await client.get(f"/api/coverage?day={today}")).json()["items"] == there
            answer = await client.get("/api/coverage")
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "site.away")
