"""What the made-up premises keeps for people: bookmarks, downloads, and why they may do what they may."""

import asyncio
import itertools
import time
from dataclasses import dataclass, field

from web.wire import Answer, Request, json_answer, refusal


@dataclass
class Kept:
    """Bookmarks and downloads of a premises. Attributes change how a download goes."""

    user: str
    bookmarks: list[dict] = field(default_factory=list)
    exports: dict[str, dict] = field(default_factory=dict)
    export_failure: str | None = None
    export_steps: list[float] = field(default_factory=lambda: [0.25, 0.75])
    """How far a download is at each question, before it is ready."""
    why: dict[str, dict] = field(default_factory=dict)
    ordered: list[dict] = field(default_factory=list)
    given_up: asyncio.Event = field(default_factory=asyncio.Event)
    _numbers: itertools.count = field(default_factory=lambda: itertools.count(1))

    def add(self, recording, at_ms, text, *, end_ms=None, shared=False, by=None):
        number = next(self._numbers)
        mine = by is None
        item = {"id": f"b{number}", "recording": recording, "atMs": at_ms, "endMs": end_ms, "text": text}
        item |= {"shared": shared, "by": by or self.user, "mine": mine, "createdAt": f"2026-11-02T10:00:{number:02}Z"}
        self.bookmarks.append(item)
        return item

    def answer(self, request: Request) -> Answer | None:
        """The answer to a request about any of this, or None."""
        match request.path.split("/")[2:]:
            case ["bookmarks"]:
                return self._list(request) if request.method == "GET" else self._keep(request)
            case ["bookmarks", identifier]:
                return self._change(request, identifier)
            case ["exports"]:
                return self._order(request)
            case ["exports", identifier, *rest]:
                return self._export(request, identifier, rest)
            case ["recordings", _, "why"]:
                return json_answer({"allowed": True, "actions": self.why})
        return None

    def _list(self, request):
        wanted, words = request.query.get("recording"), request.query.get("q", "").lower().split()
        found = [
            one
            for one in self.bookmarks
            if wanted in {None, one["recording"]} and all(word in one["text"].lower() for word in words)
        ]
        return json_answer({"items": found, "next": None})

    def _keep(self, request):
        body = request.json()
        if len(body["text"]) > 200:
            return refusal(400, "bookmark.too_long", "That is too long.")
        item = self.add(body["recording"], body["atMs"], body["text"], end_ms=body["endMs"], shared=body["shared"])
        return json_answer(item, 201)

    def _change(self, request, identifier):
        found = next((one for one in self.bookmarks if one["id"] == identifier), None)
        if found is None:
            return refusal(404, "bookmark.not_found", "There is no such bookmark.")
        if request.method == "DELETE":
            self.bookmarks.remove(found)
            return Answer(b"", 204)
        found |= request.json()
        return json_answer(found)

    def _order(self, request):
        body = request.json()
        self.ordered.append(body)
        identifier = f"e{len(self.ordered)}"
        self.exports[identifier] = {"asked": 0, "began": time.monotonic()}
        return json_answer({"id": identifier}, 202)

    def _export(self, request, identifier, rest):
        job = self.exports.get(identifier)
        if job is None:
            return refusal(404, "export.gone", "There is no such download.")
        if request.method == "DELETE":
            del self.exports[identifier]
            self.given_up.set()
            return Answer(b"", 204)
        if rest == ["file"]:
            headers = {"content-disposition": 'attachment; filename="recording.mp4"'}
            return Answer(b"an mp4 of the recording", 200, "video/mp4", headers)
        asked, job["asked"] = job["asked"], job["asked"] + 1
        if asked < len(self.export_steps):
            return json_answer({"state": "working", "done": self.export_steps[asked], "bytes": 1_000_000})
        if self.export_failure is not None:
            return json_answer({"state": "failed", "done": 0.5, "bytes": 0, "code": self.export_failure})
        url = f"/api/exports/{identifier}/file"
        return json_answer({"state": "ready", "done": 1, "bytes": 2_000_000, "url": url})
