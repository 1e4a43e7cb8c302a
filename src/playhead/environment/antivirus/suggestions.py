"""Judgements, written for people and programs."""

from itertools import groupby
from typing import Any, Final

from playhead.environment.antivirus import neutral
from playhead.environment.antivirus.judgement import Judgement, Verdict
from playhead.environment.antivirus.sightings import Watched

SHOWN_MAX: Final = 20
"""Of one verdict, to a person. JSON has all."""
_HEADS: Final = {
    Verdict.JUSTIFIED: "Justified",
    Verdict.UNCLEAR: "Unclear yet",
    Verdict.REFUSED: "Refused: a criterion holds, and something foreign could hide there",
    Verdict.UNJUSTIFIED: "Not justified: leave these to the scanner",
}


def as_text(watched: Watched, judgements: tuple[Judgement, ...]) -> str:
    """Lines for a person, what is justified first."""
    files, folders = len(watched.files), len(watched.folders)
    lines = [f"Watched for {watched.seconds:.0f} s; looks: {watched.looks}, files: {files}, folders: {folders}."]
    if watched.overlooked:
        lines.append(f"{watched.overlooked} files or events went by unseen: too many, or not ours to read.")
    if not watched.complete:
        lines.append("Programs of other accounts could not be seen: run this as root.")
    if not judgements:
        lines.append("Nothing changed and nothing was held open: nothing would be gained by any exclusion.")
    for verdict, group in groupby(judgements, key=lambda one: one.verdict):
        some = list(group)
        lines += ["", _HEADS[verdict]]
        for one in some[:SHOWN_MAX]:
            lines += _lines(one)
        if len(some) > SHOWN_MAX:
            lines.append(f"  and {len(some) - SHOWN_MAX} more; --json has all")
    return "\n".join([*lines, ""])


def as_plain(watched: Watched, judgements: tuple[Judgement, ...]) -> dict[str, Any]:
    """For JSON."""
    return {
        "seconds": round(watched.seconds, 1),
        "looks": watched.looks,
        "files": len(watched.files),
        "folders": len(watched.folders),
        "overlooked": watched.overlooked,
        "complete": watched.complete,
        "judgements": [_plain(one) for one in judgements],
    }


def _lines(one: Judgement) -> list[str]:
    many = f" ({one.files} files)" if one.files > 1 else ""
    lines = [f"  {one.row.text}{many}", f"      written by {one.row.service}"]
    # Where nothing holds, what was measured is what there is to say.
    lines += [
        f"      {ground.criterion}, {ground.confidence:.2f}: {ground.evidence}"
        if ground.confidence
        else f"      not {ground.criterion}: {ground.evidence}"
        for ground in one.grounds
    ]
    lines += [f"      ! {reason}" for reason in one.reasons if one.verdict is not Verdict.UNJUSTIFIED]
    lines += [f"      → instead: {row.kind} {row.text} ({', '.join(row.scans)})" for row in one.instead]
    return lines


def _plain(one: Judgement) -> dict[str, Any]:
    return {
        "verdict": one.verdict.value,
        "confidence": round(one.confidence, 3),
        "exclusion": neutral.as_plain((one.row,))[0],
        "files": one.files,
        "grounds": [
            {
                "criterion": ground.criterion.value,
                "confidence": round(ground.confidence, 3),
                "evidence": ground.evidence,
            }
            for ground in one.grounds
        ],
        "reasons": list(one.reasons),
        "instead": neutral.as_plain(one.instead),
    }
