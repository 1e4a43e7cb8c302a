"""What this process of the cloud has said about recordings: it stands in a site's timeline of one, among its lines.

In memory alone: the newest since the process began. Its whole log goes where the process writes it.
"""

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from playhead.base import logs
from playhead.base.clock import Clock
from playhead.base.ids import TenantId
from playhead.base.instants import from_rfc3339, rfc3339
from playhead.domain.logs import Cursor, Level, LogLine, LogQuery

LINES_MAX: Final = 10_000
"""About recordings; then the oldest goes."""

NUMBERS_FROM: Final = 1 << 40
"""Numbers of these lines: no site's store has as many."""


@dataclass(frozen=True, slots=True)
class _Own:
    tenant: str
    line: LogLine


class OwnLines:
    """Keeps lines that name a tenant and a recording, from its making on until `close`.

    Args:
        clock: stamps them.
    """

    def __init__(self, clock: Clock) -> None:
        self._lines: deque[_Own] = deque(maxlen=LINES_MAX)
        self._count = NUMBERS_FROM
        self._lock = threading.Lock()
        self.close = logs.keep(clock, self.add)
        """Keep none any more."""

    def add(self, said: logs.Said) -> None:
        """Have a line kept where it belongs here; in any thread."""
        tenant, recording = said.fields.get("tenant"), said.fields.get("recording")
        if not tenant or not recording:
            return
        with self._lock:
            self._count += 1
            line = LogLine(
                at=said.at,
                n=self._count,
                level=said.level,
                workstation="",
                service="cloud",
                text=said.text,
                interaction=recording,
                proven=True,
                fields=dict(said.fields),
            )
            self._lines.append(_Own(tenant, line))

    def find(self, tenant: TenantId, query: LogQuery) -> list[LogLine]:
        """A tenant's lines about an interaction, newest first."""
        with self._lock:
            found = [one.line for one in self._lines if one.tenant == str(tenant) and query.matches(one.line)]
        return sorted(found, key=lambda line: line.key, reverse=True)


def query_of(asked: Mapping[str, str]) -> LogQuery | None:
    """What a page of ``/api/logs`` is asked for, where it is a timeline in which lines of the cloud may stand."""
    if not asked.get("interaction") or asked.get("workstation") or asked.get("service"):
        return None
    since, until = (rfc3339(from_rfc3339(at)) if (at := asked.get(name)) else "" for name in ("from", "to"))
    level = Level.named(asked.get("level") or "debug")
    return LogQuery(since=since, until=until, level=level, text=asked.get("q", ""), interaction=asked["interaction"])


def merged(page: Mapping[str, Any], own: Sequence[LogLine], before: str | None) -> dict[str, Any]:
    """A site's page with those of our lines that fall into its time.

    Args:
        page: as ``/api/logs`` answers.
        own: newest first.
        before: where the page begins; None at the newest.
    """
    items: list[dict[str, Any]] = list(page["items"])
    newest = None if before is None else Cursor.parse(before).at
    oldest = Cursor.parse(items[-1]["id"]).at if page["next"] is not None and items else ""
    fit = [line for line in own if (newest is None or line.at < newest) and line.at >= oldest]
    every = [*items, *(_item(line) for line in fit)]
    return {**page, "items": sorted(every, key=lambda item: Cursor.parse(item["id"]), reverse=True)}


def _item(line: LogLine) -> dict[str, Any]:
    """A line as ``/api/logs`` tells of it."""
    return {
        "id": str(Cursor(*line.key)),
        "at": line.at,
        "level": line.level,
        "workstation": line.workstation,
        "proven": line.proven,
        "address": line.address,
        "service": line.service,
        "process": line.process,
        "interaction": line.interaction,
        "text": line.text,
        "receivedAt": None,
        "saidAt": None,
        "fields": line.fields,
    }
