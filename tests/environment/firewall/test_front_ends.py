"""The rules in the real ufw and firewalld: real connections pass, from where they may, and nothing of it stays."""

import dataclasses
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from environment.firewall.made import CLIENT, DIALLING, NEIGHBOUR, OTHER, PORTS, REACHABLE
from environment.hosts import Host, running

from playhead.environment.firewall.rules import Role, rules_of
from playhead.environment.firewall.written import FORMS
from playhead.environment.ports import Service

RULES = rules_of(Role.PREMISES, REACHABLE)
TO_CLOUD = rules_of(Role.PREMISES, DIALLING)
MOVED = tuple(dataclasses.replace(rule, port=OTHER) if rule.service is Service.SCREEN else rule for rule in RULES)
"""After somebody gave screen recording another port."""
BUS_SETTINGS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/><allow own="*"/><allow send_type="*"/><allow receive_type="*"/><allow send_destination="*"/>
  </policy>
</busconfig>
"""
DIFFERENCE = """
import sys
sys.path.insert(0, "tests")
from environment.firewall import made
from playhead.environment.firewall.rules import Role, rules_of
from playhead.environment.firewall.running import difference
print(difference(rules_of(Role(sys.argv[2]), getattr(made, sys.argv[3])), sys.argv[1]), end="")
"""


def difference(host: Host, form: str, role: Role = Role.PREMISES, installation: str = "REACHABLE") -> str:
    """What `--diff` prints on that machine."""
    return host.run(sys.executable, "-c", DIFFERENCE, form, role, installation)


def install_ufw(host: Host, folder: Path) -> Host:
    """ufw as it is after its installation, and on: nothing comes in."""
    for place in ("/etc/ufw", "/etc/default/ufw"):
        host.own(place, folder)
    host.own_empty("/run")
    host.run("ufw", "--force", "enable")
    return host


@pytest.fixture
def with_ufw(site, tmp_path: Path) -> Host:
    return install_ufw(site.inside, tmp_path)


def test_ufw_lets_exactly_the_allowed_ones_pass(site, with_ufw: Host) -> None:
    form = FORMS["ufw"]
    assert site.reached_from(CLIENT) == set()
    with_ufw.run("ufw", "allow", "from", "192.0.2.1", "to", "any", "port", "22", "proto", "tcp", "comment", "theirs")
    before = with_ufw.run("ufw", "show", "added")
    assert f"+ufw allow from 10.201.1.0/24 to any port {PORTS[0]}" in difference(with_ufw, "ufw")
    for _ in range(2):  # twice is once
        with_ufw.run("sh", given=form.render(RULES))
        assert with_ufw.run("ufw", "show", "added").count("playhead-") == len(PORTS)
    assert site.reached_from(CLIENT) == set(PORTS)
    assert site.reached_from(NEIGHBOUR) == set()
    assert not difference(with_ufw, "ufw")
    with_ufw.run("sh", given=form.render(MOVED))
    assert site.reached_from(CLIENT) == {OTHER, *PORTS} - {5633}
    for _ in range(2):
        with_ufw.run("sh", given=form.remove(RULES))
    assert with_ufw.run("ufw", "show", "added") == before
    assert site.reached_from(CLIENT) == set()


def test_ufw_lets_a_client_pc_that_may_send_nothing_reach_the_server(site, tmp_path: Path) -> None:
    client = install_ufw(site.outside, tmp_path)
    client.run("ufw", "default", "deny", "outgoing")
    assert site.reached_from(CLIENT) == set()
    client.run("sh", given=FORMS["ufw"].render(rules_of(Role.CLIENT, REACHABLE)))
    assert site.reached_from(CLIENT) == set(PORTS)


def test_ufw_prints_the_rules_of_every_role_as_we_write_them_and_that_it_is_off(with_ufw: Host) -> None:
    for role in (Role.CLIENT, Role.SITE):
        with_ufw.run("sh", given=FORMS["ufw"].render(rules_of(role, REACHABLE)))
    assert not difference(with_ufw, "ufw", Role.SITE)  # the client's are gone
    with_ufw.run("ufw", "disable")
    assert difference(with_ufw, "ufw", Role.SITE).splitlines()[3:5] == ["-Status: inactive", "+Status: active"]


@pytest.fixture
def with_firewalld(site, tmp_path: Path) -> Generator[Host, None, None]:
    """firewalld as it is after its installation, on a message bus of its own."""
    site.inside.own("/etc/firewalld", tmp_path)
    site.inside.own_empty("/run")
    settings = tmp_path / "bus.conf"
    settings.write_text(BUS_SETTINGS)
    bus = ("dbus-daemon", f"--config-file={settings}", "--nofork", "--print-address")
    site.inside.run("mkdir", "/run/dbus")
    with running(site.inside, *bus, until="unix:"), running(site.inside, "firewalld", "--nofork", "--nopid"):
        site.inside.run("sh", given="until firewall-cmd --state; do :; done")
        yield site.inside


def test_firewalld_lets_exactly_the_allowed_ones_pass(site, with_firewalld: Host) -> None:
    form = FORMS["firewalld"]
    before = with_firewalld.run("firewall-cmd", "--list-all-policies"), with_firewalld.run("nft", "list", "ruleset")
    assert site.reached_from(CLIENT) == set()
    assert "+playhead (active)" in difference(with_firewalld, "firewalld")
    for _ in range(2):  # twice is once
        with_firewalld.run("sh", given=form.render(RULES))
    assert site.reached_from(CLIENT) == set(PORTS)
    assert site.reached_from(NEIGHBOUR) == set()
    assert not difference(with_firewalld, "firewalld")
    with_firewalld.run("firewall-cmd", "--set-default-zone=trusted")  # lets in everybody, and we do not
    assert site.reached_from(NEIGHBOUR) == {OTHER}
    with_firewalld.run("firewall-cmd", "--set-default-zone=public")
    with_firewalld.run("sh", given=form.render(MOVED))
    assert site.reached_from(CLIENT) == {OTHER, *PORTS} - {5633}
    with_firewalld.run("sh", given=form.render(rules_of(Role.SITE, REACHABLE)))
    assert not difference(with_firewalld, "firewalld", Role.SITE)
    with_firewalld.run("sh", given=form.render(TO_CLOUD))
    assert not difference(with_firewalld, "firewalld", installation="DIALLING")
    assert "-playhead-out (active)" in difference(with_firewalld, "firewalld")  # left over without the cloud
    with_firewalld.run("sh", given=form.remove(TO_CLOUD))
    assert site.reached_from(CLIENT) == set()
    after = with_firewalld.run("firewall-cmd", "--list-all-policies"), with_firewalld.run("nft", "list", "ruleset")
    assert after == before
