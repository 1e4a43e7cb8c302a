"""A short drill on a real server, with real workstations: what it tells, and that it leaves nothing behind."""

import json
import signal

import pytest
from e2e.site import Process, Site, until

from playhead.cli import drilling

SHORT = tuple(one for one in drilling.FAILURES if "killed" in one[0] or "blackout" in one[0])


@pytest.fixture
async def site(tmp_path):
    site = Site(tmp_path / "site")
    try:
        await site.add_user(role="administrator")
        await site.start_premises()
        yield site
    finally:
        site.close()


async def test_a_drill_tells_what_was_missing_and_leaves_nothing_behind(site, monkeypatch, capsys):
    monkeypatch.setattr(drilling, "CALM_S", 1.0)
    monkeypatch.setattr(drilling, "FAILURES", SHORT)
    passed = await drilling.drill(site.places, 1, keep=False, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert passed, told
    assert told["passed"]
    assert told["recordings"] == 1, "a killed one goes on with its recording"
    assert told["dueMs"] == told["keptMs"] + sum(told["missingMs"].values())
    assert told["missingMs"]["blackout"] >= 2_000
    assert set(told["missingMs"]) <= {"blackout", "killed"}, told
    async with site.portal() as portal:
        assert await portal.recordings() == []
        log = (await portal.get("/api/audit?action=drill.passed")).json()["items"]
        assert [one["subject"] for one in log] == [told["drill"]]


async def test_one_that_is_interrupted_leaves_nothing_behind_either(site, tmp_path):
    process = Process(["drill", "--yes", "--workstations", "1", "--data", str(site.data)], tmp_path / "drill.log")
    try:
        await process.until_said("its link is cut")
        assert await process.stop(signal.SIGINT) == 1
    finally:
        process.kill()
    async with site.portal() as portal:
        assert await portal.recordings() == []

        async def is_forgotten():
            return (await portal.get("/api/workstations")).json()["items"] == []

        await until(is_forgotten, "no workstation of the drill is shown", 15)
    assert "Traceback" not in process.said()


async def test_without_a_server_nothing_is_begun(tmp_path):
    site = Site(tmp_path / "site")
    answer = await site.command("drill", "--yes")
    assert answer.code == 1
    assert "No premises server is running" in answer.err


async def test_who_does_not_agree_is_not_drilled(tmp_path):
    site = Site(tmp_path / "site")
    answer = await site.command("drill", stdin="n\n")
    assert answer.code == 1
    assert "No other workstation and no other recording is touched" in answer.err


def test_a_drill_fails_where_anything_is_lost_or_unexplained():
    def report(**facts):
        return drilling.Report("drill-1", **{"recordings": 1, **facts})

    assert report().passed
    assert report(missing_ms={"off": 900}).passed
    assert not report(recordings=0).passed
    assert not report(missing_ms={"unknown": 1}).passed
    assert not report(not_whole=["x"]).passed
    assert not report(problems=["drill-1-1 is still enrolled"]).passed
