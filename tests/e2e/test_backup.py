"""A backup of a real site while it records, the loss of its server, and the recording going on at what is restored."""

import json
import shutil
from pathlib import Path

import pytest
from e2e.footage import assert_tells_the_time, shots
from e2e.site import Portal, Site, until, wall_us

from playhead.cli.desktop import Desktop
from playhead.cli.places import PremisesPlaces

pytestmark = pytest.mark.asyncio(loop_scope="module")

DESK = "desk-1"


async def covered(portal: Portal, recording: str, at_us: int) -> None:
    async def is_covered() -> bool:
        if "error" in await portal.recording(recording):
            return False
        index = await portal.index(recording)
        return index["startedAtUs"] + index["durationUs"] >= at_us

    await until(is_covered, f"{recording} up to {at_us}")


async def test_backed_up_lost_restored_and_gone_on_with(site: Site, desktop: Desktop, place: Path) -> None:
    backups, key = place / "backups", place / "recovery.pem"
    async with site.portal() as portal:
        await site.enrol(DESK, pre_buffer="0 s")
        site.start_workstation(DESK, desktop.environment)

        async def is_idle() -> bool:
            return (await portal.get("/api/workstations")).json()["items"][0]["state"] == "idle"

        await until(is_idle, site.premises_said)
        recording = (await portal.order(DESK, "start")).json()["recording"]
        await covered(portal, recording, wall_us())

        # While it records: refused without a recovery key, then twice.
        refused = await site.command("backup", str(backups))
        assert (refused.code, "playhead recovery-key" in refused.err) == (1, True)
        await site.ask("recovery-key", str(key), "--passphrase-stdin", stdin="words\n")
        first = json.loads(await site.ask("backup", str(backups), "--json"))
        await covered(portal, recording, wall_us())
        second = json.loads(await site.ask("backup", str(backups), "--incremental", "--json"))
        assert (first["segments"], second["segments"], second["faults"]) == (1, 1, 0)
        assert second["bytes"] > first["bytes"], "it grew in between"
        backed_up_us = wall_us()
        assert (await portal.get("/metrics")).status_code == 200
        audited = json.loads(await site.ask("audit", "list", "--action", "backup.done", "--json"))
        assert [one["subject"] for one in audited] == [second["backup"], first["backup"]]

    # The server is lost with its disk.
    site.premises.kill()
    config = site.places.config.read_bytes()
    shutil.rmtree(site.data)
    restored = await site.command(
        "restore", str(backups), "--recovery-key", str(key), "--passphrase-stdin", "--json", stdin="words\n"
    )
    assert restored.code == 0, restored
    told = json.loads(restored.out)
    assert (told["backup"], told["restored"], told["damaged"], told["findings"]) == (second["backup"], 1, [], [])
    assert site.places.config.read_bytes() == config
    assert await site.is_whole(recording)

    # The workstation comes back to it by itself, and nothing that it recorded meanwhile is missing.
    await site.start_premises()
    async with site.portal() as portal:
        await covered(portal, recording, wall_us())
        await portal.order(DESK, "stop")

        async def is_complete() -> bool:
            return (await portal.recording(recording))["state"] == "complete"

        await until(is_complete, "complete")
        index = await portal.index(recording)
        assert index["gaps"] == []
        assert index["startedAtUs"] + index["durationUs"] > backed_up_us
        assert_tells_the_time(index, shots(await site.exported(recording)))
    assert await site.is_whole(recording)

    # The first one restores elsewhere, as it was then.
    elsewhere = PremisesPlaces(place / "elsewhere")
    arguments = ["--backup", first["backup"], "--keys", str(site.places.keys), "--data", str(elsewhere.root)]
    await site.ask("restore", str(backups), *arguments)
    (path,) = elsewhere.recordings.rglob("*.vid")
    assert path.stat().st_size == first["bytes"]
    assert (await site.command("verify", "--all", "--data", str(elsewhere.root))).out == "whole"
    assert await site.workstations[DESK].stop() == 0
