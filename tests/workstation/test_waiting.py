import os
import threading

from playhead.base.clock import SystemClock
from playhead.testing.clock import SimClock
from playhead.workstation.waiting import Waiting

LONG_US = 60_000_000


def test_it_sleeps_no_shorter_than_asked():
    clock = SystemClock()
    waiting = Waiting(clock)
    for span_us in (1, 999, 1000, 2500):
        begun_us = clock.monotonic_us()
        assert not waiting.sleep(span_us)
        assert clock.monotonic_us() - begun_us >= span_us
    waiting.close()


def test_no_time_is_no_sleep_and_takes_no_wake_up():
    waiting = Waiting(SystemClock())
    waiting.wake()
    assert not waiting.sleep(0)
    assert not waiting.sleep(-5)
    assert waiting.sleep(LONG_US)
    waiting.close()


def test_a_wake_up_from_another_thread_ends_it():
    waiting = Waiting(SystemClock())
    thread = threading.Thread(target=waiting.wake)
    thread.start()
    assert waiting.sleep(LONG_US)
    thread.join()
    waiting.close()


def test_many_wake_ups_end_one_sleep_and_never_block():
    waiting = Waiting(SystemClock())
    for _ in range(4000):
        waiting.wake()
    assert waiting.sleep(LONG_US)
    assert not waiting.sleep(1)
    waiting.close()


def test_news_on_a_descriptor_ends_it():
    reader, writer = os.pipe()
    waiting = Waiting(SystemClock())
    os.write(writer, b"x")
    assert not waiting.sleep(LONG_US, reader)
    os.close(writer)
    os.read(reader, 1)
    assert not waiting.sleep(LONG_US, reader)  # its other end is gone, which is news too
    os.close(reader)
    waiting.close()


def test_a_wake_up_after_the_end_hurts_nobody():
    waiting = Waiting(SystemClock())
    waiting.close()
    waiting.close()
    waiting.wake()


def test_oversleeping_is_told_once():
    class Overslept(SimClock):
        """Every second reading is 70 ms later than asked for."""

        def monotonic_us(self) -> int:
            self.advance(71_000)
            return super().monotonic_us()

    waiting = Waiting(Overslept())
    waiting.sleep(1000)
    assert waiting.take_late_us() == 70_000
    assert waiting.take_late_us() == 0
    waiting.close()
