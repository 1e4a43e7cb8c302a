"""Opens many connections that never ask for anything, and keeps them until its input ends.

    python crowd.py PORT COUNT

Every other one is silent; the rest send the beginning of a request. It says how many the machine let it open.
"""

# ruff: noqa: T201 - it tells the test

import contextlib
import resource
import select
import socket
import sys

KEPT_FREE = 64
ROUND = 200


def main(port, wanted):
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    count = min(wanted, most - KEPT_FREE)
    ready = select.epoll()
    crowd = {}
    for number in range(count):
        one = socket.socket()
        one.setblocking(False)  # noqa: FBT003 - as the library has it
        one.connect_ex(("127.0.0.1", port))
        crowd[one.fileno()] = one
        if number % 2:
            ready.register(one.fileno(), select.EPOLLOUT)
        if number % ROUND == ROUND - 1:
            speak(ready, crowd)
    while speak(ready, crowd):
        pass
    print(count, flush=True)
    sys.stdin.read()


def speak(ready, crowd):
    """Who is connected begins a request; whether there was somebody."""
    found = ready.poll(0)
    for descriptor, _ in found:
        ready.unregister(descriptor)
        with contextlib.suppress(OSError):
            crowd[descriptor].send(b"OPTIONS rtsp://127.0.0.1/ RTSP/1.0\r\nCSe")
    return bool(found)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
