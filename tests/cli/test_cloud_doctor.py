"""``playhead doctor`` on a machine of the cloud, and on a premises server that has joined one."""

import json
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from cli.conftest import Run
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from playhead.base.addresses import Address
from playhead.base.clock import SystemClock
from playhead.base.ids import CloudId, SiteId, TenantSite
from playhead.cli.places import PremisesPlaces
from playhead.net.http.certificates import own_certificate
from playhead.net.pool.enrolment import Enrolled
from playhead.premises.link.identity import LinkFolder
from playhead.store.disk import SystemDisk
from playhead.store.keyring import Keyring
from playhead.store.sites.keys import CloudKeys
from playhead.wire.pki import create_request


def free_ports(count: int) -> list[int]:
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports: list[int] = [one.getsockname()[1] for one in listeners]
    for one in listeners:
        one.close()
    return ports


def codes(text: str) -> set[str]:
    return {one["code"] for one in json.loads(text)["findings"]}


@pytest.fixture
def cloud(run: Run, tmp_path: Path) -> Path:
    """A cloud that does not run, with ports that nobody else has."""
    pool, portal = free_ports(2)
    (tmp_path / "cloud.toml").write_text(
        f'[links]\nlisten = "127.0.0.1:{pool}"\n[portal]\nhttps_listen = "127.0.0.1:{portal}"\n'
        f'[[objects]]\ntenant = "acme"\nurl = "file://{tmp_path}"\n'
    )
    assert run("cloud", "tenant", "add", "acme", "--data", tmp_path).code == 0
    assert run("cloud", "site", "add", "acme/berlin", "--data", tmp_path).code == 0
    return tmp_path


def test_a_cloud_that_does_not_run(run: Run, cloud: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    said = run("doctor", "--json", "--html", page, "--data", cloud)
    assert said.code == 1, said
    assert json.loads(said.out)["role"] == "cloud"
    found = codes(said.out)
    assert {"program.stopped", "port.free", "catalogue.fits", "certificate.valid", "storage.reached"} <= found
    assert "as cloud cloud made it" in run("doctor", "--verify", page, "--data", cloud).err


def test_links_without_tls_are_warned_of(run: Run, cloud: Path) -> None:
    settings = cloud / "cloud.toml"
    settings.write_text(settings.read_text().replace("[links]\n", "[links]\nplain = true\n"))
    said = run("doctor", "--json", "--data", cloud)
    assert "cloud.plain" in codes(said.out)


def test_a_port_of_the_cloud_that_is_taken_and_a_catalogue_of_another_version(run: Run, cloud: Path) -> None:
    with closing(sqlite3.connect(cloud / "cloud" / "control.sqlite")) as connection, connection:
        connection.execute("UPDATE state SET version = version + 1")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        (cloud / "cloud.toml").write_text(f'[links]\nlisten = "127.0.0.1:{listener.getsockname()[1]}"\n')
        said = run("doctor", "--json", "--data", cloud)
    assert said.code == 2
    assert {"port.taken", "catalogue.newer"} <= codes(said.out)


def test_a_premises_server_whose_cloud_is_away(run: Run, library: PremisesPlaces, tmp_path: Path) -> None:
    Keyring.open(library.keys, SiteId("site"), SystemClock())
    own_certificate(library.keys, (), SystemClock())
    cloud = CloudKeys.open(tmp_path / "keys", CloudId("cloud"), SystemClock())
    key, site = Ed25519PrivateKey.generate(), TenantSite.parse("acme/berlin")
    issued = cloud.issue_site(create_request(key, "berlin"), site)
    (port,) = free_ports(1)
    enrolled = Enrolled(issued, cloud.authority.certificate, str(site))
    LinkFolder(SystemDisk(), library.cloud).save(Address("127.0.0.1", port), key, enrolled)
    library.config.write_text(f'[upload]\nurl = "file://{tmp_path}"\n')
    found = codes(run("doctor", "--json", "--data", library.root).out)
    assert {"cloud.unreached", "storage.reached"} <= found
    library.config.write_text('[cloud]\ntransport = "plain"\n')
    assert "cloud.plain" in codes(run("doctor", "--json", "--data", library.root).out)
