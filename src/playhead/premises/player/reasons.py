"""Why there is nothing to play: from the ledger of coverage, where the files themselves do not know."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from playhead.domain.coverage import Missing, Reason
from playhead.domain.recordings import Recording
from playhead.domain.timeline import Gap

Explain = Callable[[Recording, Sequence[tuple[int, int]]], Awaitable[list[Missing]]]
"""Says why there is nothing in some stretches of a recording, in wall time: `CoverageLedger.explain`."""

KNOWN: Final = frozenset({"disk_full", "corrupt", "deleting", "unreadable"})
"""Reasons that the files know best. Any other only tells how the segment before ended, not what kept the next one."""


async def explained(recording: Recording, gaps: Sequence[Gap], explain: Explain) -> list[Gap]:
    """The gaps of a recording, each with its reason; cut where it changes. What nobody knows stays as the file says.

    Raises:
        UnavailableError: ``catalogue.unavailable``.
    """
    begin_us = recording.started_at_us
    asked = [(begin_us + gap.from_us, begin_us + gap.to_us) for gap in gaps if gap.reason not in KNOWN]
    missing = await explain(recording, asked) if asked else []
    told: list[Gap] = []
    for gap in gaps:
        reasons = [] if gap.reason in KNOWN else missing
        inside = [one for one in reasons if one.from_us < begin_us + gap.to_us and one.to_us > begin_us + gap.from_us]
        told += [
            Gap(
                max(gap.from_us, one.from_us - begin_us),
                min(gap.to_us, one.to_us - begin_us),
                gap.reason if one.reason is Reason.UNKNOWN else str(one.reason),
            )
            for one in inside
        ] or [gap]
    return told
