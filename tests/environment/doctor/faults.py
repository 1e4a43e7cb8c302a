"""Servers with one fault each, on real sockets, and proxies that do what the worst of them do."""

import asyncio
import contextlib
import datetime as dt
import socket
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from playhead.environment.doctor.checks import broker, logs, reaching, screen, server, web
from playhead.environment.doctor.checks.target import Target
from playhead.environment.ports import Service


def target(port, service=Service.SCREEN, host="127.0.0.1", address="127.0.0.1"):
    return Target(service, host, address, port)


def codes(findings):
    return [one.code for one in findings]


def only(findings, code):
    found = [one for one in findings if one.code == code]
    assert len(found) == 1, findings
    return found[0]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@contextlib.asynccontextmanager
async def serving(talk, tls=None):
    """A server on which ``talk(reader, writer)`` has each connection; its port."""
    talks = set()

    async def safely(reader, writer):
        talks.add(asyncio.current_task())
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await talk(reader, writer)
        writer.close()

    server = await asyncio.start_server(safely, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for one in talks:
            one.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


async def mute(_reader, _writer):
    """Takes connections and says nothing."""
    await asyncio.Event().wait()


async def greet(reader, writer):
    """Another program, which speaks first."""
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    await reader.read()


async def hang_up(_reader, writer):
    writer.close()


@contextlib.contextmanager
def swallowing(address="127.0.0.1", port=0):
    """A port whose packets nobody answers, as behind a firewall that drops: its queue is full (listen(2))."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(0)
        for _ in range(2):
            filler = stack.enter_context(socket.socket())
            filler.settimeout(0)
            with contextlib.suppress(BlockingIOError):
                filler.connect(listener.getsockname())
        yield listener.getsockname()[1]


def foreign_tls(folder, issuer="Inspector of the Network"):
    """A server context with a certificate of an authority that nobody here knows."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = dt.datetime.now(dt.UTC)

    def name(text):
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    shown = (
        x509.CertificateBuilder()
        .subject_name(name("recorder.example"))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(exist_ok=True)
    file = folder / "foreign.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + shown.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def relay(port, *, up=None, down=None):
    """To be served: passes bytes to ``port`` and back, through ``up`` and ``down``, which may change or lose them."""

    async def pass_on(reader, writer, change):
        while data := await reader.read(65536):
            data = data if change is None else await change(data)
            if data is None:
                await asyncio.Event().wait()
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()

    async def talk(reader, writer):
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            await asyncio.gather(pass_on(reader, there_writer, up), pass_on(there_reader, writer, down))
        finally:
            there_writer.close()

    return talk


def patient(monkeypatch):
    """However busy the machine is that runs the tests, what works is found to work. `impatient` may follow."""
    for module, names in (
        (reaching, ("CONNECT_S", "SHAKE_S", "LOOK_UP_S")),
        (screen, ("MEASURE_S",)),
        (server, ("WITHIN_S", "TOLD_S")),
        (web, ("ANSWER_S",)),
        (broker, ("OPEN_S",)),
        (logs, ("OPEN_S",)),
    ):
        for name in names:
            monkeypatch.setattr(module, name, 30.0)


def impatient(monkeypatch, seconds=0.3):
    """Faults that consist of waiting are found sooner; what a working machine does takes a fraction of that."""
    monkeypatch.setattr(reaching, "CONNECT_S", seconds)
    monkeypatch.setattr(reaching, "SHAKE_S", seconds)
    monkeypatch.setattr(reaching, "SAY_S", seconds)
