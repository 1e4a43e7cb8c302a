import asyncio
from dataclasses import replace

from playhead.workstation.analytics import atspi
from playhead.workstation.analytics.accessible import WINDOWS_MAX, Accessibility
from playhead.workstation.analytics.source import SeenWindow

SHOP = SeenWindow(1, "Firefox", "Shop", 17, 1)


def reader(bus="unix:path=/nonexistent/bus"):
    return Accessibility(bus, lambda: None, lambda: True)


async def test_without_a_bus_nothing_is_known_and_that_is_said():
    eyes = reader()
    running = asyncio.create_task(eyes.run())
    async with asyncio.timeout(10):
        while not eyes.problem:  # noqa: ASYNC110 - it says so itself
            await asyncio.sleep(0.01)
    running.cancel()
    assert eyes.of(SHOP) == (None, None)


async def test_a_window_with_another_title_is_another_page():
    eyes = reader()
    eyes.of(SHOP)
    reading = eyes._readings[replace(SHOP, monitor=0)]
    reading.address, reading.text = "https://shop/", "Pay"
    assert eyes.of(SHOP) == eyes.of(replace(SHOP, monitor=2)) == ("https://shop/", "Pay")
    assert eyes.of(replace(SHOP, title="Card payment")) == (None, None)
    assert eyes.of(SHOP) == (None, None)


async def test_only_so_many_windows_are_read():
    eyes = reader()
    for number in range(WINDOWS_MAX + 5):
        eyes.of(replace(SHOP, id=number))
    assert len(eyes._readings) == WINDOWS_MAX
    assert replace(SHOP, id=0, monitor=0) not in eyes._readings


def test_bits_go_over_the_wire_with_a_sign():
    assert atspi._signed([1 << 31, (1 << 31) - 1, 0]) == [-(1 << 31), (1 << 31) - 1, 0]


async def test_a_title_that_never_rests_is_not_read_each_time():
    eyes = reader()
    eyes.of(SHOP)
    assert eyes._news.is_set()
    eyes._news.clear()
    for number in range(3):
        eyes.of(replace(SHOP, title=f"{number} new messages"))
    assert not eyes._news.is_set()
