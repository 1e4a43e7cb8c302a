"""``playhead environment``: ports and firewall rules from the configuration."""

import csv
import io
import json
import subprocess
from pathlib import Path

import pytest
from cli.conftest import Run
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from playhead.base.addresses import Address
from playhead.base.clock import SystemClock
from playhead.base.ids import CloudId, TenantSite
from playhead.cli.places import PremisesPlaces
from playhead.net.pool.enrolment import Enrolled
from playhead.premises.link.identity import LinkFolder
from playhead.store.disk import SystemDisk
from playhead.store.sites.keys import CloudKeys
from playhead.wire.pki import create_request

RANGE = "10.1.0.0/16"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "premises.toml").write_text(
        '[screen]\nlisten = "0.0.0.0:5733"\n[portal]\nlisten = "0.0.0.0:2020"\nhttps_listen = "0.0.0.0:8443"\n'
        '[tokens]\nlisten = "0.0.0.0:5650"\n[logs]\nlisten = "0.0.0.0:5638"\n'
        '[native_players]\nlisten = "0.0.0.0:4510"\n'
    )
    return tmp_path


def test_the_ports_are_those_of_the_configuration(run: Run, data: Path) -> None:
    said = run("environment", "ports", "--format", "json", "--data", data)
    assert {row["service"]: row["port"] for row in json.loads(said.out)} == {
        "client_players": 4510,
        "https": 8443,
        "logging": 5638,
        "portal": 2020,
        "screen": 5733,
        "tokens": 5650,
    }


def test_the_port_of_the_broker_is_there_where_one_is_configured(run: Run, data: Path) -> None:
    with (data / "premises.toml").open("a") as settings:
        settings.write('[messaging]\ntransport = "rabbitmq"\nbroker = "broker.example:5673"\n')
    said = run("environment", "ports", "--format", "json", "--data", data)
    assert {row["service"]: row["port"] for row in json.loads(said.out)}["messaging"] == 5673


def test_the_table_is_the_same_in_every_form(run: Run, data: Path) -> None:
    rows = list(csv.reader(io.StringIO(run("environment", "ports", "--all", "--format", "csv", "--data", data).out)))
    assert len(rows) == 12
    for form in ("table", "markdown"):
        said = run("environment", "ports", "--all", "--format", form, "--data", data).out
        assert all(cell in said for row in rows[1:] for cell in row)


def test_a_folder_of_nobody_is_said(run: Run, data: Path, tmp_path: Path) -> None:
    """It is mistyped most often, and rules for other ports than the server's shut that out."""
    for command in (["ports"], ["firewall", "nftables"]):
        assert "No premises server has its data in" in run("environment", *command, "--data", tmp_path / "typo").err
        assert "No premises server has its data in" not in run("environment", *command, "--data", data).err


def test_a_range_that_is_none_is_shown_as_one(run: Run, data: Path) -> None:
    said = run("environment", "firewall", "nftables", "--from", "10.1.0.0/8", "--data", data)
    assert (said.code, "Write 10.0.0.0/8." in said.err) == (1, True)


def test_rules_follow_the_configuration(run: Run, data: Path) -> None:
    said = run("environment", "firewall", "nftables", "--from", RANGE, "--data", data)
    assert (said.code, said.err) == (0, "")
    assert "ip saddr { 10.1.0.0/16 } tcp dport 5733 accept" in said.out
    assert said.out.count("accept comment") == 6


def test_what_is_left_open_or_out_is_said(run: Run, data: Path, tmp_path: Path) -> None:
    assert "let any address in" in run("environment", "firewall", "ufw", "--data", data).err
    said = run("environment", "firewall", "ufw", "--role", "site", "--from", RANGE, "--data", data)
    assert "--server" in said.err
    (tmp_path / "none").mkdir()
    said = run("environment", "firewall", "ufw", "--from", RANGE, "--data", tmp_path / "none")
    assert "only this machine reaches them" in said.err


def test_the_cloud_is_opened_only_on_request_and_what_is_wider_than_need_be_is_said(run: Run, data: Path) -> None:
    default = run("environment", "firewall", "ufw", "--from", RANGE, "--data", data)
    assert default.err == ""
    assert "2010" not in default.out
    somewhere = run("environment", "firewall", "ufw", "--from", RANGE, "--with", "cloud", "--data", data)
    assert "ufw allow out 2010/tcp" in somewhere.out
    assert "name the cloud with --cloud" in somewhere.err
    named = run("environment", "firewall", "ufw", "--from", RANGE, "--cloud", "203.0.113.5", "--data", data)
    assert "ufw allow out to 203.0.113.5 port 2010" in named.out
    assert "--cloud" not in named.err
    assert set(default.out.splitlines()[3:]) < set(named.out.splitlines())


def test_a_site_that_has_joined_a_cloud_sends_there(run: Run, data: Path) -> None:
    assert "pool" not in run("environment", "ports", "--data", data).out
    cloud = CloudKeys.open(data / "keys", CloudId("cloud"), SystemClock())
    key, site = Ed25519PrivateKey.generate(), TenantSite.parse("acme/berlin")
    enrolled = Enrolled(cloud.issue_site(create_request(key, "berlin"), site), cloud.authority.certificate, str(site))
    LinkFolder(SystemDisk(), PremisesPlaces(data).cloud).save(Address("cloud.example", 2011), key, enrolled)
    rows = json.loads(run("environment", "ports", "--format", "json", "--data", data).out)
    assert {row["service"]: row["port"] for row in rows}["pool"] == 2011
    said = run("environment", "firewall", "ufw", "--from", RANGE, "--data", data)
    assert "ufw allow out 2011/tcp" in said.out
    assert "name the cloud with --cloud" in said.err
    (data / "cloud.toml").write_text('[links]\nlisten = "*:2012"\n')
    said = run("environment", "firewall", "ufw", "--role", "cloud", "--from", RANGE, "--data", data)
    assert "to any port 2012" in said.out


def test_a_machine_in_the_cloud_needs_no_configuration(run: Run, tmp_path: Path) -> None:
    said = run("environment", "firewall", "ufw", "--role", "cloud", "--data", tmp_path)
    assert "public addresses of the sites" in said.err
    assert "only this machine reaches them" not in said.err
    said = run("environment", "firewall", "ufw", "--role", "cloud", "--from", "198.51.100.0/28", "--data", tmp_path)
    assert "let any address in" not in said.err
    added = [line for line in said.out.splitlines() if line.startswith("ufw allow")]
    assert [line.split(" proto")[0] for line in added] == [
        f"ufw allow from 198.51.100.0/28 to any port {port}" for port in (443, 2010)
    ]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["aws", "--role", "client"], "not written for client"),
        (["aws", "--remove"], "terraform destroy"),
        (["netsh", "--check"], "Compared can be"),
        (["nftables", "--from", "ten"], "no address range"),
        (["nftables", "--cloud", "clouds.example"], "no address range"),
    ],
)
def test_what_cannot_be_is_said_with_what_can(run: Run, data: Path, options: list[str], words: str) -> None:
    said = run("environment", "firewall", *options, "--data", data)
    assert said.code == 1
    assert words in said.err


def in_own_network(*commands: str) -> subprocess.CompletedProcess[str]:
    """Commands in a network namespace, where the machine's own firewall is not touched."""
    script = " && ".join(commands)
    return subprocess.run(["unshare", "--net", "sh", "-c", script], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("form", "load"),
    [
        ("nftables", "nft -f -"),
        ("iptables", "iptables-restore --noflush; iptables -I INPUT ! -i lo -j PLAYHEAD"),
    ],
)
def test_the_running_firewall_is_held_against_them(data: Path, form: str, load: str) -> None:
    command = f"{Path('.venv/bin/playhead').absolute()} environment firewall {form} --from {RANGE} --data {data}"
    differs = in_own_network(f"{command} --diff")
    assert differs.returncode == 1
    assert "+++ wanted" in differs.stdout
    assert "5733" in differs.stdout
    same = in_own_network(f"{command} | {load}", f"{command} --check")
    assert (same.returncode, "exactly these rules" in same.stderr) == (0, True), same.stderr
