"""A link with a rate, a delay and a deep queue, in virtual time: what TCP over a site's uplink is to the pool."""

import heapq

from wire.pool.ends import Pair

from playhead.wire.pool import Data, Ended, Opened, Urgency

SEGMENT_BYTES = 16 * 1024


class Direction:
    """One way. Its queue takes what it is given, as a deep router buffer does; what is late is late for all."""

    def __init__(self, world, rate_bytes_s, delay_us):
        self.world = world
        self.rate_bytes_s = rate_bytes_s
        self.delay_us = delay_us
        self.free_at_us = 0

    def send(self, data, arrive):
        for at in range(0, len(data), SEGMENT_BYTES):
            piece = data[at : at + SEGMENT_BYTES]
            begins_us = max(self.free_at_us, self.world.pair.now_us)
            self.free_at_us = begins_us + len(piece) / self.rate_bytes_s * 1e6
            self.world.at(self.free_at_us + self.delay_us, lambda piece=piece: arrive(piece))


class World:
    """A pair whose links are bottlenecks. Whoever dials uploads; whoever accepts echoes what is interactive."""

    def __init__(self, rate_bytes_s, round_trip_ms, links=1):
        self.pair = Pair(0)
        self.wires = {}
        self.queue = []
        self.count = 0
        self.received = 0
        self.waiting = {}
        self.echo_us = []
        self.due = set()
        shared = {}
        for slot in range(links):
            now_us = self.pair.now_us
            self.pair.links[slot] = (self.pair.dialer.link(slot, now_us), self.pair.acceptor.link(slot, now_us))
            for side in range(2):
                # all links of a site share its uplink
                way = shared.setdefault(side, Direction(self, rate_bytes_s, round_trip_ms * 500))
                self.wires[slot, side] = way
        self.run(1)
        assert len(self.pair.dialer.pool.links) == links

    def at(self, when_us, act):
        self.count += 1
        heapq.heappush(self.queue, (when_us, self.count, act))

    def flush(self):
        """What the shell does after every call: write, and come back when something is due."""
        now_us = self.pair.now_us
        ends = (self.pair.dialer, self.pair.acceptor)
        for slot, links in self.pair.links.items():
            for side, link in enumerate(links):
                while data := b"".join(link.data_to_send(now_us, 64 * 1024)):
                    receiver, into = ends[1 - side], links[1 - side]
                    self.wires[slot, side].send(data, lambda piece, r=receiver, i=into: self.arrive(r, i, piece))
        for end in ends:
            due_us = end.pool.due_us
            if due_us is not None and (end.role, due_us) not in self.due:
                self.due.add((end.role, due_us))
                self.at(max(due_us, now_us + 1), lambda end=end: end.take(end.pool.tick(self.pair.now_us), 0))

    def arrive(self, end, link, piece):
        now_us = self.pair.now_us
        for event in link.receive_data(bytes(piece), now_us):
            match event:
                case Data(stream, data):
                    if stream.kind == "bulk":
                        self.received += len(data)
                    elif end is self.pair.acceptor:
                        end.pool.write(stream, bytes(data), now_us)
                    else:
                        self.waiting[stream.id][1] += len(data)
                    end.pool.consume(stream, len(data), now_us)
                case Ended(stream) if end is self.pair.acceptor:
                    end.pool.end(stream, now_us)
                case Ended(stream) if stream.id in self.waiting:
                    self.echo_us.append(now_us - self.waiting.pop(stream.id)[0])
                case Opened() | _:
                    pass

    def echo(self, size=1000, **options):
        """Ask something small; how long the answer takes is noted."""
        now_us = self.pair.now_us
        stream = self.pair.dialer.pool.open("echo", now_us, data=bytes(size), end=True, **options)
        self.waiting[stream.id] = [now_us, 0]

    def bulk(self, size, *, playback=False):
        """Something large."""
        urgency = Urgency.PLAYBACK if playback else Urgency.BULK
        return self.pair.dialer.pool.open(
            "bulk", self.pair.now_us, urgency=urgency, resumable=True, source=Endless(size)
        )

    def run(self, seconds, *, echo_every_ms=0):
        """Let the time pass."""
        until_us = self.pair.now_us + seconds * 1e6
        if echo_every_ms:
            for at in range(echo_every_ms, int(seconds * 1000), echo_every_ms):
                self.at(self.pair.now_us + at * 1000, self.echo)
        self.flush()
        while self.queue and self.queue[0][0] <= until_us:
            when_us, _, act = heapq.heappop(self.queue)
            self.pair.now_us = max(self.pair.now_us, int(when_us))
            act()
            self.flush()
        self.pair.now_us = int(until_us)


class Endless:
    """A source that is never drained before ``size`` bytes."""

    drained = False
    slot = bytes(1024 * 1024)

    def __init__(self, size):
        self.left = size

    def read(self, size_max):
        size = min(size_max, self.left, len(self.slot))
        self.left -= size
        self.drained = not self.left
        return memoryview(self.slot)[:size]
