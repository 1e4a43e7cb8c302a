"""The rules in real firewalls: network namespaces joined by a cable, and real connections through them."""

import shutil

import pytest
from environment.firewall.made import CLIENT, NEIGHBOUR, OTHER, PORTS, REACHABLE
from environment.hosts import host, listening, run

from playhead.environment.firewall.rules import Role, rules_of
from playhead.environment.firewall.written import FORMS
from playhead.environment.installation import Installation, parse_networks

RULES = rules_of(Role.PREMISES, REACHABLE)
ALL = {*PORTS, OTHER}


def test_without_rules_everything_is_reached(site):
    assert site.reached_from(CLIENT) == site.reached_from(NEIGHBOUR) == ALL


def test_nftables_lets_exactly_the_allowed_ones_pass(site):
    script = FORMS["nftables"].render(RULES)
    for _ in range(2):  # twice is once
        site.inside.run("nft", "-f", "-", given=script)
    assert site.inside.run("nft", "list", "table", "inet", "playhead").count("accept comment") == len(PORTS)
    assert site.reached_from(CLIENT) == ALL
    assert site.reached_from(NEIGHBOUR) == {OTHER}
    site.inside.run("nft", "-f", "-", given=FORMS["nftables"].remove(RULES))
    assert site.reached_from(NEIGHBOUR) == ALL


@pytest.mark.parametrize("left_out", range(len(PORTS)))
def test_without_one_rule_its_port_alone_is_shut(site, left_out):
    rules = RULES[:left_out] + RULES[left_out + 1 :]
    lines = FORMS["nftables"].render(RULES).splitlines(keepends=True)
    kept = [line for line in lines if f'"{RULES[left_out].name}:' not in line]
    assert len(kept) == len(lines) - 1
    site.inside.run("nft", "-f", "-", given="".join(kept))
    assert site.reached_from(CLIENT) == {rule.port for rule in rules} | {OTHER}


def test_iptables_lets_exactly_the_allowed_ones_pass(site):
    script, hook = FORMS["iptables"].render(RULES), FORMS["iptables-hook"].render(RULES)
    for _ in range(2):
        site.inside.run("iptables-restore", "--noflush", given=script)
        site.inside.run("ip6tables-restore", "--noflush", given=FORMS["ip6tables"].render(RULES))
        site.inside.run("sh", "-c", hook)
    assert site.inside.run("iptables", "-S", "INPUT").count("PLAYHEAD") == 1
    assert site.inside.run("iptables", "-S", "PLAYHEAD").count("ACCEPT") == len(PORTS)
    assert site.reached_from(CLIENT) == ALL
    assert site.reached_from(NEIGHBOUR) == {OTHER}
    site.inside.run("sh", "-c", FORMS["iptables"].remove(RULES))
    assert site.reached_from(NEIGHBOUR) == ALL
    site.inside.run("sh", "-c", FORMS["iptables"].remove(RULES))  # nothing is there any more


@pytest.mark.parametrize(("form", "command"), [("nftables", "nft -f -"), ("ip6tables", "ip6tables-restore --noflush")])
def test_the_same_holds_for_ipv6(form, command):
    clients, neighbours, server = "fd00:201:1", "fd00:201:2", "fd00:201:9::5"
    installation = Installation(REACHABLE.listeners, parse_networks((f"{clients}::/64",)), parse_networks((server,)))
    rules = rules_of(Role.PREMISES, installation)
    with host() as outside, host() as inside:
        outside.join("cable", (f"{clients}::2/32", f"{neighbours}::2/32"), inside, (f"{server}/32",))
        with listening(inside, server, (*PORTS, OTHER)):
            while outside.reaches(f"{neighbours}::2", server, (*PORTS, OTHER)) != ALL:
                pass  # the two are still finding each other (RFC 4861)
            inside.run(*command.split(), given=FORMS[form].render(rules))
            if form != "nftables":
                inside.run("sh", given=FORMS["iptables-hook"].render(rules).splitlines()[1])
            assert outside.reaches(f"{clients}::2", server, (*PORTS, OTHER)) == ALL
            assert outside.reaches(f"{neighbours}::2", server, (*PORTS, OTHER)) == {OTHER}


@pytest.mark.parametrize("role", Role)
def test_nft_takes_the_rules_of_every_role(role):
    script = FORMS["nftables"].render(rules_of(role, REACHABLE))
    run("unshare", "--net", "nft", "--check", "--file", "-", given=script)


def test_the_tools_are_there():
    for program in ("nft", "iptables-restore", "ip6tables-restore", "ip", "unshare"):
        assert shutil.which(program), f"{program}: run script/debian test"
