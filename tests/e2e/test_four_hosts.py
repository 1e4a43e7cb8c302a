"""Client PC, site firewall, premises and cloud as four machines, each with the rules that are generated for it."""

import asyncio
import contextlib
import io
import json
import ssl
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import msgspec
import pytest
import pytest_asyncio
from e2e.site import PLAYHEAD, Portal, Process, Site, until
from environment.hosts import Host, host

from playhead.cli import administration
from playhead.cli.doctoring import examine_here
from playhead.cli.settings import LISTENING, PremisesSettings
from playhead.cli.surroundings import listeners_of
from playhead.environment.doctor.findings import Role as Machine
from playhead.environment.doctor.findings import Severity
from playhead.environment.firewall import nftables
from playhead.environment.firewall.rules import Role, Rule, rules_of
from playhead.environment.installation import Installation, parse_networks
from playhead.environment.listening import parse_listening
from playhead.environment.ports import REGISTRY, Service
from playhead.environment.ports import Host as Endpoint
from playhead.net.http.certificates import authority_certificate

pytestmark = pytest.mark.asyncio(loop_scope="module")

CLIENTS, SERVERS, OUTSIDE = "10.201.1", "10.201.9", "203.0.113"
BRANCHES = "10.201.16.0/20"
CLIENT, SERVER, CLOUD = f"{CLIENTS}.2", f"{SERVERS}.5", f"{OUTSIDE}.5"
DESK = "desk-7"
PORTS = tuple(sorted(row.number for row in REGISTRY if row.ours and row.target is Endpoint.PREMISES))
SETTINGS = f"""
[screen]
listen = "{SERVER}:5633"
[tokens]
listen = "{SERVER}:5650"
[portal]
listen = "{SERVER}:2020"
https_listen = "{SERVER}:443"
[logs]
listen = "{SERVER}:5638"
[native_players]
listen = "{SERVER}:4510"
[policy]
enabled = true
listen = "{SERVER}:943"
[analytics]
enabled = true
listen = "{SERVER}:5634"
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

    def load(self, role: Role, machine: Host, without: Rule | None = None) -> None:
        """The rules of a machine, as generated, or without one of them."""
        lines = nftables.render(self.rules[role]).splitlines(keepends=True)
        kept = [line for line in lines if without is None or f'"{without.name}:' not in line]
        assert len(kept) == len(lines) - (without is not None)
        machine.run("nft", "-f", "-", given="".join(kept))

    def sockets(self, process: Process, kind: str) -> str:
        """What the kernel says of the sockets on the machine of a process, which are its own alone."""
        return Path(f"/proc/{process.pid}/net/{kind}").read_text()

    def portal(self) -> Portal:
        """The supervisor's browser, before they sign in."""
        trust = ssl.create_default_context(cadata=authority_certificate(self.site.places.keys).decode())
        address = f"https://{SERVER}"
        return Portal(base_url=address, headers={"origin": address}, verify=trust)


@contextlib.contextmanager
def branch(hosts: Hosts, number: int) -> Generator[tuple[Host, Host], None, None]:
    """Another client PC behind a site firewall of its own, so that several can be looked at from at once."""
    with host() as client, host() as firewall:
        lan, between = f"10.201.{16 + number}", f"10.202.{number}"
        firewall.join("lan", (f"{lan}.1/24",), client, (f"{lan}.2/24",))
        firewall.join(f"to{number}", (f"{between}.1/24",), hosts.premises, (f"{between}.2/24",))
        firewall.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
        client.routes(f"default via {lan}.1")
        firewall.routes(f"{SERVER}/32 via {between}.2")
        hosts.premises.routes(f"{lan}.0/24 via {between}.1")
        hosts.load(Role.CLIENT, client)
        hosts.load(Role.SITE, firewall)
        yield client, firewall


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
            parse_networks((f"{CLIENTS}.0/24", BRANCHES)),
            parse_networks((SERVER,)),
        )
        made = Hosts(client, firewall, premises, cloud, site, {role: rules_of(role, installation) for role in Role})
        for role, machine in ((Role.CLIENT, client), (Role.SITE, firewall), (Role.PREMISES, premises)):
            made.load(role, machine)
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


async def test_exactly_the_ports_of_the_registry_are_opened(hosts: Hosts) -> None:
    premises, workstation = hosts.site.premises, hosts.site.workstations[DESK]
    assert parse_listening(hosts.sockets(premises, "tcp")) == set(PORTS)
    assert parse_listening(hosts.sockets(workstation, "tcp")) == set()
    for process in (premises, workstation):
        assert parse_listening(hosts.sockets(process, "tcp6")) == set()
        for kind in ("udp", "udp6", "raw", "raw6"):
            assert len(hosts.sockets(process, kind).splitlines()) == 1, kind  # the heading


async def test_every_setting_of_an_address_is_of_the_registry(hosts: Hosts) -> None:
    listening = PremisesSettings.load(hosts.site.places).listening()
    assert {listener.port for listener in listening.values()} == set(PORTS)
    described = {f"{table}.{key}" for _, table, key in LISTENING}
    told = {
        f"{table.name}.{key.name}"
        for table in msgspec.structs.fields(PremisesSettings)
        for key in msgspec.structs.fields(table.type)
        if key.name.endswith("listen")
    }
    assert told == described == set(listening)


async def test_nothing_reaches_in_from_the_cloud_and_nothing_but_ours_is_needed(hosts: Hosts) -> None:
    assert hosts.client.reaches(CLIENT, SERVER, PORTS) == set(PORTS)
    assert hosts.cloud.reaches(CLOUD, SERVER, PORTS) == set()


async def test_with_any_one_rule_left_out_the_doctor_names_exactly_that_one(hosts: Hosts) -> None:
    """A branch for each rule: its own firewall lacks it, then the server does for whoever comes from there."""
    rules = hosts.rules[Role.SITE]
    with contextlib.ExitStack() as stack:
        branches = [stack.enter_context(branch(hosts, number)) for number in range(len(rules) + 1)]
        clients = [client for client, _ in branches]
        for rule, (_, firewall) in zip(rules, branches, strict=False):
            hosts.load(Role.SITE, firewall, without=rule)
        assert await seen_from(clients, hosts) == [[rule.name] for rule in rules] + [[]]

        for _, firewall in branches:
            hosts.load(Role.SITE, firewall)
        script = nftables.render(hosts.rules[Role.PREMISES])
        for number, rule in enumerate(hosts.rules[Role.PREMISES]):
            ends = f'tcp dport {rule.port} accept comment "{rule.name}:'
            assert script.count(ends) == 1
            script = script.replace(ends, f'iifname != "to{number}" {ends}')
        hosts.premises.run("nft", "-f", "-", given=script)
        assert await seen_from(clients, hosts) == [[rule.name] for rule in rules] + [[]]
        hosts.load(Role.PREMISES, hosts.premises)


async def seen_from(clients: list[Host], hosts: Hosts) -> list[list[str]]:
    """What `examined` finds at each, looking at once."""
    return await asyncio.gather(*(asyncio.to_thread(one.call, lambda: examined(hosts)) for one in clients))


def examined(hosts: Hosts) -> list[str]:
    """The rules whose absence the doctor sees from a client PC; nothing else is wrong with what it reaches.

    How fast things are is left out: that is about the machine that the test has.
    """
    report = asyncio.run(examine_here(hosts.site.folder / DESK, Machine.WORKSTATION))
    reaching = [one for one in report.findings if one.code.startswith(("port.", "tls.", "name.", "peer."))]
    wrong = [one for one in reaching if one.severity.rank > Severity.INFO.rank]
    assert {one.code for one in wrong} <= {"port.dropped"}
    for one in wrong:
        assert f"rule {one.evidence['rule']} (TCP {one.evidence['port']})" in one.mend
    return [str(one.evidence["rule"]) for one in wrong]


async def test_with_a_rule_of_the_server_left_out_the_command_ends_with_2_and_names_it(hosts: Hosts) -> None:
    rule = next(one for one in hosts.rules[Role.PREMISES] if one.service is Service.TOKENS)
    hosts.load(Role.PREMISES, hosts.premises, without=rule)
    command = hosts.client.within(*PLAYHEAD, "doctor", "--data", str(hosts.site.folder / DESK), "--json")
    doctor = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    out, _ = await doctor.communicate()
    hosts.load(Role.PREMISES, hosts.premises)
    assert doctor.returncode == 2
    (wrong,) = [one for one in json.loads(out)["findings"] if one["code"] == "port.dropped"]
    assert (wrong["severity"], wrong["evidence"]["rule"]) == ("error", rule.name)
