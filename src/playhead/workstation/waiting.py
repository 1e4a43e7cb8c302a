"""Sleeping until there is something to do: news on a descriptor, a call from another thread, or the time."""

import select
import socket

from playhead.base.clock import Clock


class Waiting:
    """One thread sleeps, any thread wakes it. A wake-up that comes while nobody sleeps ends the next sleep at once.

    Args:
        clock: to tell how much longer than asked a sleep took.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._late_us = 0
        self._receiver, self._sender = socket.socketpair()
        self._receiver.settimeout(0)
        self._sender.settimeout(0)

    def wake(self) -> None:
        """End the sleep. From any thread."""
        try:
            self._sender.send(b"\0")
        except (BlockingIOError, OSError):
            return  # full: it is awake already; closed: nobody sleeps any more

    def sleep(self, span_us: int, descriptor: int = -1) -> bool:
        """Sleep for so long, or until the descriptor is readable (-1: none), or `wake`. Whether it was `wake`.

        A time that is not above zero is no sleep.
        """
        if span_us <= 0:
            return False
        until_us = self._clock.monotonic_us() + span_us
        poll = select.poll()
        poll.register(self._receiver, select.POLLIN)
        if descriptor >= 0:
            poll.register(descriptor, select.POLLIN)
        ready = poll.poll(-(-span_us // 1000))  # whole milliseconds, rounded up
        if not ready:
            self._late_us = max(self._late_us, self._clock.monotonic_us() - until_us)
        if all(found != self._receiver.fileno() for found, _ in ready):
            return False
        self._receiver.recv(4096)
        return True

    def take_late_us(self) -> int:
        """By how much sleeps took longer than asked, at most, since this was asked last."""
        late_us, self._late_us = self._late_us, 0
        return late_us

    def close(self) -> None:
        """Let go of the sockets."""
        self._receiver.close()
        self._sender.close()
