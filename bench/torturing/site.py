"""A premises server on a small disk, and workstations with a relay before each; all real processes."""

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Final
from uuid import UUID

from e2e.site import Site
from torturing.disk import SmallDisk
from torturing.messages import Broker, run_broker
from torturing.witness import Conversation, Witness

from playhead.base.addresses import Address
from playhead.cli.desktop import Desktop
from playhead.cli.drill_desk import DrillDesk, until
from playhead.net.relay import Relay, Watch
from playhead.wire import vid
from playhead.workstation.capture.test_card import TEST_CARD

DISK_BYTES: Final = 768 << 20
SETTLED_S: Final = 180.0
"""Everything that was captured is to be at the server within so long after the last fault."""


class Tortured:
    """The whole site."""

    def __init__(
        self, site: Site, disk: SmallDisk, desks: list[DrillDesk], witness: Witness, broker: Broker | None
    ) -> None:
        self.site = site
        self.broker = broker
        self.disk = disk
        self.desks = desks
        self.witness = witness

    async def settle(self) -> None:
        """All faults are over: wait until everything is at the server, end the recordings, and stop."""
        for desk in self.desks:
            await desk.start()
        for desk in self.desks:
            await until(desk.is_current, f"{desk.name} has caught up", SETTLED_S)
        await asyncio.gather(*(desk.finish(SETTLED_S) for desk in self.desks))

    def lost(self) -> dict[UUID, int]:
        """By segment, the acknowledged bytes that the server does not hold as they were sent."""
        held: dict[UUID, bytes] = {}
        for data in self.site.durable().values():
            header, _ = vid.read_header(lambda size, offset, data=data: data[offset : offset + size])
            held[UUID(bytes=header.segment.bytes)] = data
        found = {segment: seen.lost(held.get(segment, b"")) for segment, seen in self.witness.segments.items()}
        return {segment: lost for segment, lost in found.items() if lost}


@contextlib.asynccontextmanager
async def tortured(folder: Path, desks: int, real: int, *, broker: bool) -> AsyncGenerator[Tortured]:
    """Everything started, every workstation recording; so many of them a real X11 desktop, the others a made-up one.

    With a broker, if wanted.
    """
    async with contextlib.AsyncExitStack() as stack:
        hired = await stack.enter_async_context(run_broker(folder / "broker")) if broker else None
        yield await _begun(stack, folder, desks, real, hired)


async def _begun(
    stack: contextlib.AsyncExitStack, folder: Path, desks: int, real: int, hired: Broker | None
) -> Tortured:
    site = Site(folder, settings="" if hired is None else hired.settings)
    disk = SmallDisk(folder / "disk.img", site.data / "premises", DISK_BYTES)
    witness = Witness()
    made: list[DrillDesk] = []
    stack.callback(disk.close)
    stack.callback(site.close)
    await site.add_user(role="administrator")
    await site.start_premises()
    for number in range(desks):
        relay = Relay(Address("127.0.0.1", site.screen_port), lambda: watched(witness))
        address = await relay.open()
        stack.push_async_callback(relay.close)
        shown = await _display(stack, folder / f"display-{number}") if number < real else None
        made.append(await _enrolled(site, f"desk-{number + 1:02}", relay, address, shown))
    await _speak_plainly(site)
    for desk in made:
        stack.push_async_callback(desk.kill)
        await desk.start()
    for desk in made:
        await until(desk.is_current, f"{desk.name} records", SETTLED_S)
    return Tortured(site, disk, made, witness, hired)


async def _display(stack: contextlib.AsyncExitStack, folder: Path) -> dict[str, str]:
    desktop = await stack.enter_async_context(Desktop(folder, size=(800, 600), roles=(), clock_hz=2))
    return dict(desktop.environment)


def watched(witness: Witness) -> Watch:
    conversation = Conversation(witness)
    return conversation.sent, conversation.answered


async def _enrolled(site: Site, name: str, relay: Relay, address: Address, shown: dict[str, str] | None) -> DrillDesk:
    display = TEST_CARD if shown is None else shown["DISPLAY"]
    data = await site.enrol(name, continuous=True, plain=True, fps=3, display=display, agent=name)
    file = data / "workstation.toml"
    file.write_text(re.sub(r"(?m)^premises = .*$", f'premises = ["{address}"]', file.read_text()))
    return DrillDesk(name, data, relay, shown)


async def _speak_plainly(site: Site) -> None:
    """Without TLS, so that what is acknowledged can be seen on the way; enrolment needed it."""
    assert site.premises is not None
    await site.premises.stop()
    file = site.data / "premises.toml"
    file.write_text(file.read_text().replace("[screen]\n", '[screen]\ntransport = "plain"\n'))
    await site.start_premises()
