"""The logs of the made-up premises: the server's own question, answer and followers over a list of lines."""

import asyncio
from dataclasses import dataclass, field

from playhead.base.instants import rfc3339
from playhead.domain.logs import Cursor, Level, LogLine, LogPage, LogQuery
from playhead.portal.api.logs_models import log_item, log_list
from web.wire import Answer, Request, json_answer, refusal

START_US = 1_795_442_400_000_000
"""2026-11-23T14:00:00Z."""


def said(second, text, **more):
    """A line of so many seconds after `START_US`."""
    values = {"level": "info", "workstation": "desk-7", "service": "shipper", "proven": True, **more}
    return LogLine(at=rfc3339(START_US + round(second * 1_000_000)), text=text, **values)


@dataclass
class LogLines:
    """Attributes change what it does, as in `Premises`."""

    lines: list[LogLine] = field(default_factory=list)
    refuse: tuple | None = None
    """What questions are refused with."""
    slow_to: str = ""
    """Looking takes too long: the first page says so with this instant, and holds nothing."""
    asked: list[dict[str, str]] = field(default_factory=list)
    raised: list[dict] = field(default_factory=list)
    """Those that say more for a while."""
    _followers: list[tuple[LogQuery, asyncio.Queue]] = field(default_factory=list)

    def say(self, *lines):
        """They come, in this order."""
        for one in lines:
            numbered = LogLine(**{name: getattr(one, name) for name in one.__struct_fields__} | {"n": self._next()})
            self.lines.append(numbered)
            for query, queue in self._followers:
                if query.matches(numbered):
                    queue.put_nowait(f"event: line\ndata: {log_item(numbered).model_dump_json(by_alias=True)}\n\n")

    def _next(self):
        return len(self.lines) + 1

    def lose(self, count):
        """So many came too fast to be told."""
        for _, queue in self._followers:
            queue.put_nowait(f"event: lost\ndata: {count}\n\n")

    @property
    def followed(self):
        """How many pages follow."""
        return len(self._followers)

    def answer(self, request: Request) -> Answer | None:
        """The answer to a request about the logs, or None."""
        if not request.path.startswith("/api/logs"):
            return None
        if request.path.startswith("/api/logs/levels"):
            return self._levels(request)
        self.asked.append(dict(request.query))
        if self.refuse is not None:
            return refusal(*self.refuse)
        query = _query(request.query)
        match request.path.split("/")[3:]:
            case []:
                page = self._page(query, request.query)
                return Answer(log_list(page).model_dump_json(by_alias=True).encode(), 200, "application/json")
            case ["tail"]:
                return Answer(self._tail(query), media_type="text/event-stream")
        return None

    def _levels(self, request):
        match request.method, request.path.split("/")[4:]:
            case "POST", []:
                order = request.json()
                until = rfc3339(START_US + order.pop("lengthMs") * 1000)
                state = {"by": "sam", "since": rfc3339(START_US), "until": until, "state": "in_force", "problem": ""}
                self.raised.append(order | state)
            case "DELETE", [kind, name]:
                self.raised = [one for one in self.raised if (one["kind"], one["name"]) != (kind, name)]
        return json_answer({"items": self.raised, "services": ["premises", "screen"], "lengthMsMax": 86_400_000})

    def _page(self, query, asked):
        limit = int(asked.get("limit", "100"))
        before = Cursor.parse(asked["before"]) if "before" in asked else None
        if self.slow_to and before is None:
            return LogPage((), Cursor(self.slow_to, 0), self.slow_to)
        found = sorted((one for one in self.lines if query.matches(one)), key=lambda one: one.key, reverse=True)
        found = [one for one in found if before is None or one.key < (before.at, before.n)]
        return LogPage(tuple(found[:limit]), Cursor(*found[limit - 1].key) if len(found) > limit else None)

    async def _tail(self, query):
        queue: asyncio.Queue = asyncio.Queue()
        self._followers.append((query, queue))
        try:
            yield b"retry: 200\n: follow\n\n"
            while True:
                yield (await queue.get()).encode()
        finally:
            self._followers.remove((query, queue))


def _query(asked):
    return LogQuery(
        since=_instant(asked.get("from", "")),
        until=_instant(asked.get("to", "")),
        workstation=asked.get("workstation"),
        service=asked.get("service"),
        level=Level.named(asked.get("level", "debug")),
        text=asked.get("q", ""),
        interaction=asked.get("interaction", ""),
    )


def _instant(text):
    """As the store compares it: a page's instants are of milliseconds."""
    return text.replace("Z", "000Z") if text else ""
