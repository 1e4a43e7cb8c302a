"""What a workstation's doctor is told at port 5633, beside the workstation's own connection."""

import pytest
from premises.screen.rig import SITE, Premises

from playhead.base.clock import SystemClock
from playhead.base.errors import RefusedError
from playhead.base.ids import WorkstationId
from playhead.net.probing import SIZES, measure
from playhead.net.tls import client_context
from playhead.store.catalogue.workstations import revoke_workstation
from playhead.wire.screen import VERSIONS
from playhead.wire.screen.probes import Listens


async def test_the_doctor_is_told_everything_and_the_workstation_stays_connected(tmp_path):
    async with Premises(tmp_path).running() as premises:
        premises.service.probes.listeners = lambda: [Listens("https", 443, b"c" * 32)]
        desk = await premises.desk()
        async with desk.connected() as conversation:
            found = await measure(premises.address, tls=desk.context(), clock=SystemClock())
            assert conversation.peer.end is None
            assert [one.connected for one in premises.service.workstations()] == [True]
    told = found.told
    assert (told.versions, told.site, told.code) == (VERSIONS, str(SITE), "")
    assert told.listeners == (Listens("https", 443, b"c" * 32),)
    assert (found.passed_bytes, found.stuck_bytes) == (SIZES[-1], None)
    assert found.round_trip_us > 0
    assert found.up_bytes_per_s > 0
    assert abs(found.clock_ahead_us) <= found.round_trip_us  # one clock on both sides


async def test_a_revoked_workstation_learns_why_it_would_be_refused(tmp_path):
    async with Premises(tmp_path).running() as premises:
        desk = await premises.desk()
        async with premises.catalogue.writing() as connection:
            await revoke_workstation(connection, WorkstationId("desk-1"), 1)
        found = await measure(premises.address, tls=desk.context(), clock=SystemClock())
    assert found.told.code == "screen.revoked"


async def test_strangers_are_told_nothing(tmp_path):
    async with Premises(tmp_path).running() as premises:
        tls = client_context(premises.keyring.authority.certificate)
        with pytest.raises(RefusedError) as caught:
            await measure(premises.address, tls=tls, clock=SystemClock())
        assert caught.value.code == "screen.certificate_required"
