"""A premises server that is made up: the portal's HTTP contract over footage, with faults on demand."""

import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from playhead.portal.pages import STATIC
from playhead.wire import fmp4
from web import small
from web.footage import Segment
from web.kept import Kept
from web.log_lines import LogLines
from web.operation import Operation
from web.shelf import Shelf
from web.surroundings import Surroundings
from web.wire import Answer, Request, Server, json_answer, refusal

EPOCH_US = 1_795_600_800_000_000
"""When recordings begin, unless they are being made now."""
USER, PASSWORD = "sam", "correct horse battery"

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


def instant(at_us):
    return datetime.fromtimestamp(at_us / 1_000_000, UTC).isoformat().replace("+00:00", "Z")


@dataclass
class Recording:
    """A recording. While ``live``, it has come as far as the time since `begin`."""

    id: str
    agent: str
    segments: list[Segment]
    workstation: str = "ws-01"
    state: str = "complete"
    started_at_us: int = EPOCH_US
    gaps: list[dict] = field(default_factory=list)
    second: list[Segment] = field(default_factory=list)
    """The same segments as a second monitor shows them; their records have numbers of their own."""
    ahead_us: int = 0
    began: float = 0.0
    frozen_us: int | None = None
    frozen: float = 0.0
    tags: list[str] = field(default_factory=list)
    held: bool = False
    blackout: bool = False
    site: str = "site-1"
    length_us: int | None = None
    """Of a recording without footage, which can be listed and not played."""

    def begin(self, ahead_s=0.0):
        """It is being made from now on, and has come ``ahead_s`` already."""
        self.state, self.ahead_us, self.began = "recording", round(ahead_s * 1_000_000), time.monotonic()
        self.started_at_us = time.time_ns() // 1000 - self.ahead_us
        return self

    @property
    def live(self):
        return self.state == "recording"

    @property
    def known_us(self):
        """Position up to which everything is durable."""
        if self.frozen_us is not None:
            return self.frozen_us
        if self.length_us is not None:
            return self.length_us
        end_us = max(segment.offset_us + segment.covered_us for segment in self.segments)
        if not self.live:
            return end_us
        return min(end_us, self.ahead_us + round((time.monotonic() - self.began) * 1_000_000))

    def freeze(self):
        """Nothing more becomes durable."""
        self.frozen_us, self.frozen = self.known_us, time.monotonic()

    def finish(self):
        self.freeze()
        self.state = "complete"

    @property
    def progress_age_ms(self):
        if not self.live:
            return None
        return 0 if self.frozen_us is None else round((time.monotonic() - self.frozen) * 1000)

    def covered_us(self, segment):
        return max(0, min(segment.covered_us, self.known_us - segment.offset_us))

    def pieces(self, segment):
        return [piece for piece in segment.pieces if piece.at_us <= self.covered_us(segment)]

    def open_end(self, segment):
        return self.live and segment is self.segments[-1]

    def piece(self, segment, piece):
        index = segment.pieces.index(piece)
        known = index + 1 < len(self.pieces(segment))
        end_us = segment.piece_end_us(index, open_end=self.open_end(segment)) if known else None
        if not known and not self.open_end(segment):
            end_us = self.covered_us(segment)
        return piece.media if end_us is None else fmp4.ending_at(piece.media, end_us)

    def item(self):
        end_us = None if self.live else self.started_at_us + self.known_us
        return {
            "id": self.id,
            "workstation": {"id": self.workstation, "name": self.workstation},
            "agent": self.agent,
            "state": self.state,
            "startedAt": instant(self.started_at_us),
            "endedAt": None if end_us is None else instant(end_us),
            "durationMs": self.known_us // 1000,
            "bytes": sum(len(piece.media) for segment in self.segments for piece in self.pieces(segment)),
            "live": self.live and self.frozen_us is None,
            "gaps": len(self.gaps),
            "tags": list(self.tags),
            "held": self.held,
            "blackout": self.blackout,
            "site": self.site,
            "progressAgeMs": self.progress_age_ms,
        }

    def index(self):
        return {
            "recording": self.id,
            "state": self.state,
            "startedAtUs": self.started_at_us,
            "nowUs": self.known_us,
            "durationUs": self.known_us,
            "tracks": [{"id": 1, "name": "DP-1"}, {"id": 2, "name": "HDMI-1"}][: 2 if self.second else 1],
            "segments": [self._segment(one) for one in self.segments if self.covered_us(one) > 0],
            "gaps": self.gaps,
        }

    def monitor(self, segment, track):
        """What one of the monitors shows of a segment."""
        return segment if track == 1 else self.second[self.segments.index(segment)]

    def _columns(self, segment):
        pieces = self.pieces(segment)
        return {
            "record": [one.record for one in pieces],
            "atUs": [one.at_us for one in pieces],
            "epoch": [one.epoch for one in pieces],
            "key": [int(one.key) for one in pieces],
            "bytes": [len(one.media) for one in pieces],
        }

    def _segment(self, segment):
        monitors = {track: self.monitor(segment, track) for track in ((1, 2) if self.second else (1,))}
        return {
            "id": segment.id,
            "offsetUs": segment.offset_us,
            "sealed": not self.open_end(segment),
            "coveredUs": self.covered_us(segment),
            "epochs": [
                epoch_item(one, track)
                for track, shown in monitors.items()
                for one in shown.epochs
                if one.at_us <= self.covered_us(segment)
            ],
            "pieces": {str(track): self._columns(shown) for track, shown in monitors.items()},
            **small.index_items(segment, self.covered_us(segment)),
            "markers": [one for one in segment.markers if one["atUs"] <= self.covered_us(segment)],
        }


def epoch_item(epoch, track=1):
    return {
        "track": track,
        "epoch": epoch.epoch,
        "record": epoch.record,
        "atUs": epoch.at_us,
        "codec": fmp4.codec_string(epoch.init),
        "width": epoch.width,
        "height": epoch.height,
    }


@dataclass
class Workstation:
    id: str
    agent: str = ""
    state: str = "idle"
    recording: str | None = None
    reason: str = ""
    requests: list[dict] = field(default_factory=list)
    """Who asks for a blackout here."""

    def item(self):
        return {
            "id": self.id,
            "name": self.id,
            "connected": self.state != "offline",
            "since": instant(time.time_ns() // 1000),
            "state": self.state,
            "recording": self.recording,
            "agent": self.agent,
            "blackout": self.state == "blackout",
            "blackoutReason": self.reason if self.state == "blackout" else "",
            "blackoutRequests": list(self.requests),
            "reason": self.reason,
            "fps": 5.0,
            "progressAgeMs": None,
            "spoolBytes": 0,
            "monitors": ["DP-1"],
            "version": "1",
            "lastSeenAt": instant(time.time_ns() // 1000),
        }


class Premises:
    """Both ports. Attributes change what it does, between two requests or in the middle of one."""

    def __init__(self, recordings=(), workstations=()):
        self.recordings = {one.id: one for one in recordings}
        self.workstations = {one.id: one for one in workstations}
        self.web = Server(self._answer)
        self.tokens = Server(self._token)
        self.counts: Counter[str] = Counter()
        self.token_life_s = 60.0
        self.permissions = ["view", "play", "live", "record", "blackout_on", "blackout_off"]
        self.capabilities = [
            "coverage",
            "environment",
            "erasing",
            "exports",
            "log_levels",
            "logs",
            "quarantine",
            "retention",
        ]
        self.signed_in = False
        self.refuse_tokens: tuple | None = None
        self.live_delay_s = 0.05
        self.live_length_s = 300.0
        self.answer_delay_s = 0.0
        self.silent = False
        """Connections stay, and nothing comes: as with a cable that was pulled."""
        self.page_items = 50
        self.kept = Kept("Sam Rivera")
        self.shelf = Shelf(self.recordings, self.workstations)
        self.operation = Operation(self.recordings)
        self.surroundings = Surroundings()
        self.logs = LogLines()
        self._issued: dict[str, float] = {}
        self._followers: set[asyncio.Queue] = set()
        self.changed = asyncio.Event()

    async def start(self):
        await self.web.start()
        await self.tokens.start()

    async def stop(self):
        await self.web.stop()
        await self.tokens.stop()

    @property
    def origin(self):
        return self.web.origin

    @property
    def policy(self):
        """The content security policy of the portal's pages, as strict as the real one."""
        return (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
            f"media-src 'self' blob:; connect-src 'self' {self.tokens.origin}; font-src 'self'; "
            "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        )

    def publish(self, thing):
        """Tells the pages that follow that a recording or workstation changed."""
        if isinstance(thing, Recording):
            self.recordings[thing.id] = thing
        else:
            self.workstations[thing.id] = thing
        event = "recordings" if isinstance(thing, Recording) else "workstations"
        for queue in self._followers:
            queue.put_nowait(f"event: {event}\ndata: {json.dumps(thing.item())}\n\n".encode())

    def tell(self, event, item):
        """Tells the pages that follow something else."""
        for queue in self._followers:
            queue.put_nowait(f"event: {event}\ndata: {json.dumps(item)}\n\n".encode())

    def forget_tokens(self):
        """As after a change of keys."""
        self._issued.clear()

    # ---- port 2020

    async def _answer(self, request: Request):
        self.counts[request.path.split("?")[0]] += 1
        if request.path.startswith("/media/"):
            return await self._media(request)
        if request.path.startswith("/api/"):
            return await self._api(request)
        return self._page(request)

    def _page(self, request):
        path = STATIC / request.path.lstrip("/")
        if "." not in Path(request.path).name:
            path = STATIC / "index.html"
        if not path.is_file() or STATIC not in path.resolve().parents:
            return refusal(404, "page.not_found", "There is no such page.")
        headers = {"content-security-policy": self.policy, "x-content-type-options": "nosniff"}
        return Answer(path.read_bytes(), 200, _TYPES[path.suffix], headers)

    async def _api(self, request):
        if request.path == "/api/session":
            return self._session(request)
        if not self.signed_in or request.cookies.get("playhead_session") != "yes":
            return refusal(401, "session.none", "You are not signed in.")
        if request.method != "GET" and request.headers.get("x-csrf-token") != "csrf":
            return refusal(403, "session.csrf", "The request did not come from this page.")
        for part in (self.kept, self.shelf, self.operation, self.logs):
            if (answer := part.answer(request)) is not None:
                return answer
        if (answer := await self.surroundings.answer(request)) is not None:
            return answer
        if request.path == "/api/events":
            return Answer(self._events(), media_type="text/event-stream")
        if request.path == "/api/workstations":
            return json_answer({"items": [one.item() for one in self.workstations.values()]})
        if request.path == "/api/recordings":
            return self.shelf.page(request, self.page_items)
        if request.path.startswith("/api/recordings/"):
            found = self.recordings.get(request.path.rpartition("/")[2])
            return json_answer(found.item()) if found else _no_recording()
        if request.path.endswith("/blackout"):
            return self._blackout(request)
        return self._record(request)

    def _session(self, request):
        item = {
            "user": {"name": USER, "displayName": "Sam Rivera", "role": "x", "permissions": self.permissions},
            "capabilities": self.capabilities,
            "csrfToken": "csrf",
            "tokenUrl": f"{self.tokens.origin}/token",
            "site": "site-1",
            "expiresAt": instant(time.time_ns() // 1000 + 3_600_000_000),
        }
        if request.method == "POST":
            if request.json() != {"user": USER, "password": PASSWORD}:
                return refusal(401, "session.refused", "The name or the password is wrong.")
            self.signed_in = True
            return json_answer(item, **{"set-cookie": "playhead_session=yes; HttpOnly; SameSite=Strict; Path=/"})
        if request.method == "DELETE":
            self.signed_in = False
            return Answer(b"", 204)
        if not self.signed_in or request.cookies.get("playhead_session") != "yes":
            return refusal(401, "session.none", "You are not signed in.")
        return json_answer(item)

    def _record(self, request):
        workstation = self.workstations[request.path.split("/")[3]]
        if workstation.state == "offline":
            return refusal(503, "workstation.offline", "The workstation is not connected.", "It may be switched off.")
        start = request.json()["action"] == "start"
        workstation.state = "recording" if start else "idle"
        workstation.recording = "new" if start else None
        self.publish(workstation)
        return json_answer({"recording": workstation.recording})

    def _blackout(self, request):
        workstation, body = self.workstations[request.path.split("/")[3]], request.json()
        if body["on"]:
            minutes, now_us = body.get("minutes"), time.time_ns() // 1000
            until = None if minutes is None else instant(now_us + minutes * 60_000_000)
            asked = {"source": "api", "by": USER, "reason": body["reason"], "since": instant(now_us), "until": until}
            workstation.requests.append(asked)
            workstation.state = "blackout"
        else:
            ends_any = "blackout_off" in self.permissions
            mine = [one for one in workstation.requests if ends_any or one["by"] == USER]
            workstation.requests = [one for one in workstation.requests if one not in mine]
            if not workstation.requests:
                workstation.state = "recording" if workstation.recording else "idle"
        self.publish(workstation)
        return json_answer({})

    async def _events(self):
        queue: asyncio.Queue = asyncio.Queue()
        self._followers.add(queue)
        try:
            yield b"retry: 200\n: follow\n\n"
            while True:
                yield await queue.get()
        finally:
            self._followers.discard(queue)

    # ---- media

    async def _media(self, request):
        await asyncio.sleep(self.answer_delay_s)
        await self._spoken()
        recording = self.recordings.get(request.path.split("/")[2])
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self._issued.get(token, 0.0) < time.monotonic():
            self.counts["refused"] += 1
            return refusal(401, "token.expired", "The token has ended.")
        if recording is None:
            return _no_recording()
        match request.path.split("/")[3:]:
            case ["index"]:
                return json_answer(recording.index())
            case ["live"]:
                return Answer(self._live(recording, request.query.get("after")))
            case [segment_id, "init"]:
                segment = next(one for one in recording.segments if one.id == segment_id)
                segment = recording.monitor(segment, int(request.query["track"]))
                return Answer(segment.epochs[int(request.query["epoch"])].init, media_type="video/mp4")
            case [segment_id, "pieces"]:
                segment = next(one for one in recording.segments if one.id == segment_id)
                segment = recording.monitor(segment, int(request.query["track"]))
                first, last = int(request.query["from"]), int(request.query["to"])
                found = [one for one in recording.pieces(segment) if first <= one.record <= last]
                return Answer(b"".join(recording.piece(segment, one) for one in found), media_type="video/mp4")
            case [segment_id, "thumbnails" | "sprites" as kind, record]:
                segment = next(one for one in recording.segments if one.id == segment_id)
                make = small.sprite_at if kind == "sprites" else small.thumbnail_at
                jpeg = make(segment, recording.covered_us(segment), int(record))
                if jpeg is not None:
                    return Answer(jpeg, media_type="image/jpeg")
        return refusal(404, "media.not_found", "There is no such record.")

    async def _spoken(self):
        while self.silent:
            await asyncio.sleep(0.05)

    async def _live(self, recording, after):
        def event(facts):
            return _message(1, json.dumps(facts).encode())

        segment_id, _, record = (after or ":").partition(":")
        order = [one.id for one in recording.segments]
        sent = {one.id: -1 for one in recording.segments}
        if segment_id in order:
            for earlier in order[: order.index(segment_id)]:
                sent[earlier] = 1 << 40
            sent[segment_id] = int(record)
        told = {segment_id}
        state, until, progress_at = None, time.monotonic() + self.live_length_s, 0.0
        while True:
            for segment in recording.segments:
                if recording.covered_us(segment) <= 0:
                    continue
                if segment.id not in told and sent[segment.id] < 0:
                    told.add(segment.id)
                    yield event({"kind": "segment", "id": segment.id, "offsetUs": segment.offset_us})
                for epoch in segment.epochs:
                    if epoch.record > sent[segment.id] and epoch.at_us <= recording.covered_us(segment):
                        yield event({"kind": "epoch", "segment": segment.id, **epoch_item(epoch)})
                for piece in recording.pieces(segment):
                    if piece.record <= sent[segment.id]:
                        continue
                    sent[segment.id] = piece.record
                    facts = {"record": piece.record, "atUs": piece.at_us, "epoch": piece.epoch, "key": piece.key}
                    facts |= {"kind": "piece", "segment": segment.id, "track": 1, "spanUs": piece.span_us}
                    yield event(facts | {"bytes": len(piece.media)}) + _message(2, recording.piece(segment, piece))
            if recording.state != state:
                state = recording.state
                yield event({"kind": "state", "state": state})
            if state == "complete":
                return
            if time.monotonic() >= until:
                yield event({"kind": "renew"})
                return
            if time.monotonic() - progress_at >= 1.0:
                progress_at = time.monotonic()
                newest = [one for one in recording.segments if recording.covered_us(one) > 0][-1]
                covered_us = recording.covered_us(newest)
                facts = {"segment": newest.id, "coveredUs": covered_us, "nowUs": recording.known_us}
                yield event({"kind": "progress", **facts})
            await asyncio.sleep(self.live_delay_s)
            await self._spoken()

    # ---- port 5650

    async def _token(self, request):
        headers = {
            "access-control-allow-origin": self.web.origin,
            "access-control-allow-credentials": "true",
            "access-control-allow-headers": "content-type, x-csrf-token, x-playhead-page",
            "vary": "origin",
        }
        if request.method == "OPTIONS":
            return Answer(b"", 204, headers=headers)
        self.counts["token"] += 1
        if self.refuse_tokens is not None:
            answer = refusal(*self.refuse_tokens)
        elif not self.signed_in or request.cookies.get("playhead_session") != "yes":
            answer = refusal(401, "session.none", "You are not signed in.")
        else:
            token = f"token-{self.counts['token']}"
            self._issued[token] = time.monotonic() + self.token_life_s
            expires_at = instant(time.time_ns() // 1000 + round(self.token_life_s * 1_000_000))
            answer = json_answer({"token": token, "expiresAt": expires_at})
        answer.headers |= headers
        return answer


def _message(kind, payload):
    return bytes((kind,)) + len(payload).to_bytes(4, "big") + payload


def _no_recording():
    return refusal(404, "recording.not_found", "There is no such recording.", "It may have been deleted.")
