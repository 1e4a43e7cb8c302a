"""A proof in sentences, for people."""

from typing import Final

from playhead.cli.console import done, human_bytes, human_length, notice
from playhead.cli.status_text import SOURCES
from playhead.domain.darkness import Asked
from playhead.premises.proof.recording import Proof
from playhead.premises.proof.segment import Finding

TOLD_MAX: Final = 20
"""Of one kind; the rest is in the JSON and in the statement."""


def tell(name: str, proof: Proof) -> None:
    """Print what was found about a recording."""
    if not proof.segments:
        notice(f"{name} has no segments.")
    for finding in proof.segments:
        _tell_segment(finding)
    for asked in proof.blackouts[:TOLD_MAX]:
        done(f"blackout {_span(asked.from_us, asked.to_us)}, {_asker(asked)}, {_end(asked)}")
    if proof.blackouts and not proof.problems:
        done(f"{proof.black_pictures} pictures within blackouts, all black; nothing else was encoded there")
    for problem in proof.problems[:TOLD_MAX]:
        notice(f"{human_length(problem.at_us)}: {problem.message} ({problem.code})")
    for gap in proof.gaps[:TOLD_MAX]:
        notice(f"gap {_span(gap.from_us, gap.to_us)}: {gap.reason}")
    for seen in [] if proof.looked is None else proof.looked.seen[:TOLD_MAX]:
        sighting = seen.sighting
        place = f"monitor {seen.track}, at {sighting.left:.0f}, {sighting.top:.0f}"
        notice(f"{human_length(seen.at_us)}: looks like a card: {sighting.masked} ({sighting.issuer}; {place})")
    found = (proof.blackouts, proof.problems, proof.gaps, [] if proof.looked is None else proof.looked.seen)
    if (more := sum(max(0, len(each) - TOLD_MAX) for each in found)) > 0:
        notice(f"… and {more} lines more: see --json.")


def _tell_segment(finding: Finding) -> None:
    text = f"segment {finding.segment}: {finding.records} records, {human_bytes(finding.size_bytes)}"
    if finding.fault:
        notice(f"{text}: {finding.message} ({finding.fault})")
        return
    state = "sealed, signature valid" if finding.sealed else "not sealed; whole up to its durable end"
    done(f"{text}, {human_length(finding.covered_us)}, {state}")
    if not finding.decrypted:
        notice("  not decrypted, for the site's keys are not here: its pictures were not looked at")


def _span(from_us: int, to_us: int) -> str:
    return f"{human_length(from_us)}–{human_length(to_us)}"


def _asker(asked: Asked) -> str:
    party = asked.party
    source = SOURCES.get(party.source, party.source or "somebody")
    who = ", ".join(part for part in (source, party.by, party.label) if part)
    return f"asked for by {who}" + (f": {asked.reason}" if asked.reason else "")


def _end(asked: Asked) -> str:
    match asked.ended:
        case "blackout.expired":
            return "ended by itself, for its time was over"
        case "":
            return "until the recording ended"
        case _:
            return "ended"
