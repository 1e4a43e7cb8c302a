"""What is known of a workstation's past, and what follows from it for the ledger of coverage.

The workstation's journal says what it did; the server has seen its connections come and go. Wall times are the
workstation's for the journal and for what it recorded, and the server's for connections.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from playhead.base.ids import RecordingId
from playhead.domain.coverage import Observation, Reason
from playhead.domain.spans import Span, Spans

SEAM_US: Final = 1_000_000
"""Less than this beside what is there is no gap: it is the time that it takes to begin a segment, and the clocks'."""

CRASH_US: Final = 2_000_000
"""What a sudden end may cost of what came before it: captured, noted as alive, and not on the disk yet."""

FOREVER_US: Final = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Entry:
    """What a workstation noted of itself: see `playhead.wire.screen.messages.JournalEntry`."""

    seq: int
    at_us: int
    state: str
    until_us: int = 0
    """Where it tells of a stretch; 0 where it tells of a change."""
    wanted: str = ""
    """``ordered``, ``continuous``, or empty where nothing was to be recorded."""
    recording: RecordingId | None = None
    detail: str = ""
    last: bool = False
    """The workstation's program ended with this: it holds until the next one."""


@dataclass(frozen=True)
class History:
    """All that is known of one workstation for some time."""

    entries: Sequence[Entry] = ()
    """By number. The changes hold the last one before the time in question."""
    known_until_us: int = 0
    """Up to when the workstation could have told: now where it is connected, else when it was lost."""
    held_from_us: int = 0
    """When the oldest segment begins that it holds and that is not durable here; 0: it holds none."""
    recorded: Spans = field(default_factory=Spans)
    """From the beginning to the end of each of its recordings."""
    ended_us: int = FOREVER_US
    """When it was shut out of the site: from then on it owes nothing."""

    @cached_property
    def stretches(self) -> list["Stretch"]:
        """How long each change lasted, as far as is known."""
        return stretches(self.entries, self.known_until_us)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A state, and how long it lasted."""

    span: Span
    entry: Entry


def stretches(entries: Iterable[Entry], until_us: int) -> list[Stretch]:
    """How long each change lasted: until the next one; the last one up to ``until_us``, or for ever where it is an end.

    Where the workstation's clock was set back between two changes the first one's stretch is empty.
    """
    changes = sorted((entry for entry in entries if not entry.until_us), key=lambda entry: entry.seq)
    ends = [entry.at_us for entry in changes[1:]]
    if changes:
        newest = changes[-1]
        ends.append(FOREVER_US if newest.last else max(until_us, newest.at_us))
    return [Stretch(Span(entry.at_us, end_us), entry) for entry, end_us in zip(changes, ends, strict=True)]


def due_of(history: History, open_hours: Spans, from_us: int, to_us: int) -> Spans:
    """When something was to be recorded.

    A workstation that records by itself owes the site's hours; one that was told to, the time from the order to the
    stop. What it was last known to owe it owes until it says otherwise. Before its first word only what was recorded
    is known to have been wanted, from the beginning to the end of each recording.

    Args:
        history: of the workstation.
        open_hours: when the site records.
        from_us: of the time in question.
        to_us: its end.
    """
    window = Spans.of([(from_us, min(to_us, history.ended_us))])
    known = history.stretches
    wanted = [(one.entry.wanted, one.span) for one in known[:-1]]
    wanted += [(one.entry.wanted, Span(one.span.from_us, FOREVER_US)) for one in known[-1:]]
    continuous = Spans.of(span for kind, span in wanted if kind == "continuous")
    ordered = Spans.of(span for kind, span in wanted if kind == "ordered")
    before = history.recorded - Spans.of([(_first_us(history), FOREVER_US)])
    return ((continuous & open_hours) | ordered | before) & window


def observed_of(history: History) -> list[Observation]:
    """Everything that explains a missing second."""
    found: list[Observation] = []
    captured: list[Span] = []
    for one in history.stretches:
        if one.entry.state == "recording":
            captured.append(one.span)
        elif one.entry.state in _REASONS:
            found.append(Observation(*one.span, Reason(one.entry.state)))
    for entry in history.entries:
        if entry.until_us and entry.state in _REASONS:
            found.append(Observation(entry.at_us, entry.until_us, Reason(entry.state)))
        if entry.until_us and entry.state in _SUDDEN:
            unwritten = Spans.of(captured) & Spans.of([(entry.at_us - CRASH_US, entry.at_us)])
            found += [Observation(*span, Reason(entry.state)) for span in unwritten.spans]
    if history.held_from_us:
        held = Spans.of(captured) & Spans.of([(history.held_from_us, FOREVER_US)])
        found += [Observation(*span, Reason.SPOOLED) for span in held.spans]
    return found


def kept_of(segments: Iterable[tuple[int, int]], due: Spans, dark: Spans) -> Spans:
    """What durably exists of what is due.

    Args:
        segments: from the beginning of each to where it covers, in wall time.
        due: when something should exist. What is missing of it beside something that exists, and shorter than
            `SEAM_US`, is no gap.
        dark: when there was a blackout: then what exists is black, and does not count.
    """
    there = Spans.of(segments)
    edges = {edge for span in there.spans for edge in span}
    seams = [span for span in (due - there).spans if span.length_us < SEAM_US and not edges.isdisjoint(span)]
    return (there | Spans.of(seams)) - dark


def dark_of(history: History) -> Spans:
    """When the workstation was under blackout, as it said."""
    return Spans.of(one.span for one in history.stretches if one.entry.state == Reason.BLACKOUT)


_SUDDEN: Final = frozenset({Reason.KILLED, Reason.OFF})
"""Ends that left no time to write, where the journal tells of them afterwards."""

_REASONS: Final = frozenset(str(reason) for reason in Reason) - {Reason.UNKNOWN, Reason.SPOOLED}
"""States of a journal that explain something."""


def _first_us(history: History) -> int:
    return min((entry.at_us for entry in history.entries if not entry.until_us), default=FOREVER_US)
