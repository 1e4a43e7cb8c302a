from hypothesis import given
from hypothesis import strategies as st

from playhead.workstation import prebuffer
from playhead.workstation.outputs import Epoch, Thumbnail
from playhead.workstation.pieces import Mark, Picture
from playhead.workstation.prebuffer import GROUP_PICTURES_MAX, OTHERS_MAX, PreBuffer

SECOND_US = 1_000_000
EPOCHS = [Epoch(track, 0, 0, 16, 16, b"", b"", f"m{track}") for track in range(3)]


def picture(at_s: float, *, key: bool = False, changed: float = 1.0, track: int = 0, size: int = 10) -> Picture:
    return Picture(EPOCHS[track], int(at_s * SECOND_US), bytes(size), key, changed)


def filled(*pictures: Picture, span_s: float = 10) -> PreBuffer:
    ring = PreBuffer(int(span_s * SECOND_US))
    for each in pictures:
        ring.add(each)
    return ring


def times(ring: PreBuffer, now_s: float) -> list[float]:
    return [item.at_us / SECOND_US for item in ring.take(int(now_s * SECOND_US)).items]


def test_it_begins_with_a_key_frame_within_the_span() -> None:
    ring = filled(picture(0, key=True), picture(1), picture(5, key=True), picture(6), picture(9, key=True))
    assert times(ring, 12) == [5, 6, 9]


def test_what_has_not_changed_since_its_key_frame_is_shown_from_the_begin_of_the_span() -> None:
    ring = filled(picture(0, key=True), picture(10, changed=0.0), picture(15))
    assert times(ring, 16) == [6, 10, 15]
    ring = filled(picture(0, key=True), picture(10, changed=0.0), picture(20, changed=0.0))
    assert times(ring, 26) == [15.999, 16, 20]


def test_what_changed_before_the_span_without_a_key_frame_since_is_too_old() -> None:
    ring = filled(picture(0, key=True), picture(1))
    taken = ring.take(12 * SECOND_US)
    assert (taken.items, taken.needs_key) == ([], True)


def test_a_still_picture_is_there_until_a_key_frame_of_the_span() -> None:
    ring = filled(picture(0, key=True), picture(11, key=True), picture(12))
    assert times(ring, 13) == [3, 11, 12]


def test_a_picture_without_its_key_frame_is_left_out() -> None:
    assert times(filled(picture(1), picture(2, key=True)), 3) == [2]


def test_after_a_break_nothing_but_a_key_frame_goes_on() -> None:
    ring = filled(picture(0, key=True), picture(1))
    ring.break_off(0)
    assert ring.needs_key(SECOND_US)
    ring.add(picture(2))
    ring.add(picture(3, key=True))
    assert times(ring, 4) == [0, 1, 3]


def test_a_key_frame_is_asked_for_a_quarter_of_the_span_after_the_last_if_something_changed() -> None:
    ring = filled(picture(0, key=True))
    assert not ring.needs_key(9 * SECOND_US)
    ring.add(picture(0.2))
    assert not ring.needs_key(int(2.49 * SECOND_US))
    assert ring.needs_key(int(2.5 * SECOND_US))


def test_a_short_ring_asks_more_often() -> None:
    ring = filled(picture(0, key=True), picture(0.2), span_s=1)
    assert ring.needs_key(SECOND_US // 2)


def test_a_still_screen_is_asked_for_a_key_frame_when_the_group_is_long() -> None:
    stills = [picture(n, changed=0.0) for n in range(1, GROUP_PICTURES_MAX - 1)]
    ring = filled(picture(0, key=True), *stills)
    assert not ring.needs_key(1000 * SECOND_US)
    ring.add(picture(GROUP_PICTURES_MAX, changed=0.0))
    assert ring.needs_key(1000 * SECOND_US)


def test_nothing_is_kept_without_a_span() -> None:
    ring = filled(picture(0, key=True), span_s=0)
    assert ring.held_bytes == 0
    assert not ring.needs_key(SECOND_US)
    assert ring.take(SECOND_US).needs_key


def test_a_track_that_ended_is_forgotten_when_the_span_is_over() -> None:
    ring = filled(picture(0, key=True), picture(0, key=True, track=1))
    ring.keep_tracks(frozenset({0}), SECOND_US)
    ring.add(picture(2))
    assert not ring.needs_key(SECOND_US)
    assert len(times(ring, 3)) == 3
    ring = filled(picture(0, key=True), picture(0, key=True, track=1))
    ring.keep_tracks(frozenset({0}), SECOND_US)
    ring.add(picture(12, changed=0.0))
    assert {item.epoch.track for item in ring.take(12 * SECOND_US).items} == {0}


def test_a_track_that_comes_back_is_there() -> None:
    ring = filled(picture(0, key=True))
    ring.keep_tracks(frozenset(), SECOND_US)
    ring.keep_tracks(frozenset({0}), 2 * SECOND_US)
    ring.add(picture(20, changed=0.0))
    assert ring.take(20 * SECOND_US).items


def test_bytes_are_limited_and_the_oldest_goes_first(monkeypatch) -> None:
    monkeypatch.setattr(prebuffer, "RING_BYTES_MAX", 100)
    ring = filled(picture(0, key=True, size=40), picture(1, key=True, size=40, track=1), picture(2, size=20))
    assert ring.held_bytes == 100
    ring.add(picture(3, size=1, track=1))
    assert ring.held_bytes == 41
    assert ring.needs_key(3 * SECOND_US)
    assert times(ring, 4) == [1, 3]


def test_others_are_limited() -> None:
    ring = filled(picture(0, key=True))
    for n in range(OTHERS_MAX + 1):
        ring.add(Mark(n, f"m{n}"))
    items = ring.take(SECOND_US).items
    assert sum(isinstance(item, Mark) for item in items) == OTHERS_MAX
    assert "m0" not in [item.code for item in items if isinstance(item, Mark)]


def test_the_newest_thumbnail_comes_with_a_still_picture() -> None:
    ring = filled(picture(0, key=True))
    ring.add(Thumbnail(0, 0, 1, b"old"))
    ring.add(picture(20, changed=0.0))
    thumbnails = [item for item in ring.take(20 * SECOND_US).items if isinstance(item, Thumbnail)]
    assert thumbnails == [Thumbnail(0, 0, 10 * SECOND_US, b"old")]


@given(
    st.lists(
        st.tuples(st.floats(0, 3), st.integers(0, 2), st.booleans(), st.sampled_from([0.0, 1.0]), st.integers(0, 50)),
        max_size=60,
    ),
    st.floats(0, 5),
)
def test_whatever_came_what_is_taken_can_be_decoded(steps: list, later: float) -> None:
    ring, now_s = PreBuffer(10 * SECOND_US), 0.0
    fed: dict[int, list[Picture]] = {0: [], 1: [], 2: []}
    for pause, track, key, changed, size in steps:
        now_s += pause
        each = picture(now_s, key=key, changed=changed, track=track, size=size)
        fed[track].append(each)
        ring.add(each)
    held = ring.held_bytes
    now_us = int((now_s + later) * SECOND_US)
    taken = ring.take(now_us)
    assert sum(len(item.data) for item in taken.items if isinstance(item, Picture)) <= held
    assert ring.held_bytes == 0
    assert [item.at_us for item in taken.items] == sorted(item.at_us for item in taken.items)
    for track, pictures in fed.items():
        shown = [item for item in taken.items if isinstance(item, Picture) and item.epoch.track == track]
        if not shown:
            continue
        assert shown[0].key
        assert shown[0].at_us >= now_us - 10 * SECOND_US - GROUP_PICTURES_MAX * 1_000
        # What is shown is everything that came from some key frame on, without a hole.
        tail = pictures[len(pictures) - len(shown) :]
        assert [(each.data, each.key) for each in shown] == [(each.data, each.key) for each in tail]
