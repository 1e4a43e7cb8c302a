"""What a workstation's recorder marks is what the proof reads: whenever blackouts begin and end, segments too."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from workstation.desk import SECOND_US, Desk

from playhead.domain.darkness import Asked, darkness
from playhead.domain.spans import Spans
from playhead.workstation.recorder import Limits

PARTIES = tuple({"source": source, "by": by} for source, by in (("agent", "kim"), ("api", "sam"), ("api", "jo")))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1 << 32))
def test_every_blackout_is_read_as_it_was(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 # repeatable
    desk = Desk(Limits(pre_buffer_us=3 * SECOND_US, segment_span_us=5 * SECOND_US))
    in_force: list[dict[str, str]] = []
    dark_since_us: int | None = None
    dark: list[tuple[int, int]] = []
    wall_us = desk.world.now.wall_us - desk.world.now.monotonic_us

    def order(party: dict[str, str], *, on: bool) -> None:
        nonlocal dark_since_us
        in_force.append(party) if on else in_force.remove(party)
        code = "blackout.on" if on else chance.choice(("blackout.off", "blackout.expired"))
        now_us = desk.now_us
        desk.do(desk.recorder.set_blackout(desk.world.now, code, party, tuple(in_force)))
        if dark_since_us is None and in_force:
            dark_since_us = now_us
        elif dark_since_us is not None and not in_force:
            dark.append((wall_us + dark_since_us, wall_us + now_us))
            dark_since_us = None

    desk.run(chance.random() * 5)
    desk.start()
    for _ in range(12):
        desk.run(chance.random() * 3, changing=chance.random() < 0.7)
        party = chance.choice(PARTIES)
        order(party, on=party not in in_force)
    desk.run(1)
    if dark_since_us is not None:
        dark.append((wall_us + dark_since_us, wall_us + desk.now_us))
    desk.stop()

    truth, read, carried = Spans.of(dark), Spans(), tuple[Asked, ...]()
    for segment in desk.world.segments:
        begin_us = segment.started_at_us
        end_us = begin_us + segment.records[-1].header.media_time_us
        marks = [(begin_us + mark["at_us"], mark) for mark in segment.markers]
        told = darkness(marks, from_us=begin_us, to_us=end_us, carried=carried)
        assert told.unbegun == ()
        carried = told.open
        read |= told.spans
    first_us = desk.world.segments[0].started_at_us
    last_us = end_us
    kept = Spans.of([(first_us, last_us)])
    assert read == truth & kept
