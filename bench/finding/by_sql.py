"""The same questions, asked of SQLite itself: one statement each, with whichever index its planner takes."""

import sqlite3
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from finding.catalogue import GROUPS, MEMBERS, agent
from finding.questions import Params

GIVE_UP_S = 3.0
LOOK_AFTER = 100_000
"""Steps of SQLite's machine between two looks at the clock."""

_COLUMNS = {"agent": "agent_key", "workstation": "workstation_id", "site": "site", "state": "state"}
_BOUNDS = {
    "from": "started_at_us >= ?",
    "to": "started_at_us < ?",
    "minLength": "length_us >= ?",
    "maxLength": "length_us <= ?",
}
_WORD = (
    "(agent_key LIKE ? OR workstation_id LIKE ? "
    "OR EXISTS (SELECT 1 FROM tags t WHERE t.recording_id = recordings.id AND t.tag LIKE ?) "
    "OR EXISTS (SELECT 1 FROM bookmarks b WHERE b.recording_id = recordings.id AND b.shared AND b.words LIKE ?) "
    "OR EXISTS (SELECT 1 FROM holds h WHERE h.recording_id = recordings.id AND h.reason LIKE ?))"
)


class Peer:
    """A connection to the catalogue."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, check_same_thread=False)
        self._connection.execute("PRAGMA cache_size = -200000")
        self._until = 0.0
        self._connection.set_progress_handler(lambda: time.monotonic() > self._until, LOOK_AFTER)

    def ask(self, asked: Params, user: str) -> float:
        """How long the newest 51 took, in seconds; no longer than `GIVE_UP_S`."""
        conditions, values = _conditions(asked)
        if user == "supervisor":
            _one_of(conditions, values, "agent_key", [agent(MEMBERS + at) for at in range(MEMBERS)])
        where = " AND ".join(conditions) or "1"
        sql = f"SELECT id FROM recordings WHERE {where} ORDER BY started_at_us DESC, number DESC LIMIT 51"
        began = time.monotonic()
        self._until = began + GIVE_UP_S
        try:
            self._connection.execute(sql, values).fetchall()
        except sqlite3.OperationalError:
            return GIVE_UP_S
        return time.monotonic() - began


def _one_of(conditions: list[str], values: list[Any], column: str, wanted: list[str]) -> None:
    conditions.append(f"{column} IN ({', '.join('?' * len(wanted))})")
    values += wanted


def _conditions(asked: Params) -> tuple[list[str], list[Any]]:
    conditions: list[str] = []
    values: list[Any] = []
    for name, value in asked.items():
        several = [str(one) for one in value] if isinstance(value, list) else [str(value)]
        if name in _COLUMNS:
            _one_of(conditions, values, _COLUMNS[name], several)
        elif name == "group":
            number = int(several[0].partition("-")[2]) % GROUPS
            _one_of(conditions, values, "agent_key", [agent(number * MEMBERS + at) for at in range(MEMBERS)])
        elif name == "tag":
            marks = ", ".join("?" * len(several))
            conditions.append(f"id IN (SELECT recording_id FROM tags WHERE tag IN ({marks}))")
            values += several
        elif name in _BOUNDS:
            conditions.append(_BOUNDS[name])
            is_time = name in {"from", "to"}
            value_s = datetime.fromisoformat(several[0]).timestamp() if is_time else int(several[0])
            values.append(int(value_s * 1e6))
        elif name in {"gap", "blackout"}:
            conditions.append(f"has_{name} = {int(several[0] == 'true')}")
        elif name == "held":
            conditions.append(f"id {'' if several[0] == 'true' else 'NOT '}IN (SELECT recording_id FROM holds)")
        else:
            words = several[0].split()
            conditions += [_WORD] * len(words)
            values += [f"%{word}%" for word in words for _ in range(5)]
    return conditions, values
