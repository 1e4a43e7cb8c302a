"""A premises server on a small disk, and workstations with a relay before each; all real processes."""

import asyncio
import contextlib
import json
import re
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from e2e.site import Site, until
from torturing.disk import SmallDisk
from torturing.witness import Conversation, Witness

from playhead.base.addresses import Address
from playhead.base.errors import PlayheadError
from playhead.cli.desktop import Desktop
from playhead.net.relay import Relay, Watch
from playhead.wire import vid
from playhead.workstation.capture.test_card import TEST_CARD
from playhead.workstation.control import Question, ask

DISK_BYTES: Final = 768 << 20
SETTLED_S: Final = 180.0
"""Everything that was captured is to be at the server within so long after the last fault."""
SMALL_SPOOL_BYTES: Final = 512 * 1024
"""A workstation that records always has something that is not acknowledged yet."""


class Desk:
    """One workstation, as far as it can be hurt."""

    def __init__(self, name: str, data: Path, relay: Relay, environment: dict[str, str] | None) -> None:
        self.name = name
        self.relay = relay
        self._data = data
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        command = [sys.executable, "-m", "playhead", "workstation", "run", "--data", str(self._data)]
        with self._data.with_suffix(".log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=self._environment)

    def send(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    async def ended(self) -> None:
        if self._process is not None:
            await asyncio.to_thread(self._process.wait, 60)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    async def ask(self, command: str, reason: str = "") -> dict[str, Any] | None:
        """At its control socket; None where it does not answer."""
        try:
            async with asyncio.timeout(5):
                return await ask(self._data / "workstation", Question(command, reason=reason))
        except (PlayheadError, OSError, TimeoutError):
            return None

    async def has_settled(self) -> bool:
        answer = await self.ask("status")
        return (
            answer is not None and answer["status"]["connected"] and answer["status"]["spool_bytes"] < SMALL_SPOOL_BYTES
        )

    def set_continuous(self, *, on: bool) -> None:
        file = self._data / "workstation.toml"
        file.write_text(re.sub(r"(?m)^continuous = .*$", f"continuous = {json.dumps(on)}", file.read_text()))

    @property
    def waiting(self) -> list[Path]:
        """Segments that the server has not taken whole."""
        return [path for path in (self._data / "workstation" / "spool").rglob("*.vid") if "aside" not in path.parts]


class Tortured:
    """The whole site."""

    def __init__(self, site: Site, disk: SmallDisk, desks: list[Desk], witness: Witness) -> None:
        self.site = site
        self.disk = disk
        self.desks = desks
        self.witness = witness

    async def settle(self) -> None:
        """All faults are over: wait until everything is at the server, end the recordings, and stop."""
        for desk in self.desks:
            desk.start()
        async with asyncio.timeout(SETTLED_S):
            for desk in self.desks:
                await until(desk.has_settled, f"{desk.name} settled", SETTLED_S)
        for desk in self.desks:
            desk.send(signal.SIGTERM)
        for desk in self.desks:
            await desk.ended()
        late = [desk for desk in self.desks if desk.waiting]
        for desk in late:  # what did not go in the moment of stopping goes after the next start
            desk.set_continuous(on=False)
            desk.start()
        for desk in late:
            await until(lambda desk=desk: not desk.waiting, f"{desk.name} empty: {desk.waiting}", SETTLED_S)
            desk.send(signal.SIGTERM)
            await desk.ended()

    def lost(self) -> dict[UUID, int]:
        """By segment, the acknowledged bytes that the server does not hold as they were sent."""
        held: dict[UUID, bytes] = {}
        for data in self.site.durable().values():
            header, _ = vid.read_header(lambda size, offset, data=data: data[offset : offset + size])
            held[UUID(bytes=header.segment.bytes)] = data
        found = {segment: seen.lost(held.get(segment, b"")) for segment, seen in self.witness.segments.items()}
        return {segment: lost for segment, lost in found.items() if lost}


@contextlib.asynccontextmanager
async def tortured(folder: Path, desks: int, real: int) -> AsyncGenerator[Tortured]:
    """Everything started, every workstation recording; so many of them a real X11 desktop, the others a made-up one."""
    site = Site(folder)
    disk = SmallDisk(folder / "disk.img", site.data / "premises", DISK_BYTES)
    witness = Witness()
    made: list[Desk] = []
    async with contextlib.AsyncExitStack() as stack:
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
            stack.callback(desk.kill)
            desk.start()
        for desk in made:
            await until(desk.has_settled, f"{desk.name} recording", SETTLED_S)
        yield Tortured(site, disk, made, witness)


async def _display(stack: contextlib.AsyncExitStack, folder: Path) -> dict[str, str]:
    desktop = await stack.enter_async_context(Desktop(folder, size=(800, 600), roles=(), clock_hz=2))
    return dict(desktop.environment)


def watched(witness: Witness) -> Watch:
    conversation = Conversation(witness)
    return conversation.sent, conversation.answered


async def _enrolled(site: Site, name: str, relay: Relay, address: Address, shown: dict[str, str] | None) -> Desk:
    display = TEST_CARD if shown is None else shown["DISPLAY"]
    data = await site.enrol(name, continuous=True, plain=True, fps=3, display=display)
    file = data / "workstation.toml"
    file.write_text(re.sub(r"(?m)^premises = .*$", f'premises = ["{address}"]', file.read_text()))
    return Desk(name, data, relay, shown)


async def _speak_plainly(site: Site) -> None:
    """Without TLS, so that what is acknowledged can be seen on the way; enrolment needed it."""
    assert site.premises is not None
    await site.premises.stop()
    file = site.data / "premises.toml"
    file.write_text(file.read_text().replace("[screen]\n", '[screen]\ntransport = "plain"\n'))
    await site.start_premises()
