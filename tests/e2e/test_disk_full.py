"""The server's disk fills up: a real file system, real processes and a real desktop. Nothing is lost, and it ends."""

import contextlib
import json
import os
import subprocess
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from e2e.site import Site, until, wall_us
from e2e.test_kill import MAY_MISS_US, NAME, Take, assert_nothing_is_missing

from playhead.cli.desktop import Desktop

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(os.geteuid() != 0, reason="a file system can be mounted by root alone"),
]

SIZE_BYTES = 64 << 20
RESERVE_BYTES = 16 << 20
BALLAST_BYTES = 1 << 20


class Filler:
    """A file that takes room from everyone else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "filler"

    @property
    def free_bytes(self) -> int:
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize

    def leave(self, free_bytes: int) -> None:
        """Take all but so much."""
        with self.path.open("ab") as file:
            os.posix_fallocate(file.fileno(), 0, self.path.stat().st_size + self.free_bytes - free_bytes)

    def take_all(self) -> None:
        """Write until nothing more fits."""
        with self.path.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(bytes(4096)):
                pass

    def go(self) -> None:
        self.path.unlink()


@pytest.fixture(scope="module")
def small_disk(place: Path) -> Generator[Path, None, None]:
    """A file system of its own for what a server keeps."""
    folder = place / "site" / "server" / "premises"
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE_BYTES},mode=0700", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(place: Path, small_disk: Path) -> AsyncGenerator[Site, None]:
    del small_disk
    site = Site(place / "site", settings=f'disk_free_min = "{RESERVE_BYTES} B"\n')
    try:
        await site.add_user()
        await site.start_premises()
        await site.enrol(NAME, continuous=True, pre_buffer="1 s")
        yield site
    finally:
        site.close()


async def health(site: Site) -> list[str]:
    async with httpx.AsyncClient(base_url=site.address) as anyone:
        return (await anyone.get("/healthz")).json()["problems"]


async def test_a_full_disk_loses_nothing_and_goes_on_by_itself(site: Site, desktop: Desktop, small_disk: Path) -> None:
    filler = Filler(small_disk)
    async with site.portal() as portal:
        take = Take(site, portal, desktop)
        await take.begin()
        assert await health(site) == []
        assert (small_disk / "ballast").stat().st_size == BALLAST_BYTES

        filler.leave(RESERVE_BYTES // 2)
        full_us = wall_us()

        async def is_full() -> bool:
            return await health(site) == ["disk.full"]

        await until(is_full, take.said)
        (problem,) = (await portal.get("/api/health")).json()["problems"]
        assert problem["code"] == "disk.full"
        said = await site.command("premises", "status", "--json")
        assert (said.code, [one["code"] for one in json.loads(said.out)["problems"]]) == (1, ["disk.full"])

        async def is_spooling() -> bool:
            status = await site.status(NAME)
            return status["state"] == "recording" and status["spool_bytes"] > 0 and not status["durable"]

        await until(is_spooling, take.said)
        await until(lambda: wall_us() > full_us + MAY_MISS_US, "some seconds that only the spool has")
        durable = site.durable()

        filler.take_all()
        await until(lambda: not (small_disk / "ballast").exists(), take.said)
        async with site.portal():
            pass  # signing in writes to the catalogue, which has the last reserve
        assert site.durable() == durable, "no segment had any of it"

        filler.go()

        async def is_well() -> bool:
            return await health(site) == []

        await until(is_well, take.said)
        freed_us = wall_us()
        await take.until_covered(freed_us)
        index, found = await take.end()
        assert_nothing_is_missing(index, found)
        for location, data in durable.items():
            assert site.durable()[location][: len(data)] == data
        said = json.loads(await site.ask("check", "--json"))
        assert said == {"whole": True, "findings": []}
        log = site.premises_log()
        assert [one["event"] for one in log if one["event"].startswith("disk.")] == [
            "disk.full",
            "disk.reserve_used",
            "disk.freed",
        ]
        assert not [one for one in log if one["level"] == "critical" or "exception" in one]
