"""The logging service's port as a sender finds it."""

import pytest
from environment.doctor.faults import (
    foreign_tls,
    free_port,
    greet,
    hang_up,
    impatient,
    mute,
    serving,
    swallowing,
)
from environment.doctor.faults import target as target_at

from playhead.base.clock import SystemClock
from playhead.base.ids import SiteId
from playhead.environment.doctor.checks import logs
from playhead.environment.doctor.checks.logs import look_at_logs
from playhead.environment.doctor.checks.screen import Trust
from playhead.environment.doctor.findings import Severity
from playhead.environment.ports import Service
from playhead.net.tls import server_context
from playhead.store.keyring import Keyring
from playhead.wire.relp import RelpServer

SITE = SiteId("north")


@pytest.fixture
def keyring(tmp_path):
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o700)
    found = Keyring.open(folder, SITE, SystemClock())
    found.refresh()
    return found


@pytest.fixture
def tls(keyring):
    file = keyring.server_file
    return server_context(file, file, keyring.authority.certificate, alpn="")


@pytest.fixture
def trust(keyring):
    return Trust(machine="desk-1", plain=False, site=SITE, authority=keyring.authority.certificate)


async def take_lines(reader, writer):
    relp = RelpServer("playhead")
    while data := await reader.read(4096):
        assert relp.receive_data(data) == []  # the doctor sends none
        writer.write(relp.data_to_send())


async def look(port, trust):
    (found,) = await look_at_logs(target_at(port, Service.LOGGING), trust)
    return found


async def test_a_service_of_ours_takes_lines(tls, trust):
    async with serving(take_lines, tls) as port:
        found = await look(port, trust)
    assert (found.code, found.severity) == ("port.reached", Severity.OK)


async def test_a_dropped_port_names_its_rule_and_is_no_worse_than_a_warning(trust, monkeypatch):
    impatient(monkeypatch)
    with swallowing() as port:
        found = await look(port, trust)
    assert (found.code, found.severity) == ("port.dropped", Severity.WARNING)
    assert found.evidence["rule"] == "playhead-logging"
    assert (await look(free_port(), trust)).code == "port.refused"


@pytest.mark.parametrize(("talk", "code"), [(mute, "port.silent"), (greet, "port.foreign"), (hang_up, "tls.failed")])
async def test_who_is_there_instead_of_tls(trust, monkeypatch, talk, code):
    impatient(monkeypatch)
    async with serving(talk) as port:
        assert (await look(port, trust)).code == code


@pytest.mark.parametrize(("talk", "code"), [(mute, "port.silent"), (greet, "port.foreign"), (hang_up, "port.silent")])
async def test_who_is_there_instead_of_relp(tls, trust, monkeypatch, talk, code):
    monkeypatch.setattr(logs, "OPEN_S", 0.3)
    async with serving(talk, tls) as port:
        assert (await look(port, trust)).code == code


async def test_intercepted_tls_names_the_foreign_issuer(tmp_path, trust):
    async with serving(take_lines, foreign_tls(tmp_path)) as port:
        found = await look(port, trust)
    assert (found.code, found.evidence["issuer"]) == ("tls.intercepted", "CN=Inspector of the Network")
