"""Which parts of the screen are masked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.workstation.capture.masks import (
    LINGER_US,
    PLACES_MAX,
    Area,
    Lingering,
    Mask,
    Window,
    areas_on,
    on_monitor,
    places_of,
)
from playhead.workstation.capture.source import Monitor, Rectangle

LEFT = Monitor("left", 0, 0, 1000, 500)
RIGHT = Monitor("right", 1000, 100, 801, 601)


@pytest.mark.parametrize(
    ("text", "monitor", "place"),
    [
        ("100x50+10+20", LEFT, Rectangle(10, 20, 100, 50)),
        ("100%x10%+0+90%", LEFT, Rectangle(0, 450, 1000, 50)),
        ("50%x50%+25%+25%", RIGHT, Rectangle(200, 150, 401, 301)),  # 200.25 to 600.75, 150.25 to 450.75
        ("5000x50+900+0", LEFT, Rectangle(900, 0, 100, 50)),
        ("10x10+1000+0", LEFT, None),
    ],
)
def test_areas_in_pixels_and_per_cent_cover_all_that_they_touch(
    text: str, monitor: Monitor, place: Rectangle | None
) -> None:
    assert Area.parse(text).on(monitor) == place


@pytest.mark.parametrize("text", ["", "100x50", "100x50+10", "0x50+1+1", "-1x5+0+0", "1.5%x5+0+0", "100000x1+0+0"])
def test_what_is_no_area(text: str) -> None:
    with pytest.raises(ValueError, match="area"):
        Area.parse(text)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"area": "nonsense"},
        {"area": "1x1+0+0", "window_class": "x"},
        {"window_title": "x", "monitor": "left"},
        {"monitor": "left"},
    ],
)
def test_a_mask_that_would_mask_nothing_is_refused(settings: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"area|monitor"):
        Mask(**settings)


def test_an_area_of_one_monitor_or_of_all() -> None:
    masks = [Mask(area="10x10+0+0", monitor="left"), Mask(area="20x20+0+0"), Mask(window_class="x")]
    assert areas_on(LEFT, masks) == [Rectangle(0, 0, 10, 10), Rectangle(0, 0, 20, 20)]
    assert areas_on(RIGHT, masks) == [Rectangle(0, 0, 20, 20)]


def test_a_place_on_a_monitor() -> None:
    assert on_monitor(Rectangle(990, 90, 20, 20), LEFT) == Rectangle(990, 90, 10, 20)
    assert on_monitor(Rectangle(990, 90, 20, 20), RIGHT) == Rectangle(0, 0, 10, 10)
    assert on_monitor(Rectangle(2000, 90, 20, 20), RIGHT) is None


PLACE = Rectangle(1, 2, 3, 4)
OTHER = Rectangle(5, 6, 7, 8)


@pytest.mark.parametrize(
    ("mask", "is_meant"),
    [
        (Mask(window_class="keepassxc"), True),
        (Mask(window_class="KeePass*"), True),
        (Mask(window_class="*pass"), False),
        (Mask(window_title="Cards – *"), True),
        (Mask(window_title="*CUSTOMER ?"), True),
        (Mask(window_class="keepass*", window_title="Cards*"), True),
        (Mask(window_class="keepass*", window_title="Other"), False),
        (Mask(window_class="xterm", window_title="Cards*"), False),
        (Mask(area="1x1+0+0"), False),
        (Mask(window_title="[Cc]ards*"), False),
    ],
)
def test_windows_by_class_and_title(mask: Mask, *, is_meant: bool) -> None:
    window = Window(1, PLACE, ("keepassxc", "KeePassXC"), "Cards – customer 5")
    assert places_of([window], [mask]) == ([PLACE] if is_meant else [])


def test_dialogs_and_menus_go_with_their_window() -> None:
    main = Window(1, PLACE, ("secret",), program=0x100)
    dialog = Window(2, OTHER, ("dialog",), transient_for=1, program=0x900)
    of_dialog = Window(3, Rectangle(0, 0, 1, 1), transient_for=2)
    menu = Window(4, Rectangle(0, 0, 2, 2), program=0x100, is_popup=True)
    others = [
        Window(5, Rectangle(0, 0, 3, 3), ("plain",), program=0x100),
        Window(6, Rectangle(0, 0, 4, 4), program=0x200, is_popup=True),
        Window(7, Rectangle(0, 0, 5, 5), transient_for=99),
    ]
    windows = [*others, menu, of_dialog, dialog, main]
    masked = places_of(windows, [Mask(window_class="secret")])
    assert set(masked) == {main.place, dialog.place, of_dialog.place, menu.place}


def test_a_place_stays_masked_for_a_while_after_its_window_left() -> None:
    lingering = Lingering()
    assert lingering.update([PLACE], 0) == (PLACE,)
    assert lingering.update([PLACE], 10 * LINGER_US) == (PLACE,)
    assert set(lingering.update([OTHER], 10 * LINGER_US + 1)) == {PLACE, OTHER}
    assert set(lingering.update([OTHER], 11 * LINGER_US - 1)) == {PLACE, OTHER}
    assert lingering.update([OTHER], 11 * LINGER_US) == (OTHER,)
    assert lingering.update([], 12 * LINGER_US) == ()


RECTANGLES = st.builds(Rectangle, st.integers(-50, 50), st.integers(-50, 50), st.integers(1, 30), st.integers(1, 30))


@given(st.lists(st.tuples(st.lists(RECTANGLES, max_size=6), st.integers(0, LINGER_US // 4)), max_size=25))
def test_what_is_masked_is_bounded_and_covers_all_of_the_last_second(
    steps: list[tuple[list[Rectangle], int]],
) -> None:
    lingering, now, seen = Lingering(), 0, []
    for places, wait in steps:
        now += wait
        seen += [(place, now) for place in places]
        masked = lingering.update(places, now)
        assert len(masked) <= PLACES_MAX
        for place, at in seen:
            if at > now - LINGER_US:
                assert any(_covers(each, place) for each in masked)


def _covers(one: Rectangle, other: Rectangle) -> bool:
    return (
        one.x <= other.x
        and one.y <= other.y
        and one.x + one.width >= other.x + other.width
        and one.y + one.height >= other.y + other.height
    )
