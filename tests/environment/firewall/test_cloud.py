"""The cloud's rows in real firewalls: exactly sites come in there, and exactly there a premises server comes out."""

import pytest
from environment.firewall.made import CLIENT, CLOUD_PORTS, DIALLING, NEIGHBOUR, OTHER, REACHABLE, SERVER
from environment.hosts import Host, host, listening, run

from playhead.environment.firewall.rules import Role, Rule, rules_of
from playhead.environment.firewall.written import FORMS

PORTS = (*CLOUD_PORTS, 5633, OTHER)
OUT = rules_of(Role.PREMISES, DIALLING)
IN = rules_of(Role.CLOUD, REACHABLE)


@pytest.fixture
def machines():
    """A site, with a neighbour that is none, and the cloud, which listens at more ports than it should."""
    with host() as site, host() as cloud:
        site.join("cable", (f"{CLIENT}/24", f"{NEIGHBOUR}/24"), cloud, (f"{SERVER}/24",))
        for one in (site, cloud):
            one.routes("10.201.0.0/16 dev cable")
        with listening(cloud, SERVER, PORTS):
            yield site, cloud


def shut(machine: Host, chain: str) -> None:
    """Let nothing begin by default, in (``INPUT``) or out (``OUTPUT``)."""
    machine.run("iptables", "-A", chain, "-m", "conntrack", "--ctstate", "ESTABLISHED", "-j", "ACCEPT")
    machine.run("iptables", "-P", chain, "DROP")


def load(machine: Host, rules: tuple[Rule, ...]) -> None:
    """Rules in iptables, twice, which is once."""
    for _ in range(2):
        for form in ("iptables", "ip6tables"):
            machine.run(f"{form}-restore", "--noflush", given=FORMS[form].render(rules))
        machine.run("sh", given=FORMS["iptables-hook"].render(rules))


def test_the_cloud_shuts_its_ports_to_all_but_the_sites(machines):
    site, cloud = machines
    assert site.reaches(NEIGHBOUR, SERVER, PORTS) == set(PORTS)
    for _ in range(2):
        cloud.run("nft", "-f", "-", given=FORMS["nftables"].render(IN))
    assert site.reaches(CLIENT, SERVER, PORTS) == set(PORTS)
    assert site.reaches(NEIGHBOUR, SERVER, PORTS) == set(PORTS) - {443, 2010}
    cloud.run("nft", "-f", "-", given=FORMS["nftables"].remove(IN))
    assert site.reaches(NEIGHBOUR, SERVER, PORTS) == set(PORTS)


def test_into_a_cloud_that_lets_nothing_in_the_sites_come_at_2010_and_443_alone(machines):
    site, cloud = machines
    shut(cloud, "INPUT")
    load(cloud, IN)
    assert site.reaches(CLIENT, SERVER, PORTS) == {443, 2010}
    assert site.reaches(NEIGHBOUR, SERVER, PORTS) == set()


def test_a_server_that_may_send_nothing_reaches_the_cloud_at_2010_and_443_alone(machines):
    server, _ = machines
    shut(server, "OUTPUT")
    before = server.run("iptables", "-S")
    load(server, rules_of(Role.PREMISES, REACHABLE))
    assert server.reaches(CLIENT, SERVER, PORTS) == set(), "nothing is opened to a cloud unless there is one"
    load(server, OUT)
    assert server.reaches(CLIENT, SERVER, PORTS) == {443, 2010}
    assert server.run("iptables", "-S", "OUTPUT").count("PLAYHEAD-OUT") == 1
    for _ in range(2):
        server.run("sh", given=FORMS["iptables"].remove(OUT))
    assert server.run("iptables", "-S") == before


@pytest.mark.parametrize("role", [Role.PREMISES, Role.SITE])
def test_nft_takes_the_rules_to_the_cloud(role):
    run("unshare", "--net", "nft", "--check", "--file", "-", given=FORMS["nftables"].render(rules_of(role, DIALLING)))
