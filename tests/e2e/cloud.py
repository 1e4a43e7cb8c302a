"""A cloud as its users have it: the real process, and a site that joins it by the real commands."""

import contextlib
import sqlite3
from collections.abc import AsyncGenerator
from pathlib import Path

from e2e.site import PASSWORD, USER, Portal, Process, Site, free_ports, until

from playhead.cli import cloud_desk, joining
from playhead.cli.cloud_places import CloudPlaces

TENANT = "acme"


class Cloud:
    """One data folder, one process, one tenant."""

    def __init__(self, folder: Path, *, settings: str = "") -> None:
        """``settings``: more tables."""
        self.folder = folder
        self.data = folder / "cloud"
        self.process: Process | None = None
        self.data.mkdir(parents=True, exist_ok=True)
        self.links_port, self.portal_port = free_ports(2)
        self.settings(settings)

    def settings(self, more: str = "") -> None:
        """Write them; read at the next start."""
        (self.data / "cloud.toml").write_text(
            f'[links]\nlisten = "127.0.0.1:{self.links_port}"\n'
            f'[portal]\nlisten = "127.0.0.1:{self.portal_port}"\ntransport = "plain"\n{more}'
        )

    @property
    def places(self) -> CloudPlaces:
        return CloudPlaces(self.data)

    @property
    def address(self) -> str:
        """Of the portal."""
        return f"http://127.0.0.1:{self.portal_port}"

    async def begin(self) -> None:
        """A tenant, and somebody who may sign in there."""
        await cloud_desk.new_tenant(self.places, TENANT, name="Acme", hosts=[])
        await cloud_desk.new_person(self.places, TENANT, USER, roles=["manager"], password=PASSWORD)

    async def start(self) -> None:
        self.process = Process(["cloud", "run", "--data", str(self.data)], self.folder / "cloud.log")
        await self.process.until_said("Sites connect to port")

    async def join(self, site: Site, name: str) -> None:
        """`cloud site add` here, and `premises join` there."""
        code = await cloud_desk.new_site(self.places, f"{TENANT}/{name}", name=name, hours=1)
        await joining.join_cloud(site.places, code, f"127.0.0.1:{self.links_port}")

    async def until_linked(self) -> None:
        """Until a site is connected."""

        async def is_linked() -> bool:
            return any(connected for _, connected in await cloud_desk.all_sites(self.places))

        await until(is_linked, "a link")

    @contextlib.asynccontextmanager
    async def portal(self) -> AsyncGenerator[Portal, None]:
        """A supervisor signs in."""
        async with Portal(base_url=self.address, headers={"origin": self.address}, timeout=30) as portal:
            await portal.sign_in()
            yield portal

    def locations(self) -> list[str]:
        """Where the tenant's segments lie, as far as the cloud has been told."""
        path = self.places.tenants / TENANT / "catalogue.sqlite"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as catalogue:
            return [row[0] for row in catalogue.execute("SELECT location FROM segments")]

    def has_all_objects(self) -> bool:
        """Whether nothing of the tenant's lies at its site alone."""
        found = self.locations()
        return bool(found) and all("://" in one for one in found)

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
