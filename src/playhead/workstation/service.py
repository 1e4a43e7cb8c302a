"""The workstation service: captures, seals, spools and ships until it is cancelled."""

import asyncio
import getpass
import random
from collections.abc import Callable, Coroutine
from typing import Any, Final

import msgspec
import structlog

from playhead import __version__
from playhead.base.clock import Clock
from playhead.base.errors import NotFoundError, PlayheadError, UnavailableError
from playhead.base.ids import RecordingId, SiteId
from playhead.net.network import Network
from playhead.store.disk import Disk, SystemDisk
from playhead.store.reserve import Reserve, ReservedDisk
from playhead.wire.screen import Command, Result, Status, Welcome
from playhead.wire.screen.commands import CommandLog
from playhead.wire.screen.limits import MAX_TEXT_CHARACTERS
from playhead.wire.screen.messages import Wanted
from playhead.workstation.answers import Answers
from playhead.workstation.aside import SetAside
from playhead.workstation.by_rules import ByRules
from playhead.workstation.capture.source import Source
from playhead.workstation.capture_thread import CapturePipeline, CaptureThread
from playhead.workstation.chronicle import Chronicle
from playhead.workstation.claims import Claims
from playhead.workstation.config import WorkstationConfig
from playhead.workstation.director import REFUSED_RETRY_US, Director
from playhead.workstation.enrolment import IDENTITY_FOLDER
from playhead.workstation.examining import Examine, Examining
from playhead.workstation.identity import Identity, IdentityFolder
from playhead.workstation.journal import Journal
from playhead.workstation.keeper import Keeper
from playhead.workstation.log_level import RaisedLevel
from playhead.workstation.machine import Machine, SystemMachine
from playhead.workstation.orders import Orders
from playhead.workstation.pieces import Details
from playhead.workstation.pipeline import Pipeline, PipelineConfig
from playhead.workstation.recorder import Limits
from playhead.workstation.segment_writer import SegmentWriter
from playhead.workstation.server_clock import ServerClock
from playhead.workstation.session import NoSession, Session, SessionState
from playhead.workstation.shipper import Shipper
from playhead.workstation.spool import Spool
from playhead.workstation.spool_files import SpooledSegment
from playhead.workstation.state_file import StateFile

DRAIN_S: Final = 1.0
"""How long a clean stop waits for the premises to have everything, which is there in a fraction of it as a rule. What
it has not goes after the next start, which must not wait long for this."""

RESERVE_BYTES: Final = 1 << 20
"""Room that is kept for the state and the journal, which must be written even when the disk is full. They take some
kilobytes; the rest is for what a file system needs beside."""

CLOCKS_APART_US: Final = 5_000_000
"""A difference to the premises' clock that is worth a line in the log."""

_log = structlog.get_logger(__name__)


def pipelines(config: WorkstationConfig, open_source: Callable[[], Source], clock: Clock) -> Callable[[], Pipeline]:
    """How the service makes its pipelines: each with a fresh source from ``open_source``."""
    return lambda: Pipeline(open_source(), PipelineConfig(fps=config.fps, quality=config.quality), clock)


class WorkstationService:
    """See the module, and docs/services/workstation.md.

    Args:
        config: what the operator set.
        make_pipeline: called in the capture thread, again after each failure; see `pipelines`.
        clock: for the time.
        disk: for simulations; so are the others.
        network: where the premises is.
        chance: for the pauses between attempts to connect.
        machine: its threads, lock and control socket.
        session: of the desktop; None where nothing is known of it.
        examine: looks over this machine; None where nobody does.
    """

    def __init__(
        self,
        config: WorkstationConfig,
        make_pipeline: Callable[[], CapturePipeline],
        clock: Clock,
        *,
        disk: Disk | None = None,
        network: Network | None = None,
        chance: random.Random | None = None,
        machine: Machine | None = None,
        session: Session | None = None,
        examine: Examine | None = None,
    ) -> None:
        self._config = config
        self._make_pipeline = make_pipeline
        self._clock = clock
        self._disk = disk or SystemDisk()
        self._network = network
        self._chance = chance or random.SystemRandom()
        self._machine = machine or SystemMachine()
        self._agent = config.agent or getpass.getuser()
        self._reserve = Reserve(self._disk, config.data / "reserve", RESERVE_BYTES)
        self._small_disk = ReservedDisk(self._disk, self._reserve)
        """For what must be kept even where the disk is full."""
        self._identities = IdentityFolder(self._small_disk, config.data / IDENTITY_FOLDER)
        bytes_max, free_bytes_min = config.spool_max.bytes, config.disk_free_min.bytes
        self._spool = Spool(
            self._disk,
            config.data / "spool",
            bytes_max=bytes_max,
            free_bytes_min=free_bytes_min,
            when_full=config.spool_when_full,
        )
        self._writer = SegmentWriter(self._spool, clock, self._agent)
        segment_bytes = min(config.segment_size.bytes, bytes_max // 4)  # a growing segment must not fill the spool
        session = session or NoSession()
        self._server_clock = ServerClock()
        self._director = Director(
            Limits(config.pre_buffer.us, config.segment_length.us, segment_bytes),
            recording_us=config.continuous_length.us if config.continuous else None,
            spool=self._spool,
            writer=self._writer,
            clock=clock,
            notify=self._notify,
            on_recording=self._on_recording,
            asleep_us=session.asleep_us,
        )
        self._journal = Journal(
            self._small_disk, config.data / "journal", clock, boot=session.boot, version=__version__
        )
        self._chronicle = Chronicle(
            self._journal,
            session,
            clock,
            status=self._director.status,
            wanted=self._wanted,
            until_us=lambda: self._director.until_us,
            progress_us=lambda: None if self._shipper is None else self._shipper.progress_us,
            told=self._note_session,
        )
        self._handing_over = asyncio.Event()
        self._orders: Orders | None = None
        self._shipper: Shipper | None = None
        self._answers: Answers | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._examining = Examining(examine, self._chance, self._notify)
        self._claims = Claims(self._small_disk, config.data / "claims.json")
        self._set_aside = SetAside(self._disk, self._spool, self._journal)
        self._log_level = RaisedLevel(self._disk, config.data / "log_level.json", clock)
        self._keeper = Keeper(
            self._spool, self._director, self._journal, self._reserve, free_bytes_min=config.disk_free_min.bytes
        )
        self.by_rules = ByRules(self._director, self._agent)
        """For the rules about the screen."""
        self.ready = asyncio.Event()
        """Set once commands are taken."""

    async def run(self) -> None:
        """Work until cancelled; then seal what is open and give the premises a moment to take it.

        Raises:
            ConflictError: ``folder.locked``, ``workstation.other_name``.
            NotFoundError: ``workstation.not_enrolled``.
            UnavailableError: a file or folder cannot be used.
            CorruptError: ``state.damaged``, ``workstation.identity_damaged``.
        """
        try:
            self._disk.make_folder(self._config.data)
        except OSError as error:
            message = f"The folder {self._config.data} cannot be made: {error.strerror}."
            raise UnavailableError("folder.unusable", message) from error
        with self._machine.lock(self._config.data):
            state_file = StateFile(self._small_disk, self._config.data / "state.json")
            state = await asyncio.to_thread(state_file.load)
            identity = self._writer.identity = await asyncio.to_thread(self._load_identity)
            orders = self._orders = self.by_rules.orders = Orders(
                self._director,
                state_file,
                state,
                self._clock,
                continuous=self._config.continuous,
                rules=self._config.blackouts,
                agent=self._agent,
            )
            shipper = self._shipper = Shipper(
                self._config.id,
                self._config.places,
                self._spool,
                self._journal,
                self,
                claims=self._claims,
                identity=None if self._config.plain else identity,
                folder=self._identities,
                commands=CommandLog(state.command),
                agent=self._agent,
                clock=self._clock,
                chance=self._chance,
                examining=self._examining,
                network=self._network,
            )
            await self._work(orders, shipper)

    async def _work(self, orders: Orders, shipper: Shipper) -> None:
        capture = CaptureThread(self._make_pipeline, self._clock, self.by_rules.take, threads=self._machine.threads)
        work: list[asyncio.Task[None]] = []
        watching: list[asyncio.Task[Any]] = []
        try:
            self._director.begin(capture)
            orders.darken()  # before the first look at the screen
            capture.start()
            mended = await asyncio.to_thread(self._spool.recover)  # meanwhile the pre-buffer fills
            await asyncio.to_thread(self._claims.recover, {segment.id for segment in self._spool.segments})
            await asyncio.to_thread(self._journal.open)
            await orders.resume(mended)
            self._chronicle.begin()
            work.append(asyncio.create_task(shipper.run(), name="shipper"))
            work.append(asyncio.create_task(self._keeper.run(), name="spool"))
            beside = (self._journal, self._chronicle, self._examining, self._log_level)
            watching = [self._spawn(one.run()) for one in beside]
            answers = self._answers = Answers(
                self._config.id,
                self._agent,
                director=self._director,
                orders=orders,
                shipper=shipper,
                chronicle=self._chronicle,
                by_rules=self.by_rules,
                server_clock=self._server_clock,
                hand_over=self._handing_over.set,
                clock=self._clock,
            )
            async with self._machine.control(self._config.data, answers.answer):
                self.ready.set()
                _log.info("workstation ready", workstation=str(self._config.id), spool_bytes=self._spool.used_bytes)
                leaving = asyncio.create_task(self._handing_over.wait(), name="hand over")
                watching.append(leaving)
                done, _ = await asyncio.wait([*work, leaving], return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()  # none but the last ends by itself: this raises
        finally:
            hands_over = self._handing_over.is_set()
            self._chronicle.end()
            await capture.stop()
            await orders.close(hands_over=hands_over)
            for task in watching:
                task.cancel()
            await self._chronicle.close(hands_over=hands_over)
            if not hands_over:  # who takes over ships the rest
                shipper.notify()
                await self._drain(shipper)
            self._keeper.stop()
            for task in work[:1]:
                task.cancel()
            await asyncio.gather(*work, *self._tasks, return_exceptions=True)
            self._spool.close()
            _log.info("workstation stopped", spool_bytes=self._spool.used_bytes)

    async def _drain(self, shipper: Shipper) -> None:
        if not shipper.is_connected:
            return
        try:
            async with asyncio.timeout(DRAIN_S):
                await shipper.drained()
        except TimeoutError:
            _log.warning("premises has not everything yet", spool_bytes=self._spool.waiting_bytes)

    def _load_identity(self) -> Identity | None:
        if not self._config.plain:
            return self._identities.load(self._config.id, certified=True)
        self._identities.load_or_make_key()
        try:
            return self._identities.load(self._config.id)
        except NotFoundError:
            return None  # the first welcome says which site this is

    # What the shipper asks and tells (`playhead.workstation.shipper.Owner`)

    def status(self) -> Status:
        """As the premises shall see it."""
        status, orders = self._director.status(), self._orders
        if orders is None:
            return status
        reason, darkness = " ".join(filter(None, (status.reason, orders.problem))), orders.darkness
        return msgspec.structs.replace(
            status,
            reason=reason[:MAX_TEXT_CHARACTERS],
            blackouts=darkness.told,
            blackouts_expired=darkness.expired_count,
        )

    def clock_offset_us(self) -> int | None:
        """How far the premises' clock is ahead of ours, where that is known."""
        return self._server_clock.offset_us(self._clock.wall_us(), self._clock.monotonic_us())

    async def toggle_blackout(self) -> None:
        """The agent's own blackout, by hotkey: begin it, or end it.

        Raises:
            UnavailableError: ``workstation.not_running``, or it could not be kept.
        """
        if self._answers is None:
            raise UnavailableError("workstation.not_running", "The workstation does not run yet.")
        await self._answers.toggle()

    async def carry_out(self, command: Command) -> Result:
        """Do what the premises wants."""
        if self._orders is None:
            raise AssertionError("not running")
        result = await self._orders.carry_out(command)
        await self._set_aside.carry_out(command)
        await self._log_level.carry_out(command)
        return result

    def welcomed(self, welcome: Welcome) -> None:
        """Take note of the site and its key, and of its clock."""
        self.heard_time(welcome.wall_time_us)
        identity = self._writer.identity
        if identity is None or (str(identity.site), identity.site_key) != (welcome.site, welcome.site_key):
            self._spawn(self._learn(SiteId(welcome.site), welcome.site_key))

    def set_live(self, *, on: bool) -> None:
        """Somebody watches, or nobody does."""
        self._director.set_live(on=on)

    def heard_time(self, wall_time_us: int) -> None:
        """The premises has said what time it thinks it is: keep in the recording how far that is from ours."""
        wall_us, monotonic_us = self._clock.wall_us(), self._clock.monotonic_us()
        self._server_clock.add(wall_time_us, monotonic_us)
        offset_us = self._server_clock.news_us(wall_us, monotonic_us)
        if offset_us is None:
            return
        log = _log.warning if abs(offset_us) > CLOCKS_APART_US else _log.info
        log("the premises' clock is ahead of ours", by_s=round(offset_us / 1e6, 3))
        self._director.note("clock.offset", {"offset_us": offset_us})

    def cut(self) -> None:
        """Go on recording in another segment."""
        self._director.cut()

    def refused(self, segment: SpooledSegment, why: str) -> None:
        """What is being recorded will never be taken."""
        self._director.broken(segment, f"The premises refuses the recording: {why}", retry_us=REFUSED_RETRY_US)

    async def _learn(self, site: SiteId, site_key: bytes) -> None:
        """The site has another key; on plain TCP it may even be another site."""
        identity = self._writer.identity
        try:
            if self._config.plain or identity is None:
                await asyncio.to_thread(self._identities.save_plain, self._config.id, site, site_key)
            else:
                await asyncio.to_thread(self._identities.save_site_key, identity, site_key)
            self._writer.identity = await asyncio.to_thread(self._identities.load, self._config.id)
        except PlayheadError as error:
            _log.error("site key not kept", code=error.code, error=error.message)
            return
        _log.info("site key learnt", site=str(site))
        self._director.try_again()
        self._director.tick()

    # How

    def _wanted(self) -> Wanted:
        """Whether a recording is to be made."""
        if self._config.continuous:
            return "continuous"
        return "" if self._director.recording is None else "ordered"

    def _note_session(self, state: SessionState) -> None:
        if state != self._director.session:
            _log.info("session", state=state or "in use")
            self._director.session = state

    def _notify(self) -> None:
        self._keeper.notify()
        self._chronicle.look()
        if self._shipper is not None:
            self._shipper.notify()

    def _on_recording(self, recording: RecordingId) -> None:
        if self._orders is not None:
            self._orders.note_recording(recording)
        offset_us = self._server_clock.offset_us(self._clock.wall_us(), self._clock.monotonic_us())
        if offset_us is not None:  # once what is being written just now is
            details: Details = {"offset_us": offset_us}
            asyncio.get_running_loop().call_soon(self._director.note, "clock.offset", details)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("workstation failed beside its recording", task=task.get_name(), exc_info=error)
