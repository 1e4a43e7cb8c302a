"""Client PC, site firewall, premises and cloud as four machines, each with the rules that are generated for it."""

import asyncio
import io
import ssl
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import av
import pytest
import pytest_asyncio
from e2e.site import PLAYHEAD, Portal, Site, until
from environment.hosts import Host, host

from playhead.cli import administration
from playhead.cli.settings import PremisesSettings
from playhead.cli.surroundings import listeners_of
from playhead.environment.firewall import nftables
from playhead.environment.firewall.rules import Role, Rule, rules_of
from playhead.environment.installation import Installation, parse_networks
from playhead.net.http.certificates import authority_certificate

pytestmark = pytest.mark.asyncio(loop_scope="module")

CLIENTS, SERVERS, OUTSIDE = "10.201.1", "10.201.9", "203.0.113"
CLIENT, SERVER, CLOUD = f"{CLIENTS}.2", f"{SERVERS}.5", f"{OUTSIDE}.5"
DESK = "desk-7"
PORTS = (443, 2020, 5633, 5650)
SETTINGS = f"""
[screen]
listen = "{SERVER}:5633"
[tokens]
listen = "{SERVER}:5650"
[portal]
listen = "{SERVER}:2020"
https_listen = "{SERVER}:443"
"""


@dataclass
class Hosts:
    """The four, and what runs on them."""

    client: Host
    firewall: Host
    premises: Host
    cloud: Host
    site: Site
    rules: dict[Role, tuple[Rule, ...]]

    def load(self, role: Role, without: Rule | None = None) -> None:
        """The rules of one of them, as generated, or without one of them."""
        machine = {Role.CLIENT: self.client, Role.SITE: self.firewall, Role.PREMISES: self.premises}[role]
        lines = nftables.render(self.rules[role]).splitlines(keepends=True)
        kept = [line for line in lines if without is None or f'"{without.name}:' not in line]
        assert len(kept) == len(lines) - (without is not None)
        machine.run("nft", "-f", "-", given="".join(kept))

    def portal(self) -> Portal:
        """The supervisor's browser, before they sign in."""
        trust = ssl.create_default_context(cadata=authority_certificate(self.site.places.keys).decode())
        address = f"https://{SERVER}"
        return Portal(base_url=address, headers={"origin": address}, verify=trust)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hosts(tmp_path_factory) -> AsyncGenerator[Hosts, None]:
    site = Site(tmp_path_factory.mktemp("four-hosts"))
    (site.data / "premises.toml").write_text(SETTINGS)
    with host() as client, host() as firewall, host() as premises, host() as cloud:
        for name, machine, network in (("lan", client, CLIENTS), ("dmz", premises, SERVERS), ("wan", cloud, OUTSIDE)):
            address = {client: CLIENT, premises: SERVER, cloud: CLOUD}[machine]
            firewall.join(name, (f"{network}.1/24",), machine, (f"{address}/24",))
            machine.routes(f"default via {network}.1")
        firewall.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
        installation = Installation(
            listeners_of(PremisesSettings.load(site.places)),
            parse_networks((f"{CLIENTS}.0/24",)),
            parse_networks((SERVER,)),
        )
        made = Hosts(client, firewall, premises, cloud, site, {role: rules_of(role, installation) for role in Role})
        for role in Role:
            made.load(role)
        try:
            await site.add_user()
            await site.start_premises(within=premises.within())
            yield made
        finally:
            site.close()


async def test_the_main_job_works_through_all_of_them(hosts: Hosts) -> None:
    assert {rule.port for rule in hosts.rules[Role.SITE]} == set(PORTS)
    code = await administration.new_enrolment_code(hosts.site.places, DESK)
    data = hosts.site.folder / DESK
    command = ("workstation", "enrol", "--server", SERVER, "--code", code, "--name", DESK, "--data", str(data))
    hosts.client.run(*PLAYHEAD, *command)
    with (data / "workstation.toml").open("a") as file:
        file.write('display = "test-card"\ncontinuous = true\npre_buffer = "0 s"\n')
    hosts.site.start_workstation(DESK, {}, within=hosts.client.within())
    footage = await asyncio.to_thread(hosts.client.call, lambda: asyncio.run(played(hosts)))
    with av.open(io.BytesIO(footage)) as container:
        assert next(container.decode(video=0)).width > 0


async def played(hosts: Hosts) -> bytes:
    """A supervisor at the client PC signs in, sees the recording, and gets tokens and media of it."""
    async with hosts.portal() as portal:
        await portal.sign_in()
        (recording,) = await until(portal.recordings, hosts.site.premises_said)

        async def recorded() -> dict[str, Any] | None:
            segments = (await portal.index(recording["id"]))["segments"]
            return segments[0] if segments and any(segments[0]["pieces"].values()) else None

        segment = await until(recorded, hosts.site.premises_said)
        ((track, columns),) = segment["pieces"].items()
        asked = (
            f"init?track={track}&epoch=0",
            f"pieces?track={track}&from={columns['record'][0]}&to={columns['record'][0]}",
        )
        parts = [await portal.media(recording["id"], f"{segment['id']}/{one}") for one in asked]
        return b"".join(part.content for part in parts)


async def test_nothing_reaches_in_from_the_cloud_and_nothing_but_ours_is_needed(hosts: Hosts) -> None:
    assert hosts.client.reaches(CLIENT, SERVER, PORTS) == set(PORTS)
    assert hosts.cloud.reaches(CLOUD, SERVER, PORTS) == set()
