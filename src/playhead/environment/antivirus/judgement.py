"""Which exclusions are justified, and which are not, for any application. Pure.

Three criteria justify one: *locked* files are held open for good, *large* ones are large and changed often, *temporary*
ones are made and removed in large numbers; each by a legitimate service. And nothing justifies a row that something
foreign could hide behind (`dangers`).

Confidence, 0 to 1, is the lower end of what the looks prove, over what the criterion asks for: it grows with the time
of watching, and is halved while nobody is known to write the files. Shares are bounded by Wilson's interval (E. B.
Wilson, JASA 22 (1927) 209), counts by the square root of what was counted.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import Final

from playhead.environment.antivirus.dangers import dangers_of, is_dedicated
from playhead.environment.antivirus.exclusions import Criterion, Exclusion, Kind, Scan
from playhead.environment.antivirus.families import Family, families_of
from playhead.environment.antivirus.sightings import Folder, Program, Watched

LOCKED_SHARE: Final = 0.9
"""Held at that share of all looks is held for good; the rest is for a restart."""
LARGE_BYTES: Final = 16 << 20
"""A scanner that reads so much at each change is felt."""
OFTEN_SHARE: Final = 0.1
"""Changed before that share of all looks is often."""
TEMPORARY_PER_MINUTE: Final = 30.0
"""Made and removed: a file every other second, all day."""
REMOVED_SHARE: Final = 0.5
"""That share of what was made has to be gone again, to call it temporary."""
SURE: Final = 0.5
"""From this confidence on a row is suggested."""
_Z: Final = 1.96
"""Of a confidence of 95 %."""


class Verdict(StrEnum):
    """What is said of some files."""

    JUSTIFIED = "justified"
    UNCLEAR = "unclear"
    """A criterion seems to hold, and not enough was seen."""
    REFUSED = "refused"
    """A criterion holds, and something foreign could hide behind the row."""
    UNJUSTIFIED = "unjustified"
    """No criterion holds: leave it to the scanner."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One criterion and what was measured for it."""

    criterion: Criterion
    confidence: float
    evidence: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """About some files that one row would name."""

    verdict: Verdict
    row: Exclusion
    grounds: tuple[Ground, ...]
    """Those that hold, surest first; where none does, all of them."""
    reasons: tuple[str, ...]
    """Why not, or what to be careful of."""
    instead: tuple[Exclusion, ...] = ()
    """Narrower or safer rows, where this one is refused."""
    files: int = 1

    @property
    def confidence(self) -> float:
        """Of the surest ground."""
        return max((ground.confidence for ground in self.grounds), default=0.0)


def judge(watched: Watched) -> tuple[Judgement, ...]:
    """A judgement about everything that changed or was held, justified ones first, surest first.

    Files that nobody touched are left out: nothing would be gained by excluding them.
    """
    order = list(Verdict)
    touched = [file for file in watched.files if file.held or file.changed or file.created or file.removed]
    found = [_judge(family, watched) for family in families_of(touched)]
    return tuple(sorted(found, key=lambda one: (order.index(one.verdict), -one.confidence, one.row.text)))


def lower_share(hits: int, of: int) -> float:
    """The lower end of Wilson's interval for a share that was ``hits`` of ``of``; 0 where nothing was looked at."""
    if not of:
        return 0.0
    share, square = hits / of, _Z * _Z
    middle = share + square / (2 * of)
    spread = _Z * sqrt(share * (1 - share) / of + square / (4 * of * of))
    return max(0.0, (middle - spread) / (1 + square / of))


def _judge(family: Family, watched: Watched) -> Judgement:
    programs = tuple(sorted({one for file in family.files for one in file.programs}, key=lambda one: one.path))
    grounds = _grounds(family, watched, known=bool(programs))
    hold = tuple(ground for ground in grounds if ground.confidence > 0)
    row = _row(family, hold, programs)
    folders = _reached(family, watched)
    instead: tuple[Exclusion, ...] = ()
    if not hold:
        verdict, hold = Verdict.UNJUSTIFIED, grounds
        reasons = ["It is neither held open for good, nor large and changed often, nor temporary in large numbers."]
    elif foreign := [one for one in programs if one.replaceable]:
        verdict = Verdict.REFUSED
        reasons = [f"{one.path} can be replaced by others: that is no legitimate service." for one in foreign]
    elif dangers := _dangers(family, row, folders):
        verdict, instead = Verdict.REFUSED, _instead(row, programs)
        move = "Move the files to a folder that only the service may write to, and where no programs lie."
        reasons = [*dangers, move]
    elif hold[0].confidence < SURE or not programs:
        verdict, reasons = Verdict.UNCLEAR, _what_lacks(watched, known=bool(programs))
    else:
        others = sorted({name for folder in folders for name in folder.writers})
        verdict = Verdict.JUSTIFIED
        reasons = [f"Let only the service write there; now may: {', '.join(others)}."] if len(others) > 1 else []
    return Judgement(verdict, row, hold, tuple(reasons), instead, len(family.files))


def _dangers(family: Family, row: Exclusion, folders: tuple[Folder, ...]) -> tuple[str, ...]:
    found = dangers_of(row, folders)
    if not family.nameable:
        return (*found, "A wildcard, or what no setting can hold, is in the name itself.")
    return found


def _grounds(family: Family, watched: Watched, *, known: bool) -> tuple[Ground, ...]:
    trust = 1.0 if known else 0.5
    files = family.files
    looks = sum(file.looks for file in files)
    held, changed = sum(file.held for file in files), sum(file.changed for file in files)
    largest = max(file.size for file in files)
    came = sum(file.created for file in files)
    gone = sum(file.created and file.removed for file in files)
    minutes = watched.seconds / 60
    is_locked = looks > 0 and held >= LOCKED_SHARE * looks
    is_large = largest >= LARGE_BYTES and looks > 0 and changed >= OFTEN_SHARE * looks
    is_temporary = gone > 0 and gone >= REMOVED_SHARE * came and gone >= TEMPORARY_PER_MINUTE * minutes
    lock = ", with a lock" if any(file.locked for file in files) else ""
    grounds = (
        Ground(
            Criterion.LOCKED,
            is_locked * trust * min(1.0, lower_share(held, looks) / LOCKED_SHARE),
            f"open for writing at {held} of {looks} looks{lock}",
        ),
        Ground(
            Criterion.LARGE,
            is_large * trust * min(1.0, lower_share(changed, looks) / OFTEN_SHARE),
            f"up to {largest / 1e6:.1f} MB, changed before {changed} of {looks} looks",
        ),
        Ground(
            Criterion.TEMPORARY,
            is_temporary * trust * min(1.0, max(0.0, gone - _Z * sqrt(gone)) / (TEMPORARY_PER_MINUTE * minutes or 1.0)),
            f"{came} made and {gone} of them removed in {watched.seconds:.0f} s",
        ),
    )
    return tuple(sorted(grounds, key=lambda one: -one.confidence))


def _row(family: Family, grounds: tuple[Ground, ...], programs: tuple[Program, ...]) -> Exclusion:
    return Exclusion(
        Kind.FILES,
        family.base,
        family.pattern,
        ", ".join(str(one.path) for one in programs) or "nobody that was seen",
        tuple(ground.criterion for ground in grounds),
        "; ".join(ground.evidence for ground in grounds),
        depth=family.depth,
    )


def _reached(family: Family, watched: Watched) -> tuple[Folder, ...]:
    lie_in = {file.path.parent for file in family.files} | {family.base}
    return tuple(folder for folder in watched.folders if folder.path in lie_in)


def _instead(row: Exclusion, programs: tuple[Program, ...]) -> tuple[Exclusion, ...]:
    """What the programs open, on access: only where each of them is one service's own."""
    if not all(is_dedicated(program) for program in programs):
        return ()
    why = f"It writes {row.text}, which cannot be excluded by itself."
    return tuple(
        Exclusion(Kind.PROCESS, one.path, "", one.path.name, row.criteria, why, scans=(Scan.ACCESS,))
        for one in programs
    )


def _what_lacks(watched: Watched, *, known: bool) -> list[str]:
    found = [] if known else ["Nobody was seen to write it, so it is not known to be a legitimate service's."]
    if not known and not watched.complete:
        found.append("Run this as root, to see the programs of all accounts.")
    return found or ["Watch longer: so few looks prove nothing."]
