"""What is answered to each request of one player, and the session that comes of it."""

import math
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from typing import Final

import structlog

from playhead.base.errors import InvalidInputError, LimitError, NotFoundError, PlayheadError, RefusedError
from playhead.base.ids import WorkstationId
from playhead.premises.native_players import metrics
from playhead.premises.native_players.access import Admitted, Identity, Shown
from playhead.premises.native_players.described import Described, describe
from playhead.premises.native_players.playing import Playing, Wire
from playhead.premises.native_players.refusals import refusal
from playhead.premises.native_players.rules import (
    SCALES,
    SPEEDS,
    Target,
    Window,
    early_us,
    lead_us,
    parse_address,
    ratio,
    window,
)
from playhead.premises.native_players.session import Order, Session, Shared
from playhead.premises.native_players.walks import Program
from playhead.store.catalogue import recordings
from playhead.wire import rtp, rtsp
from playhead.wire.rtsp import Request

PLAYER_CHARS_MAX: Final = 120
"""Of what a player calls itself, for the audit log."""

_log = structlog.get_logger()


class Conversation:
    """See the module. Requests are answered one after the other.

    Args:
        shared: with all others.
        wire: to the player.
        address: of the player.
        private: nobody on the way can read what is said.
    """

    def __init__(self, shared: Shared, wire: Wire, *, address: str, private: bool) -> None:
        self.core = rtsp.ServerCore(shared.config.timeout.us // 1_000_000)
        self.session: Session | None = None
        self._shared = shared
        self._wire = wire
        self._address = address
        self._private = private
        self._turn = ExitStack()
        self._identity: tuple[Shown, Identity] | None = None
        self._admitted: tuple[Target, Program, Admitted] | None = None
        self._described: tuple[Program, Described] | None = None
        self._asked = ("", "")
        """Number and address of the last PLAY."""
        self._methods: dict[str, Callable[[Request], Awaitable[bytes]]] = {
            "OPTIONS": self._options,
            "DESCRIBE": self._describe,
            "SETUP": self._set_up,
            "PLAY": self._play,
            "PAUSE": self._pause,
            "TEARDOWN": self._tear_down,
            "GET_PARAMETER": self._parameters,
            "SET_PARAMETER": self._parameters,
        }

    @property
    def is_known(self) -> bool:
        """Whether the player has shown who it is."""
        return self._admitted is not None

    async def answer(self, request: Request) -> bytes:
        """The answer to a request, to be sent before `proceed`."""
        refused = self.core.check(request)
        if refused is None:
            try:
                refused = await self._methods[request.method](request)
            except PlayheadError as error:
                refused = await self._refused(request, error)
        status = refused[9:12].decode()
        method = request.method if request.method in self._methods else "other"
        metrics.ANSWERS.labels(method, status).inc()
        return refused

    def proceed(self) -> None:
        """The answer is on its way: what it promised begins."""
        if self.session is not None and self.core.state is rtsp.State.PLAYING:
            self.session.begin()

    async def end(self) -> None:
        """The connection is over, and the session with it."""
        session, self.session = self.session, None
        self.core.end()
        if session is not None:
            await session.rest()
            metrics.SESSIONS.dec()
        self._turn.close()

    async def _options(self, request: Request) -> bytes:
        return self.core.answer(request, 200, {"Public": ", ".join(rtsp.METHODS)})

    async def _parameters(self, request: Request) -> bytes:
        """A sign of life (RFC 2326 §10.8); of parameters none is known."""
        if not request.body.strip():
            return self.core.answer(request, 200)
        return self.core.answer(request, 451, {"Content-Type": "text/parameters"}, request.body)

    async def _describe(self, request: Request) -> bytes:
        accepted = request.get("accept")
        if accepted and not any(one in accepted for one in ("application/sdp", "application/*", "*/*")):
            return self.core.answer(request, 406)
        target = parse_address(request.address)
        program, admitted = await self._admit(request, target)
        await program.refresh()  # where it is asked again, there may be more by now
        self._described = None
        described = await self._streams(program)
        body = rtsp.write_sdp(described.presentation(program, live=_is_live(target, admitted)))
        return self.core.answer(request, 200, {"Content-Base": target.base, "Content-Type": "application/sdp"}, body)

    async def _set_up(self, request: Request) -> bytes:
        target = parse_address(request.address)
        program, admitted = await self._admit(request, target)
        described = await self._streams(program)
        if self.session is not None and self.session.program.recording.id != program.recording.id:
            return self.core.answer(request, 455)
        if target.track is None:
            return self.core.answer(request, 459)
        if target.track not in described.streams:
            raise NotFoundError("rtsp.not_found", "There is no such track.")
        wanted = rtsp.interleaved(request.get("transport"))
        if wanted is None:
            return self.core.answer(request, 461)
        session = self.session or self._begin_session(request, program, admitted)
        session.outlets.pop(target.track, None)
        channels = session.channels_for(wanted)
        if channels is None:
            return self.core.answer(request, 461)
        outlet = session.set_up(target.track, channels)
        self.core.succeed("SETUP")
        told = {"Transport": rtsp.write_interleaved_transport(*channels, outlet.ssrc)}
        if request.version == rtsp.V2:
            told |= _properties(program, live=_is_live(target, admitted))
        return self.core.answer(request, 200, told)

    def _begin_session(self, request: Request, program: Program, admitted: Admitted) -> Session:
        self._turn.enter_context(self._shared.viewers.turn())
        self.session = Session(
            self._shared,
            program,
            admitted,
            self._wire,
            address=self._address,
            says_goodbye=request.version == rtsp.V1,
            on_over=self._over,
        )
        self.core.begin(self.session.id)
        metrics.SESSIONS.inc()
        return self.session

    async def _play(self, request: Request) -> bytes:
        session, target = self._aggregate(request)
        self._asked = request.get("cseq"), target.base
        is_new = session.playing is None or any(request.get(name) for name in ("range", "scale", "speed"))
        if is_new:
            order = await self._order(request, session, target)
            await self._shared.access.look_again(session.admitted, "live" if order.live else "play")
            await self._note(request, session, live=order.live)
            playing = await session.prepare(order)
        else:
            playing = session.playing
            assert playing is not None  # noqa: S101 - as is_new says
        self.core.succeed("PLAY")
        return self.core.answer(request, 200, self._played(request, session, playing, target))

    async def _order(self, request: Request, session: Session, target: Target) -> Order:
        program = session.program
        await program.refresh()
        wanted = rtsp.parse_range(request.get("range")) if request.get("range") else rtsp.Npt(None)
        scale, speed = ratio(request.get("scale"), SCALES), ratio(request.get("speed"), SPEEDS)
        wants_now = isinstance(wanted, rtsp.Npt) and wanted.now
        if _is_live(target, session.admitted) or (wants_now and not program.is_over):
            if "live" not in session.admitted.actions:
                raise RefusedError("access.refused", "You may not watch this live.")
            return Order(Window(program.length_us, None), live=True, lead_us=math.inf)
        if wants_now:
            raise InvalidInputError("rtsp.range_outside", "Nothing is recorded here now.")
        begun = 0 if session.playing is None else session.playing.position_us
        found = window(
            wanted, started_at_us=program.recording.started_at_us, length_us=program.length_us, from_us=begun
        )
        return Order(found, scale, speed, lead_us=lead_us(request.get("user-agent")))

    def _played(self, request: Request, session: Session, playing: Playing, target: Target) -> dict[str, str]:
        scale = playing.pace.scale
        early = early_us(request.get("user-agent"), playing.position_us, scale)
        position_us = playing.position_us - early
        begun_us = session.program.recording.started_at_us
        if request.get("range").lower().startswith("clock"):
            end_us = None if playing.end_us is None else begun_us + playing.end_us
            told: rtsp.Range = rtsp.Clock(begun_us + position_us, end_us)
        else:
            end_us = playing.end_us or (session.program.length_us if session.program.is_over else None)
            told = rtsp.Npt(position_us, end_us)
        timestamp = playing.timestamp(playing.position_us) - rtp.ticks(round(early / scale)) & 0xFFFF_FFFF
        is_new = request.version == rtsp.V2
        streams = (
            (f'url="{url}" ssrc={outlet.ssrc:08X}:' if is_new else f"url={url};")
            + f"seq={outlet.sequence & 0xFFFF};rtptime={timestamp}"
            for url, outlet in ((f"{target.base}track={track}", one) for track, one in session.outlets.items())
        )
        headers = {"Range": rtsp.write_range(told), "RTP-Info": ("," if not is_new else ", ").join(streams)}
        if request.get("scale"):
            headers["Scale"] = f"{scale:g}"
        if request.get("speed"):
            speed = f"{playing.pace.speed:g}"
            headers["Speed"] = f"{speed}-{speed}" if is_new else speed
        if is_new:
            headers["Seek-Style"] = "First-Prior"
        return headers

    async def _pause(self, request: Request) -> bytes:
        session, _ = self._aggregate(request)
        await session.rest()
        self.core.succeed("PAUSE")
        told = {} if session.playing is None else {"Range": rtsp.write_range(rtsp.Npt(session.playing.position_us))}
        return self.core.answer(request, 200, told)

    async def _tear_down(self, request: Request) -> bytes:
        target = parse_address(request.address)
        session = self._required()
        if target.track is not None and target.track in session.outlets and len(session.outlets) > 1:
            if session.is_playing:
                return self.core.answer(request, 460)
            session.outlets.pop(target.track)
            return self.core.answer(request, 200)
        answer = self.core.answer(request, 200, {"Connection": "close"} if request.version == rtsp.V1 else {})
        await self.end()
        return answer

    def _aggregate(self, request: Request) -> tuple[Session, Target]:
        """The session, where its address is one for all its streams.

        Raises:
            InvalidInputError: ``rtsp.aggregate``: it is for one of several.
            NotFoundError: ``rtsp.session``.
        """
        session = self._required()
        target = parse_address(request.address)
        if target.track is not None and set(session.outlets) != {target.track}:
            raise InvalidInputError("rtsp.aggregate", "Streams of a session are played together.")
        return session, target

    def _required(self) -> Session:
        if self.session is None:
            raise NotFoundError("rtsp.session", "There is no session.")
        return self.session

    async def _admit(self, request: Request, target: Target) -> tuple[Program, Admitted]:
        """What an address names, for somebody who may play it. Once shown, what opens it need not be shown again.

        Raises:
            PlayheadError: as `Access`, and where there is nothing.
        """
        shown = Shown(
            target.token,
            request.get("authorization"),
            self._address,
            request.get("user-agent")[:PLAYER_CHARS_MAX],
            self._private,
        )
        shows_nothing = not shown.token and not shown.authorization
        if self._admitted is not None and self._admitted[0] == target.whole:
            is_same = shows_nothing or (self._identity is not None and self._identity[0] == shown)
            if is_same:
                return self._admitted[1], self._admitted[2]
        if self._identity is None or self._identity[0] != shown:
            self._identity = shown, await self._shared.access.identify(shown)
        identity = self._identity[1]
        program = await self._program(target)
        admitted = await self._shared.access.admit(identity, program.recording)
        needed = "live" if target.workstation is not None or program.recording.ended_at_us is None else "play"
        if "play" not in admitted.actions and needed not in admitted.actions:
            raise RefusedError("access.refused", "You may not play this recording.")
        if target.workstation is not None and "live" not in admitted.actions:
            raise RefusedError("access.refused", "You may not watch this live.")
        self._admitted = target.whole, program, admitted
        return program, admitted

    async def _program(self, target: Target) -> Program:
        if target.recording is not None:
            return await Program.load(target.recording, self._shared.lookup)
        workstation = target.workstation
        assert workstation is not None  # noqa: S101 - a target is one or the other
        return await self._live_at(workstation)

    async def _live_at(self, workstation: WorkstationId) -> Program:
        async with self._shared.catalogue.reading() as connection:
            under_way = await recordings.list_unfinished(connection, workstation)
        if not under_way:
            raise NotFoundError("live.none", "Nothing is being recorded there now.")
        return await Program.load(under_way[0].id, self._shared.lookup)

    async def _streams(self, program: Program) -> Described:
        if self._described is None or self._described[0] is not program:
            self._described = program, await describe(program, self._shared.shelf)
        return self._described[1]

    async def _note(self, request: Request, session: Session, *, live: bool) -> None:
        """That it was opened is noted before anything is sent."""
        action = "recording.watched" if live else "recording.viewed"
        player = request.get("user-agent")[:PLAYER_CHARS_MAX] or "unknown"
        details = {"by": "rtsp", "player": player}
        subject = str(session.program.recording.id)
        await self._shared.audit.note_once(str(session.admitted.user), action, subject, self._address, details)

    async def _refused(self, request: Request, error: PlayheadError) -> bytes:
        status, headers = refusal(error, version=request.version, private=self._private)
        if isinstance(error, RefusedError | LimitError):
            metrics.REFUSALS.labels(error.code).inc()
        if isinstance(error, RefusedError) and error.code != "access.none":
            user = "unknown" if self._identity is None else str(self._identity[1].user)
            details = {"code": error.code, "by": "rtsp"}
            await self._shared.audit.refuse(user, "media.refused", _subject(request.address), self._address, details)
        body = f"{error.code}: {error}\n".encode()
        return self.core.answer(request, status, {**headers, "Content-Type": "text/plain;charset=utf-8"}, body)

    async def _over(self, fault: PlayheadError | None) -> None:
        """What was played has come to its end."""
        session = self.session
        if session is None:
            return
        if fault is not None:
            subject = str(session.program.recording.id)
            details = {"code": fault.code, "by": "rtsp"}
            if isinstance(fault, RefusedError):
                user = str(session.admitted.user)
                await self._shared.audit.refuse(user, "media.refused", subject, self._address, details)
            self._wire.close()
            return
        self.core.pause()
        if self.core.version == rtsp.V2 and session.playing is not None:
            number, address = self._asked
            told = {
                "Notify-Reason": "end-of-stream",
                "Request-Status": f'cseq={number} status=200 reason="OK"',
                "Range": rtsp.write_range(rtsp.Npt(session.playing.start_us, session.playing.position_us)),
            }
            self._wire.write(self.core.notice(address, told))


def _is_live(target: Target, admitted: Admitted) -> bool:
    """Whether somebody is shown what is recorded now, and nothing before."""
    return target.workstation is not None or "play" not in admitted.actions


def _subject(address: str) -> str:
    """What an address is about, without what is secret in it."""
    try:
        target = parse_address(address)
    except PlayheadError:
        return ""
    return str(target.recording or target.workstation or "")


def _properties(program: Program, *, live: bool) -> dict[str, str]:
    """What RTSP 2.0 wants to be told of media (RFC 7826 §18.29, §18.30)."""
    if live:
        return {
            "Accept-Ranges": rtsp.ACCEPTED,
            "Media-Properties": "No-Seeking, Time-Progressing, Time-Duration=0.0",
            "Media-Range": "npt=now-",
        }
    kind = "Immutable" if program.is_over else "Time-Progressing"
    low, high = SCALES
    return {
        "Accept-Ranges": rtsp.ACCEPTED,
        "Media-Properties": f'Random-Access=0.0, {kind}, Unlimited, Scales="{low:g}:{high:g}"',
        "Media-Range": rtsp.write_range(rtsp.Npt(0, program.length_us)),
    }
