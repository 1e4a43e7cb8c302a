"""What the doctor says of a real broker: one that works, and each way in which it turns the server away."""

import msgspec
import pytest

from playhead.base.addresses import Address
from playhead.environment.doctor.checks.broker import look_at_broker
from playhead.premises.messaging.broker import read_broker

pytestmark = pytest.mark.usefixtures("through_rabbit")


async def look(config):
    (found,) = await look_at_broker(config.broker, lambda: read_broker(config))
    return found.code, found.message


async def test_a_broker_that_takes_events(through_rabbit, rabbit, certificates):
    plain = through_rabbit.config
    assert await look(plain) == ("messaging.reached", f"It takes events of playhead in {plain.vhost}.")
    secure = msgspec.structs.replace(plain, broker=Address("127.0.0.1", rabbit.tls_port), security="tls")
    assert (await look(secure))[0] == "messaging.untrusted"
    secure = msgspec.structs.replace(secure, authority=certificates / "certificate.pem")
    assert (await look(secure))[0] == "messaging.reached"
    wrong = msgspec.structs.replace(secure, broker=plain.broker)
    code, said = await look(wrong)
    assert (code, "AMQP" in said) == ("messaging.foreign", True), "TLS wanted where it is plain"


async def test_a_broker_that_refuses(through_rabbit, rabbit, tmp_path):
    config = through_rabbit.config
    code, said = await look(msgspec.structs.replace(config, vhost="elsewhere"))
    assert (code, "no virtual host elsewhere" in said) == ("messaging.refused", True)
    (tmp_path / "wrong").write_text("wrong\n")
    assert (await look(msgspec.structs.replace(config, password_file=tmp_path / "wrong")))[0] == "messaging.refused"
    assert (await look(msgspec.structs.replace(config, password_file=None)))[0] == "messaging.unset"
    rabbit.ask("DELETE", f"/api/exchanges/{config.vhost}/playhead.events")
    code, said = await look(config)
    assert (code, "playhead.events" in said) == ("messaging.refused", True)
