"""The columns of events and of their sums, as SQL of DuckDB.

Times are kept in tenths of a second: what people see, and half the room. Both ends of a stretch are rounded, not its
length, so that what touched still touches and nothing adds up.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

TENTH_US: Final = 100_000
SLOT_US: Final = 900_000_000
"""Sums are kept by quarter of an hour: in every time zone a day begins with one."""
SLOT: Final = SLOT_US // TENTH_US
DAY_SLOTS: Final = 96
LINE_BYTES_MAX: Final = 32 << 20
"""Of a log; a batch of the greatest size, with what is written beside it."""

EVENTS: Final = (
    "workstation", "spool", "sequence", "kind", "from_ds", "lasts_ds", "agent", "application", "title", "url",
    "monitor", "keys", "clicks", "rule", "action", "detail", "switches",
)  # fmt: skip
"""In this order in files. ``from_ds`` is tenths of a second since 1970, ``lasts_ds`` how many it lasted."""
USAGE: Final = (
    "slot", "workstation", "agent", "application", "active_ds", "idle_ds", "locked_ds", "away_ds", "stretches",
    "switches", "keys", "clicks",
)  # fmt: skip
"""Of sums. ``slot`` is quarters of an hour since 1970."""

_MEMBERS: Final = {
    "sequence": "BIGINT", "kind": "VARCHAR", "from_us": "BIGINT", "lasts_us": "BIGINT", "agent": "VARCHAR",
    "application": "VARCHAR", "title": "VARCHAR", "url": "VARCHAR", "monitor": "UTINYINT", "keys": "INTEGER",
    "clicks": "INTEGER", "rule": "VARCHAR", "action": "VARCHAR", "detail": "VARCHAR",
}  # fmt: skip
_EVENT: Final = "STRUCT(" + ", ".join(f'"{name}" {kind}' for name, kind in _MEMBERS.items()) + ")[]"
_TEXTS: Final = ("agent", "application", "title", "url", "rule", "action", "detail")
_NO_EVENTS: Final = (
    "SELECT '' AS workstation, '' AS spool, 0::BIGINT AS sequence, '' AS kind, 0::BIGINT AS from_ds, "
    "0::BIGINT AS lasts_ds, '' AS agent, '' AS application, '' AS title, '' AS url, 0::UTINYINT AS monitor, "
    "0::INTEGER AS keys, 0::INTEGER AS clicks, '' AS rule, '' AS action, '' AS detail, 0::UTINYINT AS switches "
    "WHERE false"
)


def of_parts(files: Sequence[Path], columns: Sequence[str]) -> str:
    """Rows of Parquet files."""
    return f"SELECT {_names(columns)} FROM read_parquet({_list(files)}, hive_partitioning = false)"


def of_logs(files: Sequence[Path]) -> str:
    """Rows of logs, in the columns of events. An end that is being written is left out: nobody was told of it."""
    if not files:
        return _NO_EVENTS
    texts = ", ".join(f'coalesce(e."{name}", \'\') AS "{name}"' for name in _TEXTS)
    return f"""
        SELECT {_names(EVENTS)} FROM (
            SELECT *, CASE WHEN {_FRONT} AND application <> coalesce(former, "before") AND
                coalesce(former, "before") <> '' THEN 1 ELSE 0 END::UTINYINT AS switches
            FROM (
                SELECT *, lag(CASE WHEN {_FRONT} THEN application END IGNORE NULLS)
                    OVER (PARTITION BY workstation, spool ORDER BY sequence) AS former
                FROM (
                    SELECT workstation, spool, "before", e.sequence, e.kind,
                        {_tenths("e.from_us")} AS from_ds,
                        {_tenths("(e.from_us + coalesce(e.lasts_us, 0))")} - {_tenths("e.from_us")} AS lasts_ds,
                        {texts}, coalesce(e.monitor, 0)::UTINYINT AS monitor,
                        coalesce(e.keys, 0) AS keys, coalesce(e.clicks, 0) AS clicks
                    FROM (
                        SELECT workstation, spool, "before", unnest(events) AS e
                        FROM read_json({_list(files)}, format = 'newline_delimited', ignore_errors = true,
                            maximum_object_size = {LINE_BYTES_MAX},
                            columns = {{workstation: 'VARCHAR', spool: 'VARCHAR', "before": 'VARCHAR',
                                events: '{_EVENT}'}})
                    )
                )
            )
        )"""


def slices(rows: str, clip: str = "") -> str:
    """Rows as sums by quarter of an hour: what reaches over several is divided among them.

    Args:
        rows: SQL of events.
        clip: SQL of the two tenths of a second between which they count, such as ``$from, $to``; empty for all of them.
    """
    begin, end = clip.split(", ") if clip else ("", "")
    from_ds = f"greatest(from_ds, {begin})" if clip else "from_ds"
    to_ds = f"least(from_ds + lasts_ds, {end})" if clip else "from_ds + lasts_ds"
    within = f"AND from_ds < {end} AND (from_ds + lasts_ds > {begin} OR from_ds >= {begin})" if clip else ""
    begins = f"begins AND from_ds >= {begin}" if clip else "begins"
    sums = ", ".join(
        f"coalesce(sum(part) FILTER (kind = '{kind}'), 0)::BIGINT AS {kind}_ds"
        for kind in ("active", "idle", "locked", "away")
    )
    counts = ", ".join(
        f"coalesce(sum({what}) FILTER ({begins}), 0)::BIGINT AS {name}"
        for what, name in (("1", "stretches"), ("switches", "switches"), ("keys", "keys"), ("clicks", "clicks"))
    )
    return f"""
        SELECT slot, workstation, agent, application, {sums}, {counts} FROM (
            SELECT *, slot = from_ds // {SLOT} AS begins,
                least(until_ds, (slot + 1) * {SLOT}) - greatest(since_ds, slot * {SLOT}) AS part
            FROM (
                SELECT *, unnest(range(since_ds // {SLOT}, greatest(until_ds - 1, since_ds) // {SLOT} + 1)) AS slot
                FROM (SELECT *, {from_ds} AS since_ds, {to_ds} AS until_ds FROM ({rows})
                    WHERE kind IN ('active', 'idle', 'locked', 'away') {within})
            )
        ) GROUP BY slot, workstation, agent, application"""


def by_day(sums: str) -> str:
    """Sums by quarter of an hour as sums by day (UTC), each in the first quarter of its day."""
    added = ", ".join(f"sum({name})::BIGINT AS {name}" for name in USAGE[4:])
    day = f"slot // {DAY_SLOTS} * {DAY_SLOTS}"
    return f"SELECT {day} AS slot, workstation, agent, application, {added} FROM ({sums}) GROUP BY ALL"


def quoted(path: Path) -> str:
    """A path as a literal."""
    return "'" + str(path).replace("'", "''") + "'"


_FRONT: Final = "kind IN ('active', 'idle') AND application <> ''"


def _tenths(us: str) -> str:
    return f"(({us} + {TENTH_US // 2}) // {TENTH_US})"


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _list(files: Sequence[Path]) -> str:
    return "[" + ", ".join(quoted(file) for file in files) + "]"
