"""One real broker for all tests here, and a virtual host for each. It takes seconds to start."""

import itertools
import subprocess

import pytest
from broker.bus import InProcessBus, of_rabbit
from broker.rabbit import Rabbit

from playhead.domain.retries import Backoff
from playhead.domain.roles import AGENT, MANAGER
from playhead.net.messaging import in_process, rabbitmq
from playhead.premises.messaging import relay
from playhead.testing.site import opened_site

_VHOSTS = itertools.count(1)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """For the broker: it vouches for itself."""
    folder = tmp_path_factory.mktemp("broker-tls")
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "2",
            ),
            *("-keyout", folder / "key.pem", "-out", folder / "certificate.pem"),
            *("-subj", "/CN=broker", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"),
        ],
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture(scope="session")
def rabbit(tmp_path_factory, certificates):
    node = Rabbit(tmp_path_factory.mktemp("broker"), certificates / "certificate.pem", certificates / "key.pem")
    try:
        node.start()
        yield node
    finally:
        node.close()


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """What is tried again is tried soon."""
    monkeypatch.setattr(in_process, "RETRY_S", 0.01)
    monkeypatch.setattr(rabbitmq, "RETRY_S", 0.01)
    monkeypatch.setattr(rabbitmq, "CONFIRM_S", 3.0)
    monkeypatch.setattr(rabbitmq, "_BACKOFF", Backoff(attempts_max=1, first_us=100_000, longest_us=400_000))
    monkeypatch.setattr(relay, "LOOK_S", 0.02)


@pytest.fixture
async def site(tmp_path):
    """With a user who may give commands, and one who may not."""
    async with opened_site(tmp_path) as opened:
        await opened.add_user("crm", MANAGER)
        await opened.add_user("board", AGENT)
        await opened.add_workstation("desk-7")
        opened.control.connect("desk-7", agent="jane")
        yield opened


@pytest.fixture
async def through_rabbit(site, rabbit, tmp_path):
    """Not running yet."""
    made = of_rabbit(site, rabbit, f"test-{next(_VHOSTS)}", tmp_path)
    made.provision()
    yield made
    await made.close()


@pytest.fixture(params=["in-process", "rabbitmq"])
async def bus(request, site, tmp_path):
    """Both, one after the other, running."""
    if request.param == "rabbitmq":
        made = of_rabbit(site, request.getfixturevalue("rabbit"), f"test-{next(_VHOSTS)}", tmp_path)
        made.provision()
    else:
        made = InProcessBus(site)
    await made.start()
    yield made
    await made.close()
