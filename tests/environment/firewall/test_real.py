"""The rules in real firewalls: network namespaces joined by a cable, and real connections through them.

A client PC, a neighbour that is none, and the server behind the firewall. Each connection either is answered or is not.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

import pytest

from playhead.environment.firewall.rules import Role, rules_of
from playhead.environment.firewall.written import FORMS
from playhead.environment.installation import Installation, Listener, parse_networks
from playhead.environment.ports import Service

CLIENT, NEIGHBOUR, SERVER = "10.201.1.2", "10.201.2.2", "10.201.9.5"
PORTS = (443, 5633, 5650)
OTHER = 8022
"""A port that is none of ours: the rules leave it alone."""
INSTALLATION = Installation(
    tuple(
        Listener(service, SERVER, port)
        for service, port in zip((Service.HTTPS, Service.SCREEN, Service.TOKENS), PORTS, strict=True)
    ),
    parse_networks(("10.201.1.0/24",)),
    parse_networks((SERVER,)),
)
LISTEN = """
import selectors, socket, sys
host, *ports = sys.argv[1:]
chosen = selectors.DefaultSelector()
for port in ports:
    chosen.register(socket.create_server((host, int(port))), selectors.EVENT_READ)
print("ready", flush=True)
while True:
    for key, _ in chosen.select():
        key.fileobj.accept()[0].close()
"""
CONNECT = """
import concurrent.futures, socket, sys
source, host, *ports = sys.argv[1:]
def ask(port):
    try:
        socket.create_connection((host, int(port)), 0.7, (source, 0)).close()
    except OSError:
        return None
    return port
with concurrent.futures.ThreadPoolExecutor() as pool:
    print(*filter(None, pool.map(ask, ports)))
"""


def run(*command: str, given: str = "") -> str:
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (command, given, done.stderr)
    return done.stdout


@dataclass
class Hosts:
    """Namespaces: clients on one side, the server on the other."""

    outside: str
    inside: str

    def inside_run(self, *command: str, given: str = "") -> str:
        return run("ip", "netns", "exec", self.inside, *command, given=given)

    def reached_from(self, source: str) -> set[int]:
        """The ports that answer a connection from this address."""
        command = [sys.executable, "-c", CONNECT, source, SERVER, *map(str, (*PORTS, OTHER))]
        return {int(port) for port in run("ip", "netns", "exec", self.outside, *command).split()}


@pytest.fixture
def hosts():
    outside, inside = f"playhead-{os.getpid()}-out", f"playhead-{os.getpid()}-in"
    for name in (outside, inside):
        run("ip", "netns", "add", name)
    try:
        run("ip", "-n", outside, "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", inside)
        for address in (f"{CLIENT}/24", f"{NEIGHBOUR}/24"):
            run("ip", "-n", outside, "address", "add", address, "dev", "cable")
        run("ip", "-n", inside, "address", "add", f"{SERVER}/24", "dev", "cable")
        for name in (outside, inside):
            run("ip", "-n", name, "link", "set", "cable", "up")
            run("ip", "-n", name, "link", "set", "lo", "up")
            run("ip", "-n", name, "route", "add", "10.201.0.0/16", "dev", "cable")
        found = Hosts(outside, inside)
        command = ["ip", "netns", "exec", inside, sys.executable, "-c", LISTEN, SERVER, *map(str, (*PORTS, OTHER))]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as listening:
            assert listening.stdout.readline() == "ready\n"
            yield found
            listening.kill()
    finally:
        for name in (outside, inside):
            run("ip", "netns", "delete", name)


RULES = rules_of(Role.PREMISES, INSTALLATION)
ALL = {*PORTS, OTHER}


def test_without_rules_everything_is_reached(hosts):
    assert hosts.reached_from(CLIENT) == hosts.reached_from(NEIGHBOUR) == ALL


def test_nftables_lets_exactly_the_allowed_ones_pass(hosts):
    script = FORMS["nftables"].render(RULES)
    for _ in range(2):  # twice is once
        hosts.inside_run("nft", "-f", "-", given=script)
    assert hosts.inside_run("nft", "list", "table", "inet", "playhead").count("accept comment") == len(PORTS)
    assert hosts.reached_from(CLIENT) == ALL
    assert hosts.reached_from(NEIGHBOUR) == {OTHER}
    hosts.inside_run("nft", "-f", "-", given=FORMS["nftables"].remove(RULES))
    assert hosts.reached_from(NEIGHBOUR) == ALL


@pytest.mark.parametrize("left_out", range(len(PORTS)))
def test_without_one_rule_its_port_alone_is_shut(hosts, left_out):
    rules = RULES[:left_out] + RULES[left_out + 1 :]
    lines = FORMS["nftables"].render(RULES).splitlines(keepends=True)
    kept = [line for line in lines if f'"{RULES[left_out].name}:' not in line]
    assert len(kept) == len(lines) - 1
    hosts.inside_run("nft", "-f", "-", given="".join(kept))
    assert hosts.reached_from(CLIENT) == {rule.port for rule in rules} | {OTHER}


def test_iptables_lets_exactly_the_allowed_ones_pass(hosts):
    script, hook = FORMS["iptables"].render(RULES), FORMS["iptables-hook"].render(RULES)
    for _ in range(2):
        hosts.inside_run("iptables-restore", "--noflush", given=script)
        hosts.inside_run("ip6tables-restore", "--noflush", given=FORMS["ip6tables"].render(RULES))
        hosts.inside_run("sh", "-c", hook)
    assert hosts.inside_run("iptables", "-S", "INPUT").count("PLAYHEAD") == 1
    assert hosts.inside_run("iptables", "-S", "PLAYHEAD").count("ACCEPT") == len(PORTS)
    assert hosts.reached_from(CLIENT) == ALL
    assert hosts.reached_from(NEIGHBOUR) == {OTHER}
    hosts.inside_run("sh", "-c", FORMS["iptables"].remove(RULES))
    assert hosts.reached_from(NEIGHBOUR) == ALL
    hosts.inside_run("sh", "-c", FORMS["iptables"].remove(RULES))  # nothing is there any more


@pytest.mark.parametrize("role", Role)
def test_nft_takes_the_rules_of_every_role(role):
    script = FORMS["nftables"].render(rules_of(role, INSTALLATION))
    run("unshare", "--net", "nft", "--check", "--file", "-", given=script)


def test_the_tools_are_there():
    for program in ("nft", "iptables-restore", "ip6tables-restore", "ip", "unshare"):
        assert shutil.which(program), f"{program}: run script/debian test"
