"""Certificates of an authority, an accepting end that serves an application, and a proxy, over real sockets."""

import asyncio
import base64
import datetime as dt
import random
import secrets
from contextlib import asynccontextmanager

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from playhead.base.addresses import Address
from playhead.net.network import SystemNetwork
from playhead.net.pool import Caller, Dialing, PoolEnd, Pools
from playhead.net.pool.tls import accepting_context, dialing_context
from playhead.wire.pool import Role

DAY = dt.timedelta(days=1)


class Authority:
    """Signs certificates for tests."""

    def __init__(self, folder):
        self.folder = folder
        self.key = Ed25519PrivateKey.generate()
        self.name = x509.Name.from_rfc4514_string("CN=authority")
        self.certificate = self.sign(self.name, self.key, x509.BasicConstraints(ca=True, path_length=0))

    def sign(self, name, key, constraints, days=0):
        now = dt.datetime.now(dt.UTC) + days * DAY
        usage = dict.fromkeys(
            (
                "content_commitment",
                "key_encipherment",
                "data_encipherment",
                "key_agreement",
                "encipher_only",
                "decipher_only",
            ),
            False,
        )
        builder = (
            x509.CertificateBuilder(
                self.name, name, key.public_key(), x509.random_serial_number(), now - DAY, now + DAY
            )
            .add_extension(constraints, critical=True)
            .add_extension(
                x509.KeyUsage(digital_signature=True, key_cert_sign=constraints.ca, crl_sign=constraints.ca, **usage),
                critical=True,
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )
        return builder.sign(self.key, None)

    @property
    def der(self):
        return self.certificate.public_bytes(Encoding.DER)

    def issue(self, name, days=0):
        """A PEM file with a certificate and its key, made by a clock that is wrong by so many days."""
        key = Ed25519PrivateKey.generate()
        subject = x509.Name.from_rfc4514_string(f"CN={name}")
        certificate = self.sign(subject, key, x509.BasicConstraints(ca=False, path_length=None), days)
        path = self.folder / f"{name}.pem"
        path.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + certificate.public_bytes(Encoding.PEM)
        )
        return path

    def accepting(self, days=0):
        path = self.issue("cloud", days)
        return accepting_context(path, path, self.der)

    def dialing(self, name="site-1", days=0):
        path = self.issue(name, days)
        return dialing_context(path, path, self.der)


def identify(certificate):
    """Whom a certificate names."""
    if certificate is None:
        return Caller("plain")
    name = x509.load_der_x509_certificate(certificate).subject.rfc4514_string()
    return Caller(name.removeprefix("CN="))


@asynccontextmanager
async def accepting(tls=None, serve=None):
    """Pools that accept on a port of the loopback address."""

    async def refuse(_end, _caller, stream):
        stream.reset("test.unwanted")

    pools = Pools(serve or refuse, identify)
    listening = await pools.listen(Address("127.0.0.1", 0), tls, SystemNetwork(receive_buffer_bytes=None))
    try:
        yield pools, listening.address
    finally:
        await listening.close()
        await pools.close()


class Hasty(random.Random):
    """Pauses of a tenth: nobody else dials here."""

    def uniform(self, a, b):
        return super().uniform(a, b) / 10


async def refuse(stream):
    stream.reset("test.unwanted")


@asynccontextmanager
async def dialing(address, tls=None, serve=None, network=None, links=2):
    """An end that keeps links up, once they are."""
    end = PoolEnd(Role.DIALER, secrets.token_bytes(16), serve or refuse)
    dialing = Dialing(end, address, tls, network or SystemNetwork(), Hasty(), links=links)
    task = asyncio.create_task(dialing.run())
    try:
        while end.links < links:
            end.changed.clear()
            await asyncio.wait_for(end.changed.wait(), 20)
        yield end
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await end.close()


class Proxy:
    """An HTTP proxy that connects, where it is asked by the right user."""

    def __init__(self):
        self.wanted = b"Basic " + base64.b64encode(b"u:p")
        self.asked = []

    async def serve(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        target = head.split()[1].decode()
        self.asked.append(target)
        if self.wanted not in head:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            writer.close()
            return
        host, _, port = target.rpartition(":")
        try:
            onward = await asyncio.open_connection(host, int(port))
        except OSError:
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            writer.close()
            return
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(self.copy(reader, onward[1]), self.copy(onward[0], writer))

    @staticmethod
    async def copy(reader, writer):
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    @asynccontextmanager
    async def listening(self):
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        try:
            yield Address("127.0.0.1", server.sockets[0].getsockname()[1])
        finally:
            server.close()
