"""The policy listener as the doctor finds it, and what it grants."""

import asyncio

import pytest
from environment.doctor.faults import free_port, mute, serving
from environment.doctor.faults import target as target_at

from playhead.base.addresses import Address
from playhead.environment.doctor.checks import policy
from playhead.environment.doctor.checks.policy import look_at_grants, look_at_policy
from playhead.environment.doctor.findings import Severity
from playhead.environment.ports import Service
from playhead.net.network import SystemNetwork
from playhead.premises.policy.config import PolicyConfig
from playhead.premises.policy.service import PolicyService
from playhead.wire.policy import REQUEST

NAMED, WIDE = "https://desk.example", "https://*.example"


async def look(port):
    (found,) = await look_at_policy(target_at(port, Service.POLICY))
    return found.code, found.severity


async def test_a_listener_of_ours_answers_with_its_policy():
    config = PolicyConfig(enabled=True, listen=Address("127.0.0.1", 0), origins=(NAMED,))
    service = PolicyService(config, SystemNetwork(), player_port=lambda: 4510)
    running = asyncio.create_task(service.run())
    await service.ready.wait()
    assert await look(service.port) == ("port.reached", Severity.OK)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def say_something_else(reader, writer):
    await reader.readexactly(len(REQUEST) + 1)
    writer.write(b"SSH-2.0\r\n")


@pytest.mark.parametrize(("talk", "code"), [(mute, "port.silent"), (say_something_else, "port.foreign")])
async def test_what_is_wrong_has_a_name_and_is_no_error(talk, code, monkeypatch):
    monkeypatch.setattr(policy, "ANSWER_S", 0.05 if talk is mute else 5)
    async with serving(talk) as port:
        assert await look(port) == (code, Severity.WARNING)
    assert await look(free_port()) == ("port.refused", Severity.WARNING)


@pytest.mark.parametrize(
    ("origins", "wide", "code"),
    [
        ([], [], "policy.empty"),
        ([NAMED], [], "policy.narrow"),
        ([NAMED, WIDE], [WIDE], "policy.wide"),
        ([WIDE] * 32, [WIDE] * 32, "policy.wide"),
    ],
)
def test_what_is_granted_is_said_and_what_is_wide_is_a_warning(origins, wide, code):
    found = look_at_grants(origins, wide)
    assert (found.code, found.is_problem) == (code, bool(wide))
    assert not wide or WIDE in (found.mend or "")
    assert len(found.message) < 500
