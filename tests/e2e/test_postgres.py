"""A whole site with its catalogue in PostgreSQL: recorded, listed and played, although the database was away."""

import asyncio
from pathlib import Path

import httpx
from e2e.site import Site, until, wall_us

from playhead.testing.postgres import PostgresServer

NAME = "desk-1"


async def test_a_recording_goes_on_while_the_database_is_away(tmp_path: Path, postgres: PostgresServer) -> None:
    url = await postgres.make()
    site = Site(tmp_path, settings=f'[catalogue]\nurl = "{url.render_as_string()}"\nschema = "site"\n')
    try:
        await site.add_user()
        await site.start_premises()
        await site.enrol(NAME, continuous=True, pre_buffer="1 s", display="test-card")
        workstation = site.start_workstation(NAME, {})
        async with site.portal() as portal:
            found = await until(portal.recordings, lambda: f"{workstation.said()[-3000:]}\n{site.premises_said()}")
            recording = found[0]["id"]

            async def is_covered(at_us: int) -> bool:
                index = await portal.index(recording)
                return index["startedAtUs"] + index["durationUs"] >= at_us

            before_us = wall_us()
            await until(lambda: is_covered(before_us), site.premises_said)
            await asyncio.to_thread(postgres.kill)
            try:
                away = await portal.get("/api/recordings")
            finally:
                await asyncio.to_thread(postgres.resume)
            assert away.status_code == httpx.codes.SERVICE_UNAVAILABLE
            assert "catalogue.unavailable" in away.text
            back_us = wall_us()
            await until(lambda: is_covered(back_us), site.premises_said)
            assert await workstation.stop() == 0

            async def is_complete() -> bool:
                return (await portal.recording(recording))["state"] == "complete"

            await until(is_complete, site.premises_said)
            index = await portal.index(recording)
            assert len(index["segments"]) == 1
        assert await site.is_whole(recording)
        assert recording in await site.ask("recordings", "list", "--json")
        assert not site.places.catalogue.exists()
        refused = await site.command("backup", str(tmp_path / "backups"))
        assert refused.code != 0
        assert "pg_dump" in refused.err
    finally:
        site.close()
        await postgres.drop(url)
