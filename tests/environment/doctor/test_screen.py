"""Port 5633: what is right, and each thing that can be wrong with it, by real servers and relays."""

import asyncio

from environment.doctor.faults import (
    codes,
    foreign_tls,
    free_port,
    greet,
    impatient,
    mute,
    only,
    relay,
    serving,
    swallowing,
    target,
)
from premises.screen.rig import SITE, Premises

from playhead.base.clock import SystemClock
from playhead.base.ids import SiteId, WorkstationId
from playhead.environment.doctor.checks.screen import Trust, look_at_screen
from playhead.environment.doctor.findings import Severity
from playhead.net import probing
from playhead.store.catalogue.workstations import revoke_workstation
from playhead.wire.screen import codec, frames
from playhead.wire.screen.messages import Goodbye

AT_WORK = {"port.reached", "peer.fits", "clock.right", "path.whole", "link.enough"}


def trust_of(desk, **changes):
    values = {
        "machine": str(desk.name),
        "plain": False,
        "site": SITE,
        "authority": desk.enrolled.authority,
        "context": desk.context,
    }
    return Trust(**values | changes)


async def look(port, trust, *, agents=1, clock=None, told=None):
    told = [] if told is None else told
    return await look_at_screen(target(port), trust, clock=clock or SystemClock(), agents=agents, on_told=told.append)


class Ahead(SystemClock):
    """Of a machine that is five minutes ahead."""

    def wall_us(self):
        return super().wall_us() + 300_000_000


async def test_a_server_of_ours(tmp_path):
    async with Premises(tmp_path).running() as premises:
        told = []
        found = await look(premises.service.port, trust_of(await premises.desk()), told=told)
    assert set(codes(found)) == AT_WORK
    assert [one.site for one in told] == [str(SITE)]
    assert all(one.severity is Severity.OK for one in found)


async def test_a_clock_that_is_wrong(tmp_path):
    async with Premises(tmp_path).running() as premises:
        found = await look(premises.service.port, trust_of(await premises.desk()), clock=Ahead())
    skew = only(found, "clock.skew")
    assert round(skew.evidence["ahead_s"]) == -300
    assert "300 s ahead of the server's" in skew.message
    assert "timedatectl" in skew.mend


async def test_a_workstation_that_was_revoked_is_told_how_to_come_back(tmp_path):
    async with Premises(tmp_path).running() as premises:
        desk = await premises.desk()
        async with premises.catalogue.writing() as connection:
            await revoke_workstation(connection, WorkstationId("desk-1"), 1)
        refused = only(await look(premises.service.port, trust_of(desk)), "peer.refuses")
    assert refused.evidence["said"] == "screen.revoked"
    assert "playhead premises enrolment-code desk-1" in refused.mend


async def test_a_port_that_is_dropped_names_its_row_and_rule(tmp_path, monkeypatch):
    impatient(monkeypatch)
    async with Premises(tmp_path).running() as premises:
        trust = trust_of(await premises.desk())
    with swallowing() as port:
        (dropped,) = await look(port, trust)
    assert (dropped.code, dropped.severity) == ("port.dropped", Severity.ERROR)
    assert dropped.subject == f"{port} screen → 127.0.0.1"
    assert dropped.evidence["rule"] == "playhead-screen"
    assert f"the rule playhead-screen (TCP {port})" in dropped.mend
    assert "server, site, client PCs" in dropped.mend
    (refused,) = await look(free_port(), trust)
    assert refused.code == "port.refused"


async def test_who_is_there_instead(tmp_path, monkeypatch):
    async with Premises(tmp_path).running() as premises:
        trust = trust_of(await premises.desk())
    impatient(monkeypatch)
    async with serving(mute) as port:
        assert codes(await look(port, trust)) == ["port.silent"]
    async with serving(greet) as port:
        (foreign,) = await look(port, trust)
    assert (foreign.code, foreign.evidence["said"]) == ("port.foreign", "SSH-2.0-OpenSSH_9.2")


async def test_intercepted_tls_names_the_foreign_issuer(tmp_path):
    async with Premises(tmp_path).running() as premises:
        trust = trust_of(await premises.desk())
    async with serving(mute, foreign_tls(tmp_path)) as port:
        (found,) = await look(port, trust)
    assert found.code == "tls.intercepted"
    assert found.evidence["issuer"] == "CN=Inspector of the Network"
    assert "CN=Inspector of the Network" in found.mend


async def test_a_server_of_another_site_or_with_new_keys(tmp_path):
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
    async with Premises(tmp_path / "here").running() as here, Premises(tmp_path / "there").running() as there:
        trust = trust_of(await here.desk())
        (found,) = await look(there.service.port, trust)
        assert found.code == "tls.other_site"
        (found,) = await look(here.service.port, trust_of(await here.desk("desk-2"), site=SiteId("elsewhere")))
        assert found.code == "tls.other_site"


async def test_plain_where_tls_is_due_and_tls_where_plain_is(tmp_path):
    for folder in ("plain", "secure"):
        (tmp_path / folder).mkdir()
    plain = Premises(tmp_path / "plain", config={"transport": "plain"})
    async with plain.running(), Premises(tmp_path / "secure").running() as secure:
        trust = trust_of(await secure.desk())
        assert codes(await look(plain.service.port, trust)) == ["tls.missing"]
        trusting = Trust("desk-1", plain=True)
        assert codes(await look(secure.service.port, trusting)) == ["tls.unwanted"]
        assert set(codes(await look(plain.service.port, trusting))) == AT_WORK


async def test_a_machine_that_is_not_enrolled_still_learns_that_the_port_is_open(tmp_path):
    async with Premises(tmp_path).running() as premises:
        (found,) = await look(premises.service.port, Trust("desk-1", plain=False))
    assert found.code == "port.reached"


async def test_large_packets_that_are_lost(tmp_path):
    async def lose_large(data):
        """A path that lets 1,300 bytes through and tells nobody of more."""
        return data if len(data) <= 1300 else None

    premises = Premises(tmp_path, config={"transport": "plain"})
    async with premises.running(), serving(relay(premises.service.port, up=lose_large)) as port:
        found = await look(port, Trust("desk-1", plain=True))
    lost = only(found, "path.black_hole")
    assert lost.evidence["passed_bytes"] == 1200
    assert lost.evidence["stuck_bytes"] == 1300
    assert "mtu" in lost.mend
    assert "link.enough" not in codes(found)


async def test_a_link_that_is_too_narrow_for_its_agents(tmp_path, monkeypatch):
    monkeypatch.setattr(probing, "BURST", 4)

    async def slow(data):
        """64 KiB/s at the most, however slow the machine."""
        await asyncio.sleep(len(data) / 65_536)
        return data

    premises = Premises(tmp_path, config={"transport": "plain"})
    async with premises.running(), serving(relay(premises.service.port, up=slow)) as port:
        found = await look(port, Trust("desk-1", plain=True), agents=100)
    narrow = only(found, "link.narrow")
    assert narrow.severity is Severity.ERROR
    assert narrow.evidence["needed_bytes_per_s"] == 3_200_000
    assert narrow.evidence["up_bytes_per_s"] < 1_600_000
    assert "100 agents need 25.6 Mbit/s" in narrow.message


async def test_a_server_that_never_heard_of_probes():
    async def old(reader, writer):
        await reader.read(5)
        goodbye = codec.encode_control(Goodbye("screen.message", "A control message cannot be understood."))
        writer.write(frames.control_frame(goodbye))
        await writer.drain()

    async with serving(old) as port:
        (found,) = await look(port, Trust("desk-1", plain=True))
    assert found.code == "peer.version"
    assert "Update the older one" in found.mend


class InYears(SystemClock):
    """Of a time when the server's certificate has ended."""

    def wall_us(self):
        return super().wall_us() + 3 * 365 * 86_400_000_000


async def test_a_server_whose_certificate_has_ended(tmp_path):
    async with Premises(tmp_path).running() as premises:
        trust = trust_of(await premises.desk())
        (found,) = await look(premises.service.port, trust, clock=InYears())
    assert (found.code, found.severity) == ("certificate.ended", Severity.ERROR)
    assert "restart the server" in found.mend
