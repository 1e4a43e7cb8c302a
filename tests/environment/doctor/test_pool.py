"""The way to the cloud's port 2010: open, shut, intercepted, refused, and through a proxy."""

import pytest
from cloud.links.rig import Cloud
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from environment.doctor.faults import foreign_tls, free_port, greet, impatient, mute, relay, serving, swallowing

from playhead.base.addresses import Address
from playhead.base.ids import TenantSite
from playhead.environment.doctor.checks import pool, reaching
from playhead.environment.doctor.checks.pool import Way, look_at_pool
from playhead.environment.doctor.findings import Severity
from playhead.net.network import SystemNetwork
from playhead.net.pool.proxy import ProxiedNetwork
from playhead.net.pool.tls import accepting_context, dialing_context, stranger_context
from playhead.store.key_files import certificate_pem, key_pem
from playhead.wire.pki import create_request

NETWORK = SystemNetwork(receive_buffer_bytes=None)


@pytest.fixture
async def cloud(tmp_path):
    async with Cloud.opened(tmp_path) as opened:
        yield opened


def way(cloud, port, tls=None, proxy=None, host="127.0.0.1"):
    authority = cloud.keys.authority.certificate
    network = NETWORK if proxy is None else ProxiedNetwork(proxy, NETWORK)
    return Way(Address(host, port), network, tls or stranger_context(authority), authority, proxy)


async def look(found_way):
    (found,) = await look_at_pool(found_way)
    assert found.severity.rank <= Severity.WARNING.rank
    return found


async def test_the_cloud_answers_a_site(cloud, tmp_path):
    key = Ed25519PrivateKey.generate()
    site = TenantSite.parse("acme/berlin")
    issued = cloud.keys.issue_site(create_request(key, "berlin"), site)
    file = tmp_path / "site.pem"
    file.write_bytes(key_pem(key) + certificate_pem(issued))
    async with cloud.process() as process:
        tls = dialing_context(file, file, cloud.keys.authority.certificate)
        assert (await look(way(cloud, process.port, tls))).code == "cloud.reached"
        assert (await look(way(cloud, process.port))).code == "cloud.reached", (
            "as a stranger, for one is let in to enrol"
        )


async def test_somebody_opens_the_encryption(cloud, tmp_path):
    async with cloud.process() as process, serving(relay(process.port), foreign_tls(tmp_path)) as port:
        found = await look(way(cloud, port))
    assert (found.code, found.evidence["issuer"]) == ("cloud.intercepted", "CN=Inspector of the Network")


async def test_somebody_does_not_let_the_upgrade_through(cloud):
    async def refuse(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()

    file = cloud.keys.server_file
    context = accepting_context(file, file, cloud.keys.authority.certificate, strangers=True)
    async with serving(refuse, context) as port:
        found = await look(way(cloud, port))
    assert (found.code, "403" in found.message) == ("cloud.upgrade", True)


async def test_nobody_is_there(cloud, monkeypatch):
    assert (await look(way(cloud, free_port()))).code == "cloud.unreached"
    impatient(monkeypatch)
    monkeypatch.setattr(pool, "OPEN_S", 0.5)
    monkeypatch.setattr(reaching, "LOOK_UP_S", 0.3)
    with swallowing() as port:
        found = await look(way(cloud, port))
    assert (found.code, found.evidence["rule"]) == ("cloud.unreached", "playhead-pool")
    assert "2010" not in found.mend
    assert (await look(way(cloud, 2010, host="cloud.invalid"))).code == "cloud.unreached"
    async with serving(mute) as port:
        assert (await look(way(cloud, port))).code == "cloud.unreached"
    async with serving(greet) as port:
        assert (await look(way(cloud, port))).code in {"cloud.refused", "cloud.unreached"}


async def test_through_a_proxy(cloud):
    async def talk(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        if b"CONNECT 127.0.0.1:" not in head or refuses:
            writer.write(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")
            await writer.drain()
            return
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await relay(process.port)(reader, writer)

    refuses = False
    async with cloud.process() as process, serving(talk) as port:
        proxy = Address("127.0.0.1", port)
        assert (await look(way(cloud, process.port, proxy=proxy))).code == "cloud.reached"
        refuses = True
        found = await look(way(cloud, process.port, proxy=proxy))
        assert (found.code, f"127.0.0.1:{port}" in found.mend) == ("cloud.proxy", True)
        gone = Address("127.0.0.1", free_port())
        assert (await look(way(cloud, process.port, proxy=gone))).code == "cloud.proxy"
