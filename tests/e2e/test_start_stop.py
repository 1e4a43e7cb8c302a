"""Recordings started and stopped by command and by the API, of a real desktop; and who may take part in a site."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from e2e.footage import assert_tells_the_time, shots
from e2e.site import Portal, Site, until, until_wall, wall_us

from playhead.base.errors import RefusedError
from playhead.cli import administration, agent_side
from playhead.cli.desktop import Desktop
from playhead.cli.places import PremisesPlaces
from playhead.wire.pki import EnrolmentCode

pytestmark = pytest.mark.asyncio(loop_scope="module")

AT_ONCE, BEFORE, AWAY = "desk-at-once", "desk-before", "desk-away"
PRE_BUFFER_US = 3_000_000
BEGINS_WITHIN_US = 1_000_000


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def _workstations(site: Site, portal: Portal, desktop: Desktop) -> AsyncGenerator[int, None]:
    """One without and one with a pre-buffer, both idle; a third one is switched off."""
    await site.enrol(AT_ONCE, pre_buffer="0 s")
    await site.enrol(BEFORE, pre_buffer=f"{PRE_BUFFER_US // 1_000_000} s")
    await site.enrol(AWAY)
    for name in (AT_ONCE, BEFORE):
        site.start_workstation(name, desktop.environment)

    async def are_idle() -> bool:
        items = (await portal.get("/api/workstations")).json()["items"]
        return {item["id"]: item["state"] for item in items} == {AT_ONCE: "idle", BEFORE: "idle", AWAY: "offline"}

    await until(are_idle, site.premises_said)
    yield wall_us()
    for name in (AT_ONCE, BEFORE):
        assert await site.workstations[name].stop() == 0


@pytest.fixture(scope="module")
def idle_since_us(_workstations: int) -> int:
    return _workstations


async def until_state(portal: Portal, recording: str, state: str) -> dict[str, Any]:
    async def has_state() -> dict[str, Any] | None:
        found = await portal.recording(recording)
        return found if found.get("state") == state else None

    return await until(has_state, f"{recording} {state}")


async def until_covered(portal: Portal, recording: str, at_us: int) -> dict[str, Any]:
    async def is_covered() -> dict[str, Any] | None:
        if "error" in await portal.recording(recording):
            return None
        index = await portal.index(recording)
        return index if index["startedAtUs"] + index["durationUs"] >= at_us else None

    return await until(is_covered, f"{recording} up to {at_us}")


def requested_us(index: dict[str, Any]) -> int:
    markers = index["segments"][0]["markers"]
    return next(marker["requested_at_us"] for marker in markers if marker["code"] == "recording.started")


async def test_by_the_api_without_a_pre_buffer(site: Site, portal: Portal) -> None:
    sent_us = wall_us()
    answer = await portal.order(AT_ONCE, "start")
    answered_us, waited_us = wall_us(), site.workstations[AT_ONCE].waited_us
    assert answer.status_code == 200, answer.text
    recording = answer.json()["recording"]

    index = await until_covered(portal, recording, answered_us + 1_500_000)
    assert sent_us <= requested_us(index) <= answered_us
    assert index["startedAtUs"] <= requested_us(index) + BEGINS_WITHIN_US + waited_us
    assert index["state"] == "recording"
    assert (await portal.order(AT_ONCE, "start")).json()["error"]["code"] == "recording.active"

    assert (await portal.order(AT_ONCE, "stop")).json() == {"recording": recording}
    stopped_us = wall_us()
    await until_state(portal, recording, "complete")
    assert (await portal.order(AT_ONCE, "stop")).json()["error"]["code"] == "recording.none"
    index = await portal.index(recording)
    assert index["startedAtUs"] + index["durationUs"] <= stopped_us, "nothing after the stop"
    found = shots(await site.exported(recording))
    assert_tells_the_time(index, found)
    assert found[0].clock_us is not None
    assert found[0].clock_us > sent_us - 1_000_000, "nothing from before the command, whatever the clock showed last"


async def test_by_command_with_a_pre_buffer(site: Site, portal: Portal, idle_since_us: int) -> None:
    await until_wall(idle_since_us + PRE_BUFFER_US)
    recording = await site.ask("record", "start", BEFORE)
    answered_us = wall_us()
    index = await until_covered(portal, recording, answered_us)
    started_us = requested_us(index)
    assert started_us <= answered_us
    assert started_us - PRE_BUFFER_US <= index["startedAtUs"] < started_us - PRE_BUFFER_US // 2

    listed, verified, status = await asyncio.gather(
        site.ask("recordings", "list", "--json"),
        site.command("verify", recording),
        site.ask("workstation", "status", "--json", "--data", str(site.folder / BEFORE)),
    )
    newest = json.loads(listed)[0]
    assert (newest["id"], newest["state"], newest["workstation"]) == (recording, "recording", BEFORE)
    assert (verified.code, verified.out) == (0, "whole")
    assert "not sealed; whole up to its durable end" in verified.err
    assert json.loads(status)["recording"] == recording

    async def is_covered() -> bool:
        said = await site.command("coverage", "--now", "--workstation", BEFORE, "--json")
        (present,) = json.loads(said.out)
        return (said.code, present["covered"], present["code"]) == (0, True, None)

    await until(is_covered, site.premises_said)
    assert await site.ask("record", "stop", BEFORE) == recording
    await until_state(portal, recording, "complete")
    account = json.loads(await site.ask("coverage", "--recording", recording, "--json"))
    assert (account["dueMs"], account["missing"]) == (account["keptMs"], [])
    said = await site.command("coverage", "--workstation", BEFORE, "--json")
    (day,) = json.loads(said.out)["items"]
    assert said.code == 0, day
    assert day["dueMs"] == day["keptMs"] > 0, "from the order to the stop"
    out = await site.exported(recording)
    index = await portal.index(recording)
    assert_tells_the_time(index, shots(out))
    (stream,) = probed(out)["streams"]
    assert (stream["codec_name"], stream["width"], stream["height"]) == ("h264", 800, 600)
    assert abs(float(stream["duration"]) - index["durationUs"] / 1e6) < 0.1

    assert await site.is_whole(recording)
    (location,) = [name for name in site.durable() if index["segments"][0]["id"] in name]
    path = site.places.recordings / location
    sealed = path.read_bytes()
    path.write_bytes(sealed[:-100] + bytes([sealed[-100] ^ 1]) + sealed[-99:])
    said = await site.command("verify", recording)
    path.write_bytes(sealed)
    assert (said.code, said.out) == (1, "NOT whole")


def probed(path: Path) -> dict[str, Any]:
    """What ffprobe says of a file, having decoded all of it without a complaint."""
    asked = ["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-of", "json", path]
    told = subprocess.run(asked, capture_output=True, check=True)
    assert told.stderr == b""
    return json.loads(told.stdout)


async def test_a_workstation_that_is_not_there(site: Site, portal: Portal) -> None:
    answer = await portal.order(AWAY, "start")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "workstation.offline")
    answer = await portal.order("desk-none", "start")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "workstation.not_found")
    said = await site.command("record", "start", AWAY)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"playhead: Workstation {AWAY} is not connected.")


async def test_a_code_works_once_and_for_whom_it_was_made(site: Site) -> None:
    code = await site.ask("premises", "enrolment-code", "desk-new")
    arguments = ("workstation", "enrol", "--server", site.screen, "--code", code, "--name")
    other = await site.command(*arguments, "desk-other", "--data", str(site.folder / "other"))
    assert other.code == 1
    first = await site.command(*arguments, "desk-new", "--data", str(site.folder / "new"))
    assert first.code == 0, first
    assert "desk-new is enrolled at site site." in first.err
    again = await site.command(*arguments, "desk-new", "--data", str(site.folder / "again"))
    assert (again.code, again.out) == (1, "")
    refusal = "playhead: This enrolment code is not valid for this workstation."
    assert other.err.startswith(refusal)
    assert again.err.startswith(refusal), "in the same words: whoever guesses learns nothing"


async def refusal_of(site: Site, code: str) -> str:
    """The code with which an attempt to enrol is refused."""
    folder = site.folder / "refused"
    shutil.rmtree(folder, ignore_errors=True)
    with pytest.raises(RefusedError) as refused:
        await asyncio.to_thread(agent_side.enrol, folder, server=site.screen, code=code, name="desk-refused")
    return refused.value.code


async def test_codes_that_let_nobody_in(site: Site) -> None:
    genuine = EnrolmentCode.parse(await administration.new_enrolment_code(site.places, "desk-refused"))
    guessed = EnrolmentCode(bytes(10), genuine.authority)
    assert await refusal_of(site, guessed.text) == "enrolment.code"
    elsewhere = await administration.new_enrolment_code(PremisesPlaces(site.folder / "elsewhere"), "desk-refused")
    assert await refusal_of(site, elsewhere) == "enrolment.authority", "the server is not the one the code speaks of"
    for_another = await administration.new_enrolment_code(site.places, "desk-x")
    assert await refusal_of(site, for_another) == "enrolment.code"


async def test_a_workstation_that_is_revoked_is_shut_out(site: Site, portal: Portal, desktop: Desktop) -> None:
    await site.enrol("desk-stolen", continuous=True)
    process = site.start_workstation("desk-stolen", desktop.environment)

    async def is_recording() -> str | None:
        items = (await portal.get("/api/workstations")).json()["items"]
        return next((item["recording"] for item in items if item["id"] == "desk-stolen"), None)

    recording = await until(is_recording, process.said)
    await site.ask("premises", "revoke", "desk-stolen")
    await until_state(portal, recording, "interrupted")
    await process.until_said("screen.revoked")
    assert await process.stop() == 0
