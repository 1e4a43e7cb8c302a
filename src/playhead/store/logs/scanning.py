"""Finding lines in a block of them: first by their bytes, and reading only what may be meant."""

import bisect
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import msgspec

from playhead.domain.logs import Cursor, Level, LogLine, LogQuery
from playhead.store.logs.lines import AT, decode_line, literal


@dataclass(frozen=True, slots=True)
class Sieve:
    """A question, prepared for bytes."""

    query: LogQuery
    exact: tuple[bytes, ...]
    """Each must stand in the line like this."""
    folded: str
    """Stands in the line like this once that is case-folded."""
    since: bytes
    until: bytes

    @classmethod
    def of(cls, query: LogQuery) -> Self:
        """Prepare."""
        exact: list[bytes] = []
        if query.workstation is not None:
            exact.append(b'"workstation":"%b"' % literal(query.workstation))
        if query.service is not None:
            exact.append(b'"service":"%b"' % literal(query.service))
        if query.interaction:
            exact.append(b'"interaction":"%b"' % literal(query.interaction))
        if query.level is Level.EMERGENCY:
            exact.append(b'"level":"emergency"')
        folded = (
            literal(query.folded).decode().casefold() if "\n" not in query.folded and "=" not in query.folded else ""
        )
        return cls(query, tuple(exact), folded, query.since.encode(), query.until.encode())

    def scan(
        self, raw: bytes, *, is_sorted: bool, before: Cursor | None, floor: tuple[str, int] | None, want: int
    ) -> list[LogLine]:
        """What is looked for among whole lines; at least the newest ``want``, in no order.

        Args:
            raw: lines.
            is_sorted: they are in true order.
            before: only what sorts before it.
            floor: only what sorts after it.
            want: so many are enough.
        """
        if any(each not in raw for each in self.exact) or (
            self.folded and self.folded not in raw.decode(errors="replace").casefold()
        ):
            return []
        lines = raw.split(b"\n")
        lines.pop()
        found: list[LogLine] = []
        for octets in self._within(lines, is_sorted=is_sorted, before=before):
            line = self._read(octets)
            if line is None or (before is not None and line.key >= (before.at, before.n)):
                continue
            if floor is not None and line.key <= floor:
                if is_sorted:
                    break
                continue
            found.append(line)
            if is_sorted and len(found) == want:
                break
        return found

    def _within(self, lines: list[bytes], *, is_sorted: bool, before: Cursor | None) -> Iterable[bytes]:
        """The lines within the time asked for, newest first where they are sorted."""
        latest = b"\xff" if before is None else before.at.encode()
        if not is_sorted:
            since, until = self.since, self.until or b"\xff"
            return (each for each in lines if since <= each[AT] < until and each[AT] <= latest)
        start = bisect.bisect_left(lines, self.since, key=_at) if self.since else 0
        end = bisect.bisect_left(lines, self.until, key=_at) if self.until else len(lines)
        if before is not None:
            end = min(end, bisect.bisect_right(lines, latest, key=_at))
        return (lines[place] for place in range(end - 1, start - 1, -1))

    def _read(self, octets: bytes) -> LogLine | None:
        for each in self.exact:
            if each not in octets:
                return None
        if self.folded and self.folded not in octets.decode(errors="replace").casefold():
            return None
        try:
            line = decode_line(octets)
        except msgspec.MsgspecError:
            return None  # damaged on the disk; counted when it is packed
        return line if self.query.matches(line) else None


def _at(octets: bytes) -> bytes:
    return octets[AT]
