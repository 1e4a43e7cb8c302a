"""Packing: logs become parts, parts of a day become one, old days and what is to be forgotten go. Its calls block.

Each step writes new files, makes them durable, and then replaces the manifest: before that nothing has happened, after
it everything has. What the manifest no longer names is removed last. So there is no moment at which a power cut loses
an event or has it twice.
"""

import contextlib
from collections import defaultdict
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path
from typing import Final

import duckdb
import msgspec
import structlog

from playhead.base.clock import Clock
from playhead.base.errors import UnavailableError
from playhead.domain.spans import Span
from playhead.store.analytics.columns import EVENTS, TENTH_US, USAGE, by_day, of_logs, of_parts, quoted, slices
from playhead.store.analytics.duck import failing, opened
from playhead.store.analytics.files import Manifest, Part, day_of, list_logs, log_file
from playhead.store.disk import Disk

MERGE_AT: Final = 8
"""So many parts of one level are merged: each event is written again once a level."""
WHOLE: Final = 99
"""Level of a part that holds a whole day that is over."""
SETTLED_US: Final = 3_600_000_000
"""A day that is over is made one part once nothing has come for so long."""

_ROW_GROUP: Final = 1_000_000
"""Rows whose texts have one dictionary."""
_DICTIONARY: Final = 100_000
"""Different values of a column up to which they are numbered; times have more, and are told by their differences."""
_QUICK: Final = "compression zstd, compression_level 3"
_SMALL: Final = "compression zstd, compression_level 12"
_DAY_US: Final = 86_400_000_000

_log = structlog.get_logger(__name__)


class Packer:
    """See the module; there is one of a store, and one call at a time.

    Args:
        disk: where.
        root: the store's folder.
        clock: tells the time.
        site: whose events these are.
        threads: how many processors packing may keep busy.
    """

    def __init__(self, disk: Disk, root: Path, clock: Clock, *, site: str, threads: int = 1) -> None:
        self._disk = disk
        self._root = root
        self._clock = clock
        self._site = site
        self._threads = threads

    def open(self) -> None:
        """Remove what a crash has left.

        Raises:
            CorruptError: ``analytics.manifest``.
            UnavailableError: ``analytics.unwritable``, ``file.unreadable``, ``file.unwritable``.
        """
        manifest = Manifest.read(self._disk, self._root)
        if manifest.site != self._site:
            manifest = msgspec.structs.replace(manifest, site=manifest.site if manifest.parts else self._site)
            manifest.write(self._disk, self._root)
        with _writing(self._root):
            named = {path for part in manifest.parts for path in self._files(manifest, part)}
            for kind in ("events", "usage", "days"):
                for path in (self._root / kind).glob("site=*/day=*/*"):
                    if path not in named:
                        self._disk.remove(path)
            self._drop_logs(manifest.log_through)

    def pack(self, through: int) -> int:
        """Make parts of the logs up to a number; how many events they hold.

        Raises:
            UnavailableError: ``analytics.unreadable``, ``analytics.unwritable``, ``file.unwritable``.
        """
        manifest = Manifest.read(self._disk, self._root)
        logs = [one for one in list_logs(self._disk, self._root) if manifest.log_through < one <= through]
        if not logs:
            return 0
        with self._engine() as engine:
            fresh = f"CREATE TABLE fresh AS {of_logs([log_file(self._root, one) for one in logs])}"
            with failing("packed"):
                engine.execute(fresh)
                found = engine.execute(f"SELECT DISTINCT from_ds // {_DAY_US // TENTH_US} FROM fresh").fetchall()
            parts: list[Part] = []
            for (day,) in sorted(found):
                name = day_of(day * _DAY_US)
                rows = f"SELECT * FROM fresh WHERE from_ds // {_DAY_US // TENTH_US} = {day}"
                manifest, part = self._written(engine, manifest, name, rows, level=0)
                parts.append(part)
        self._replace(manifest, [], parts, log_through=through)
        self._drop_logs(through)
        return sum(part.rows for part in parts)

    def tidy(self) -> None:
        """Merge parts where there are many, and of days that are over all.

        Raises:
            UnavailableError: as `pack`.
        """
        manifest = Manifest.read(self._disk, self._root)
        today, now_us = day_of(self._clock.wall_us()), self._clock.wall_us()
        days: defaultdict[str, list[Part]] = defaultdict(list)
        for part in manifest.parts:
            days[part.day].append(part)
        for day, parts in sorted(days.items()):
            newest_us = max(part.made_us for part in parts)
            if day < today and now_us - newest_us >= SETTLED_US and [part.level for part in parts] != [WHOLE]:
                self._merge(parts, WHOLE)
                continue
            levels: defaultdict[int, list[Part]] = defaultdict(list)
            for part in parts:
                levels[part.level].append(part)
            for level, alike in sorted(levels.items()):
                if len(alike) >= MERGE_AT:
                    self._merge(alike, min(level + 1, WHOLE))

    def forget_before(self, day: str) -> int:
        """Remove all days before one; how many events went.

        Raises:
            UnavailableError: ``analytics.unwritable``, ``file.unwritable``.
        """
        manifest = Manifest.read(self._disk, self._root)
        old = [part for part in manifest.parts if part.day < day]
        if old:
            self._replace(manifest, old, [])
        return sum(part.rows for part in old)

    def erase(self, period: Span, *, agents: Iterable[str] = (), workstations: Iterable[str] = ()) -> int:
        """Remove what began in a period, of some agents and workstations; how many events went.

        Only what is packed: `playhead.store.analytics.store` packs all before.

        Args:
            period: from its beginning to before its end.
            agents: agent keys; all where empty.
            workstations: all where empty.

        Raises:
            UnavailableError: as `pack`.
        """
        chosen = ["from_ds >= $since", "from_ds < $until"]
        values: dict[str, object] = {"since": period.from_us // TENTH_US, "until": -(-period.to_us // TENTH_US)}
        for name, wanted in (("agent", list(agents)), ("workstation", list(workstations))):
            if wanted:
                chosen.append(f"{name} IN (SELECT unnest(${name}::VARCHAR[]))")
                values[name] = wanted
        condition = " AND ".join(chosen)
        gone = 0
        for part in Manifest.read(self._disk, self._root).parts:
            if day_of(period.from_us) <= part.day <= day_of(period.to_us):
                gone += self._without(part, condition, values)
        return gone

    def _without(self, part: Part, condition: str, values: dict[str, object]) -> int:
        manifest = Manifest.read(self._disk, self._root)
        rows = of_parts([manifest.events_file(self._root, part)], EVENTS)
        with self._engine() as engine:
            with failing("read"):
                engine.execute(
                    f"CREATE TABLE kept AS SELECT * FROM ({rows}) WHERE NOT ({condition})",
                    values,
                )
                counted = engine.execute("SELECT count(*) FROM kept").fetchone()
            kept = 0 if counted is None else counted[0]
            if kept == part.rows:
                return 0
            fresh: list[Part] = []
            if kept:
                manifest, made = self._written(engine, manifest, part.day, "SELECT * FROM kept", level=part.level)
                fresh = [made]
        self._replace(manifest, [part], fresh)
        return part.rows - kept

    def _merge(self, parts: Sequence[Part], level: int) -> None:
        manifest = Manifest.read(self._disk, self._root)
        rows = of_parts([manifest.events_file(self._root, part) for part in parts], EVENTS)
        with self._engine() as engine:
            manifest, merged = self._written(engine, manifest, parts[0].day, rows, level=level)
        if merged.rows != sum(part.rows for part in parts):
            message = f"Merging {parts[0].day} would have made {merged.rows} events of {sum(p.rows for p in parts)}."
            raise UnavailableError("analytics.unreadable", message)
        self._replace(manifest, parts, [merged])
        _log.info("desktop events merged", day=parts[0].day, parts=len(parts), events=merged.rows, bytes=merged.bytes)

    def _written(
        self, engine: duckdb.DuckDBPyConnection, manifest: Manifest, day: str, rows: str, *, level: int
    ) -> tuple[Manifest, Part]:
        """Write a part that the manifest does not name yet; the manifest with its number, and it."""
        number = manifest.number + 1
        part = Part(number=number, day=day, rows=0, bytes=0, level=level, made_us=self._clock.wall_us())
        events, usage, days = self._files(manifest, part)
        pack = _SMALL if level == WHOLE else _QUICK
        events_options = (
            f"(format parquet, parquet_version v2, {pack}, row_group_size {_ROW_GROUP}, "
            f"dictionary_size_limit {_DICTIONARY})"
        )
        with _writing(self._root):
            for path in (events, usage, days):
                self._disk.make_folder(path.parent)
            with failing("packed"):
                ordered = f"SELECT * FROM ({rows}) ORDER BY workstation, from_ds, sequence, spool"
                engine.execute(f"COPY ({ordered}) TO {quoted(events)} {events_options}")
                written = of_parts([events], EVENTS)
                counted = engine.execute(f"SELECT count(*) FROM ({written})").fetchone()
                sums = f"SELECT * FROM ({slices(written)}) ORDER BY slot, workstation, agent, application"
                engine.execute(f"COPY ({sums}) TO {quoted(usage)} (format parquet, parquet_version v2, {_QUICK})")
                daily = (
                    f"SELECT * FROM ({by_day(of_parts([usage], USAGE))}) ORDER BY slot, agent, workstation, application"
                )
                engine.execute(f"COPY ({daily}) TO {quoted(days)} (format parquet, parquet_version v2, {_QUICK})")
            sizes: list[int] = []
            for path in (events, usage, days):
                file = self._disk.open(path)
                try:
                    file.sync()
                    sizes.append(file.size())
                finally:
                    file.close()
                for folder in (path.parent, path.parents[1], path.parents[2], self._root):
                    self._disk.sync_folder(folder)
        part = msgspec.structs.replace(part, rows=0 if counted is None else counted[0], bytes=sizes[0])
        return msgspec.structs.replace(manifest, number=number), part

    def _replace(
        self, manifest: Manifest, old: Sequence[Part], fresh: Sequence[Part], *, log_through: int | None = None
    ) -> None:
        """The one moment at which something happens; then what is not named any more goes."""
        gone = {part.number for part in old}
        parts = tuple(part for part in manifest.parts if part.number not in gone) + tuple(fresh)
        through = manifest.log_through if log_through is None else log_through
        msgspec.structs.replace(manifest, parts=parts, log_through=through).write(self._disk, self._root)
        with _writing(self._root):
            for part in old:
                for path in self._files(manifest, part):
                    self._disk.remove(path)

    def _drop_logs(self, through: int) -> None:
        with _writing(self._root):
            for number in list_logs(self._disk, self._root):
                if number <= through:
                    self._disk.remove(log_file(self._root, number))

    def _files(self, manifest: Manifest, part: Part) -> tuple[Path, Path, Path]:
        root = self._root
        return manifest.events_file(root, part), manifest.usage_file(root, part), manifest.days_file(root, part)

    def _engine(self) -> contextlib.closing[duckdb.DuckDBPyConnection]:
        return contextlib.closing(opened(self._root / "aside", threads=self._threads))


@contextlib.contextmanager
def _writing(root: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        message = f"Cannot write {root}: {error.strerror}."
        raise UnavailableError("analytics.unwritable", message) from error
