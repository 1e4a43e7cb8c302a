"""A slow link between two network namespaces: rate, delay, queue and loss, packet by packet, without `tc netem`.

`slow.py near far --rate … --delay …` makes a TUN device in each namespace and carries what is sent into one out of the
other, each way like a router with one queue that drops what does not fit. It needs root, and runs until it is killed.
"""

import argparse
import contextlib
import fcntl
import os
import random
import select
import struct
import subprocess
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TUNSETIFF = 0x400454CA
IFF_TUN_NO_PI = 0x1001
PACKET_BYTES = 2048
AT_ONCE = 64
HEADS_BYTES = 14
"""Of Ethernet, which a packet would have on a wire."""
CONGESTION = "cubic"
"""What most machines have."""
NEAR, FAR = "playhead-near", "playhead-far"
ADDRESSES = {NEAR: "10.177.0.1", FAR: "10.177.0.2"}


class Way:
    """One direction."""

    def __init__(self, rate_bit_s: float, delay_s: float, queue_bytes: int, loss: float, chance: random.Random) -> None:
        self._byte_s = 8 / rate_bit_s
        self._delay_s = delay_s
        self._queue_s = queue_bytes * self._byte_s
        self._loss = loss
        self._chance = chance
        self._free_at = 0.0
        self._flying: deque[tuple[float, bytes]] = deque()

    def take(self, packet: bytes, now: float) -> None:
        """A packet comes in: it is dropped by the full queue or by chance, or is on its way."""
        begin = max(self._free_at, now)
        if begin - now > self._queue_s:
            return
        self._free_at = begin + (len(packet) + HEADS_BYTES) * self._byte_s
        if self._chance.random() >= self._loss:
            self._flying.append((self._free_at + self._delay_s, packet))

    def due(self, now: float) -> Iterator[bytes]:
        """What has arrived."""
        while self._flying and self._flying[0][0] <= now:
            yield self._flying.popleft()[1]

    @property
    def next_at(self) -> float | None:
        """When the next arrives."""
        return self._flying[0][0] if self._flying else None


def device(namespace: str) -> int:
    """A TUN device in a namespace, up, with its address; its descriptor."""
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    name = f"slow{os.getpid() % 10_000}{'n' if namespace == NEAR else 'f'}"
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN_NO_PI))
    subprocess.run(["ip", "link", "set", name, "netns", namespace], check=True)
    for words in (["addr", "add", f"{ADDRESSES[namespace]}/24"], ["link", "set", "up", "txqueuelen", "1000"]):
        subprocess.run(["ip", "-n", namespace, *words, "dev", name], check=True)
    route = ["route", "replace", "10.177.0.0/24", "dev", name, "src", ADDRESSES[namespace], "congctl", CONGESTION]
    subprocess.run(["ip", "-n", namespace, *route], check=True)
    return fd


def carry(ways: dict[int, tuple[Way, int]]) -> None:
    """Carry packets until killed."""
    while True:
        at = [one.next_at for one, _ in ways.values() if one.next_at is not None]
        wait_s = max(min(at) - time.monotonic(), 0) if at else None
        ready, _, _ = select.select(list(ways), [], [], wait_s)
        for fd in ready:
            way, _ = ways[fd]
            with contextlib.suppress(BlockingIOError):
                for _ in range(AT_ONCE):
                    way.take(os.read(fd, PACKET_BYTES), time.monotonic())
        for way, out in ways.values():
            for packet in way.due(time.monotonic()):
                with contextlib.suppress(BlockingIOError):
                    os.write(out, packet)


@contextmanager
def slow_link(
    mbit_s: float, round_trip_ms: float, queue_kib: int, loss: float = 0.0
) -> Iterator[tuple[list[str], list[str], str]]:
    """Two namespaces with such a link; what to put before commands of the near and the far one, and the far address."""
    for name in (NEAR, FAR):
        subprocess.run(["ip", "netns", "delete", name], check=False, capture_output=True)
        subprocess.run(["ip", "netns", "add", name], check=True)
        subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
    told = ["--rate", str(mbit_s), "--round-trip", str(round_trip_ms), "--queue", str(queue_kib), "--loss", str(loss)]
    carrying = subprocess.Popen(["python3", Path(__file__), *told], stdout=subprocess.PIPE)
    try:
        assert carrying.stdout is not None
        assert carrying.stdout.readline(), "The link did not come up."
        near, far = (["ip", "netns", "exec", name] for name in (NEAR, FAR))
        yield near, far, ADDRESSES[FAR]
    finally:
        carrying.kill()
        carrying.wait()
        for name in (NEAR, FAR):
            subprocess.run(["ip", "netns", "delete", name], check=False, capture_output=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, required=True, help="Mbit/s")
    parser.add_argument("--round-trip", type=float, required=True, help="milliseconds, without any queue")
    parser.add_argument("--queue", type=int, required=True, help="KiB each way")
    parser.add_argument("--loss", type=float, default=0.0, help="share of packets, each way")
    options = parser.parse_args()
    near, far = device(NEAR), device(FAR)
    made = [
        Way(options.rate * 1e6, options.round_trip / 2e3, options.queue * 1024, options.loss, random.Random(seed))
        for seed in (1, 2)
    ]
    print("up", flush=True)
    carry({near: (made[0], far), far: (made[1], near)})


if __name__ == "__main__":
    main()
