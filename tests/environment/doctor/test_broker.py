"""The broker of messages: what is wrong with it, by name. A real one, that works and that refuses: tests/broker."""

import ssl

import pytest
from environment.doctor.faults import codes, foreign_tls, free_port, greet, hang_up, impatient, mute, serving

from playhead.base.addresses import Address
from playhead.base.errors import UnavailableError
from playhead.environment.doctor.checks import broker, reaching
from playhead.environment.doctor.checks.broker import look_at_broker
from playhead.environment.doctor.findings import Severity
from playhead.net.messaging import Broker

PASSWORD = "not to be told"


def at(port, *, tls=None, host="127.0.0.1"):
    address = Address(host, port)
    return address, lambda: Broker(host, port, "playhead", "playhead", PASSWORD, tls)


async def look(*arguments):
    found = await look_at_broker(*arguments)
    assert all(one.severity.rank <= Severity.WARNING.rank for one in found)
    assert PASSWORD not in repr(found)
    return codes(found), found[0].message


async def test_nobody_listens(monkeypatch):
    found, said = await look(*at(free_port()))
    assert (found, "refuses the connection" in said) == (["messaging.away"], True)
    monkeypatch.setattr(reaching, "LOOK_UP_S", 0.3)
    found, said = await look(*at(5672, host="broker.invalid"))
    assert (found, "leads nowhere" in said) == (["messaging.away"], True)


async def test_settings_that_lack_a_password():
    def read():
        raise UnavailableError("messaging.password_file", "Cannot read it.")

    assert await look(Address("127.0.0.1", 5672), read) == (["messaging.unset"], "Cannot read it.")


@pytest.mark.parametrize("tls", [None, ssl.create_default_context()], ids=["plain", "tls"])
@pytest.mark.parametrize("talk", [greet, hang_up])
async def test_something_else_answers(talk, tls):
    async with serving(talk) as port:
        found, said = await look(*at(port, tls=tls))
    assert found == ["messaging.foreign"], said


@pytest.mark.parametrize("tls", [None, ssl.create_default_context()], ids=["plain", "tls"])
async def test_something_answers_nothing(monkeypatch, tls):
    impatient(monkeypatch)
    monkeypatch.setattr(broker, "OPEN_S", 0.3)
    async with serving(mute) as port:
        found, said = await look(*at(port, tls=tls))
    assert found == ["messaging.away"], said


async def test_another_authority_than_ours(tmp_path):
    async with serving(mute, foreign_tls(tmp_path)) as port:
        found, said = await look(*at(port, tls=ssl.create_default_context()))
    assert (found, "Inspector of the Network" in said) == (["messaging.untrusted"], True)


async def test_a_broker_of_another_protocol():
    """RabbitMQ says which version it speaks, and hangs up (AMQP 0-9-1, 4.2.2)."""

    async def talk(reader, writer):
        await reader.read(8)
        writer.write(b"AMQP\x00\x01\x00\x00")
        await writer.drain()
        writer.close()

    async with serving(talk) as port:
        found, said = await look(*at(port))
    assert (found, "AMQP" in said) == (["messaging.foreign"], True)
