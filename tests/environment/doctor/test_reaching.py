"""Each step towards a peer, and the name of what fails in it."""

import pytest
from environment.doctor.faults import foreign_tls, free_port, greet, hang_up, impatient, mute, serving, swallowing

from playhead.base.addresses import Address
from playhead.environment.doctor.checks import reaching
from playhead.environment.doctor.checks.reaching import Failure, Outcome, hear, look_up, reach, shake
from playhead.net.tls import inquiry_context


def at(port):
    return Address("127.0.0.1", port)


async def test_an_open_port():
    async with serving(mute) as port:
        reached = await reach(at(port))
        assert reached.outcome is Outcome.OPEN
        reached.close()


async def test_a_port_where_nobody_listens_refuses():
    reached = await reach(at(free_port()))
    assert (reached.outcome, reached.connection) == (Outcome.REFUSED, None)


async def test_a_port_that_swallows_packets_is_told_from_one_that_refuses(monkeypatch):
    impatient(monkeypatch)
    with swallowing() as port:
        assert (await reach(at(port))).outcome is Outcome.DROPPED


async def test_where_there_is_no_way(monkeypatch):
    impatient(monkeypatch)
    reached = await reach(Address("2001:db8::1", 5633))  # documentation range (RFC 3849): routed nowhere
    assert reached.outcome in {Outcome.UNROUTABLE, Outcome.DROPPED}


async def test_names_and_addresses():
    assert (await look_up("10.9.0.5")).addresses == ("10.9.0.5",)
    assert (await look_up("::1")).addresses == ("::1",)
    assert set((await look_up("localhost")).addresses) <= {"127.0.0.1", "::1"}
    unknown = await look_up("no-such-host.invalid")  # never in any name service (RFC 6761 §6.4)
    assert unknown.addresses == ()
    assert unknown.error


async def test_a_dead_name_server_is_not_waited_for(monkeypatch):
    asked = []

    async def never(call):
        asked.append(call)
        raise TimeoutError

    monkeypatch.setattr(reaching, "aside", never)
    found = await look_up("recorder.example")
    assert (found.addresses, "no answer" in found.error, len(asked)) == ((), True, 1)


async def test_tls_of_anybody(tmp_path):
    async with serving(mute, foreign_tls(tmp_path)) as port:
        shaken = await shake((await reach(at(port))).connection, inquiry_context())
    assert shaken.failure is None
    assert b"Inspector of the Network" in shaken.certificate


@pytest.mark.parametrize(
    ("talk", "failure"), [(mute, Failure.SILENT), (greet, Failure.PLAIN), (hang_up, Failure.CLOSED)]
)
async def test_what_is_no_tls(talk, failure, monkeypatch):
    impatient(monkeypatch)
    async with serving(talk) as port:
        shaken = await shake((await reach(at(port))).connection, inquiry_context())
    assert (shaken.failure, shaken.certificate) == (failure, b"")


async def test_what_another_program_says(monkeypatch):
    impatient(monkeypatch)
    async with serving(greet) as port:
        assert await hear(at(port)) == "SSH-2.0-OpenSSH_9.2"

    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.0 200 OK\r\n\x1b[2Jdo not clear my screen\r\n")
        await writer.drain()

    async with serving(answer) as port:
        assert await hear(at(port)) == "HTTP/1.0 200 OK"
    async with serving(mute) as port:
        assert await hear(at(port)) == ""
    assert await hear(at(free_port())) == ""

    async def alert(reader, writer):
        """What OpenSSL says to plain HTTP: of TLS, whoever speaks it."""
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"\x15\x03\x01\x00\x02\x02\x32")
        await writer.drain()

    async with serving(alert) as port:
        assert await hear(at(port)) == ""
