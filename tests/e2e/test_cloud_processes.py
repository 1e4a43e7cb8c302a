"""A cloud of two processes on one database of PostgreSQL, behind a balancer; one of them is killed."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

from e2e.cloud import TENANT, Cloud
from e2e.past import add_interaction
from e2e.site import Portal, Site, until, wall_us

from playhead.cli import cloud_desk, joining, labels
from playhead.testing.postgres import PostgresServer

NAME = "site"
DAY_US = 86_400_000_000


class Balancer:
    """One port for sites. Connections go to the processes by turns, as far as these are there."""

    def __init__(self, clouds: Sequence[Cloud]) -> None:
        self._turns = list(clouds)
        self._ways = set[asyncio.Task[None]]()
        self.port = 0

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncGenerator[None, None]:
        server = await asyncio.start_server(self._lead, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            for way in self._ways:
                way.cancel()
            await asyncio.gather(*self._ways, return_exceptions=True)

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in self._turns:
            self._turns.append(cloud := self._turns.pop(0))
            with contextlib.suppress(OSError):
                there = await asyncio.open_connection("127.0.0.1", cloud.links_port)
                ways = [asyncio.create_task(_copy(*way)) for way in ((reader, there[1]), (there[0], writer))]
                self._ways.update(ways)
                return
        writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
    finally:
        writer.close()


def _has_links(cloud: Cloud) -> bool:
    """Whether this process has the site's links: it alone says so on its machine."""
    assert cloud.process is not None
    return cloud.process.alive and f"acme/{NAME}" in (cloud.data / "cloud" / "status.json").read_text()


async def _listed(portal: Portal) -> list[dict[str, Any]]:
    return (await portal.get("/api/recordings")).json().get("items", [])


async def _pictures(portal: Portal, recording: str) -> bytes:
    """The first of it, as a player fetches them."""
    index = await portal.index(recording)
    (segment,) = index["segments"]
    ((track, columns),) = segment["pieces"].items()
    first = columns["record"][0]
    answer = await portal.media(recording, f"{segment['id']}/pieces?track={track}&from={first}&to={first}")
    return answer.content


async def test_either_process_works_and_when_one_is_killed_the_other_goes_on(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    url = await postgres.make()
    database = f'[database]\nurl = "{url.render_as_string()}"\n'
    clouds = [Cloud(tmp_path / name, settings=database) for name in ("one", "two")]
    balancer = Balancer(clouds)
    site = Site(tmp_path / "site", settings='[replication]\ninterval = "500 ms"\n')
    began_us = (wall_us() // DAY_US - 1) * DAY_US
    try:
        await clouds[0].begin()
        code = await cloud_desk.new_site(clouds[0].places, f"{TENANT}/{NAME}", name=NAME, hours=1)
        shutil.copytree(clouds[0].data / "cloud", clouds[1].data / "cloud")  # its keys, as docs/services/cloud.md says
        recording = str(await add_interaction(site.places, agent="alex", started_at_us=began_us, seconds=4))
        await asyncio.gather(*(cloud.start() for cloud in clouds), site.start_premises())
        async with balancer.listening():
            await joining.join_cloud(site.places, code, f"127.0.0.1:{balancer.port}")
            async with clouds[0].portal() as one, clouds[1].portal() as two:
                await until(lambda: any(map(_has_links, clouds)), site.premises_said)
                here, there = (clouds, (one, two)) if _has_links(clouds[0]) else (clouds[::-1], (two, one))
                assert not _has_links(here[1])  # all links of a site lead to one process

                # Whichever is asked, it knows the recording, and plays it: itself, or by asking the other to ask.
                for portal in there:
                    await until(lambda asked=portal: _listed(asked), site.premises_said)
                pictures = [await _pictures(portal, recording) for portal in there]
                assert pictures[0]
                assert pictures[0] == pictures[1]

                # The one with the links is killed. The other has them soon, and what changed meanwhile.
                assert here[0].process is not None
                here[0].process.kill()
                await labels.tag(site.places, recording, ("complaint",), remove=False)
                await until(lambda: _has_links(here[1]), site.premises_said)

                async def is_tagged() -> bool:
                    return "complaint" in (await there[1].recording(recording)).get("tags", [])

                await until(is_tagged, site.premises_said)
                assert await _pictures(there[1], recording) == pictures[0]
    finally:
        for process in (*clouds, site):
            process.close()
        await postgres.drop(url)
