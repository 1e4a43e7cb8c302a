"""Keeps what the workstation says, and sends it to the premises, until cancelled: beside the recorder."""

import asyncio
import contextlib
import random
import threading
from collections import deque
from collections.abc import Callable
from typing import Final

from playhead.base.addresses import Address
from playhead.base.clock import Clock
from playhead.base.errors import ConflictError, PlayheadError, RefusedError, UnavailableError
from playhead.base.instants import rfc3339
from playhead.base.logs import Said, keep
from playhead.net.network import Network, SystemNetwork
from playhead.store.disk import Disk, SystemDisk
from playhead.store.folder_lock import FolderLock
from playhead.wire.pki import require_site
from playhead.workstation.config import WorkstationConfig
from playhead.workstation.enrolment import IDENTITY_FOLDER
from playhead.workstation.identity import Identity, IdentityFolder
from playhead.workstation.logs.sending import LogPeer
from playhead.workstation.logs.spool import LogSpool, SpooledLine
from playhead.workstation.logs.throttle import Throttle

LINES_PER_S: Final = 20
"""In the long run: 1.7 million a day, of which a workstation needs some thousand."""
BURST_LINES: Final = 2_000
"""At once; a start says about twenty."""
RECENT_US: Final = BURST_LINES * 1_000_000 // LINES_PER_S
"""After so long without lines all of the burst is there again; so what ran here within it counts."""
EARLY_LINES_MAX: Final = 1_000
"""Kept in memory until the spool is open, which waits for the program that runs here already."""
SAVE_US: Final = 5_000_000
"""How often it is noted how far lines were sent."""
_OPEN_RETRY_S: Final = 1.0
_FIRST_PAUSE_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 60.0
_BATCH_LINES: Final = 64
DRAIN_S: Final = 1.0
"""How long a clean stop waits for the last lines' acknowledgement; what lacks it goes after the next start."""


class WorkstationLogs:
    """Keeps lines from its making on, until `close`.

    Args:
        config: what the operator set.
        clock: for the time.
        disk: for tests; so are the others.
        network: where the premises is.
        chance: for the spool's name, and the pauses between attempts to connect.
    """

    def __init__(
        self,
        config: WorkstationConfig,
        clock: Clock,
        *,
        disk: Disk | None = None,
        network: Network | None = None,
        chance: random.Random | None = None,
    ) -> None:
        self._config = config
        self._clock = clock
        self.offset_us: Callable[[], int | None] = lambda: None
        """How far the premises' clock is ahead of ours, where that is known."""
        self._disk = disk or SystemDisk()
        self._network = network or SystemNetwork()
        self._chance = chance or random.SystemRandom()
        self._identities = IdentityFolder(self._disk, config.data / IDENTITY_FOLDER)
        self._folder = config.data / "logs"
        self.spool = LogSpool(
            self._disk,
            self._folder,
            bytes_max=config.logs_max.bytes,
            new_name=lambda: f"{self._chance.getrandbits(64):016x}",
        )
        self._lock = threading.Lock()
        self._early: deque[Said] | None = deque()
        self._throttle = Throttle(LINES_PER_S, BURST_LINES, clock.monotonic_us())
        self._suppressed = 0
        self._news: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self._saved_us = 0
        self._saved: int = 0
        self.problem = ""
        """Why lines are not sent, in a sentence; empty while they are."""
        self.stop = keep(clock, self.add)
        """Keep no more lines."""

    def add(self, said: Said) -> None:
        """Keep a line, in any thread: what is too many is counted, and said when there is room again."""
        with self._lock:
            if self._early is not None:
                if len(self._early) < EARLY_LINES_MAX:
                    self._early.append(said)
                else:
                    self._suppressed += 1
                return
            self._write(said)
        if self._news is not None and not self._news[0].is_closed():
            self._news[0].call_soon_threadsafe(self._news[1].set)

    async def run(self) -> None:
        """Open the spool, and send what comes into it until cancelled."""
        news = asyncio.Event()
        self._news = asyncio.get_running_loop(), news
        with contextlib.ExitStack() as held:
            await self._lock_folder(held)
            try:
                await asyncio.to_thread(self._open)
                pause_s, place = _FIRST_PAUSE_S, 0
                addresses = [address for group in self._config.log_places for address in group]
                while True:
                    began_us = self._clock.monotonic_us()
                    await self._visit(addresses[place % len(addresses)], news)
                    if self._clock.monotonic_us() - began_us > _LONGEST_PAUSE_S * 1e6:
                        pause_s = _FIRST_PAUSE_S
                    else:
                        place += 1
                    await asyncio.sleep(pause_s * self._chance.uniform(0.5, 1.0))
                    pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
            finally:
                self.stop()
                self.spool.close()

    async def _lock_folder(self, held: contextlib.ExitStack) -> None:
        """Lock the folder: who runs here already keeps it to its end."""
        while True:
            try:
                self._disk.make_folder(self._folder)
                held.enter_context(FolderLock(self._folder, "workstation"))
            except (ConflictError, UnavailableError, OSError) as error:
                self.problem = str(error)
                await asyncio.sleep(_OPEN_RETRY_S)
            else:
                return

    def _open(self) -> None:
        recent = self.spool.open()
        since = rfc3339(self._clock.wall_us() - RECENT_US)
        spent = sum(line.at > since for line in recent)
        with self._lock:
            self._throttle = Throttle(LINES_PER_S, BURST_LINES, self._clock.monotonic_us(), spent=spent)
            early, self._early = self._early or deque(), None
            for said in early:
                self._write(said)

    def _write(self, said: Said) -> None:
        if not self._throttle.admit(self._clock.monotonic_us(), modest=said.level == "debug"):
            self._suppressed += 1
            return
        if self._suppressed or self.spool.lost:
            told = {"too_many": str(self._suppressed), "given_up": str(self.spool.lost)}
            self._suppressed = self.spool.lost = 0
            self.spool.write(Said(said.at, "warning", "logs", "lines were left out", told))
        self.spool.write(said)

    async def _visit(self, address: Address, news: asyncio.Event) -> None:
        """One connection, from its making to its end."""
        try:
            peer = await self._connect(address)
        except (PlayheadError, OSError) as error:
            self.problem = str(error)
            return
        self.problem = ""
        self.spool.rewind()
        try:
            await self._send(peer, news)
        except OSError as error:
            self.problem = f"The spool of the logs cannot be read: {error.strerror}."
        except asyncio.CancelledError:
            await self._drain(peer)
            raise
        finally:
            peer.close()
            self._note(peer)
            await asyncio.to_thread(self._save)
        self.problem = self.problem or peer.problem

    async def _connect(self, address: Address) -> LogPeer:
        if self._config.plain:
            return await self._network.connect(LogPeer, address, None)
        identity: Identity = await asyncio.to_thread(self._identities.load, self._config.id, certified=True)
        context = self._identities.tls_context(identity, alpn="")
        peer = await self._network.connect(LogPeer, address, context)
        try:
            require_site(peer.certificate or b"", identity.site)
        except RefusedError:
            peer.close()
            raise
        return peer

    async def _send(self, peer: LogPeer, news: asyncio.Event) -> None:
        waking = asyncio.create_task(_passed_on(news, peer.news))
        try:
            while not peer.problem:
                lines = await self._send_some(peer)
                if self._clock.monotonic_us() - self._saved_us >= SAVE_US:
                    await asyncio.to_thread(self._save)
                if not lines:
                    await peer.news.wait()
        finally:
            waking.cancel()
            await asyncio.gather(waking, return_exceptions=True)

    async def _send_some(self, peer: LogPeer) -> bool:
        """Send what there is and may be sent; whether that was anything."""
        peer.news.clear()
        self._note(peer)
        lines: list[SpooledLine] = []
        if peer.room:
            await asyncio.to_thread(self.spool.sync)
            lines = await asyncio.to_thread(self.spool.read, min(peer.room, _BATCH_LINES))
        offset_us = self.offset_us()
        for line in lines:
            peer.send(line, workstation=str(self._config.id), spool=self.spool.name, offset_us=offset_us)
        peer.flush()
        return bool(lines)

    async def _drain(self, peer: LogPeer) -> None:
        """The last lines are those that say how it ended."""
        try:
            async with asyncio.timeout(DRAIN_S):
                while not peer.problem and (await self._send_some(peer) or not peer.is_idle):
                    if not peer.is_idle:
                        await peer.news.wait()
        except (TimeoutError, OSError):
            return

    def _note(self, peer: LogPeer) -> None:
        if peer.acknowledged:
            self.spool.acknowledge(peer.acknowledged)

    def _save(self) -> None:
        self._saved_us = self._clock.monotonic_us()
        if self.spool.sent == self._saved:
            return
        try:
            self.spool.save()
            self._saved = self.spool.sent
        except UnavailableError as error:  # then some lines are sent again, and stored once
            self.problem = str(error)


async def _passed_on(news: asyncio.Event, to: asyncio.Event) -> None:
    while True:
        await news.wait()
        news.clear()
        to.set()
