"""Two ends, any order of events: nothing of a resumable stream is lost or doubled, and nobody waits for ever."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from wire.pool.ends import Pair

from playhead.wire.pool import Urgency
from playhead.wire.pool.limits import RESUME_US

SLOTS = 3
ENDS = st.sampled_from(["dialer", "acceptor"])
SIZES = st.one_of(st.integers(0, 40), st.integers(0, 3000), st.integers(0, 200_000))
BYTES = bytes(range(256)) * 1024


class TwoEnds(RuleBasedStateMachine):
    """Bytes wait on each link until a rule carries some of them."""

    def __init__(self):
        super().__init__()
        self.pair = Pair(0, dialer={"consumes": False}, acceptor={"consumes": False})
        self.on_way = {}
        self.written = {}
        self.resumable = set()
        self.reset = set()
        self.alone_us = 0

    def end(self, name):
        return getattr(self.pair, name)

    def queue(self):
        """Let both ends write what they like to, up to a little."""
        for slot, links in self.pair.links.items():
            for side, link in enumerate(links):
                self.on_way[slot, side] += b"".join(link.data_to_send(self.pair.now_us, 30_000))

    def drop_links_that_ended(self):
        for slot, links in list(self.pair.links.items()):
            faults = [link.fault for link in links if link.fault]
            assert not faults
            if all(link.ended for link in links):
                self.pair.links.pop(slot)

    @rule(slot=st.integers(0, SLOTS - 1), half=st.booleans())
    def connect(self, slot, half):
        """Also over a link that only one end takes for lost."""
        before = self.pair.links.get(slot)
        if before is not None:
            if half:
                self.pair.dialer.take(before[0].receive_eof(self.pair.now_us), self.pair.now_us)
            else:
                self.cut(slot)
        now_us = self.pair.now_us
        self.pair.links[slot] = (self.pair.dialer.link(slot, now_us), self.pair.acceptor.link(slot, now_us))
        self.on_way[slot, 0] = self.on_way[slot, 1] = b""

    @rule(slot=st.integers(0, SLOTS - 1))
    def cut(self, slot):
        if slot in self.pair.links:
            self.pair.cut(slot)

    @rule(
        name=ENDS,
        size=st.integers(0, 70_000),
        urgency=st.sampled_from(Urgency),
        resumable=st.booleans(),
        end=st.booleans(),
    )
    def open(self, name, size, urgency, resumable, end):
        one = self.end(name)
        if not one.pool.links and not resumable:
            return
        stream = one.pool.open(
            "test", self.pair.now_us, urgency=urgency, resumable=resumable, data=BYTES[:size], end=end
        )
        self.written[name, stream.id] = bytearray(BYTES[:size])
        if resumable:
            self.resumable.add(stream.id)

    def streams(self, name):
        return [stream for _, stream in sorted(self.end(name).pool.streams.items())]

    @precondition(lambda self: self.written)
    @rule(name=ENDS, which=st.integers(0, 50), size=SIZES)
    def write(self, name, which, size):
        streams = [stream for stream in self.streams(name) if not stream.ending]
        if streams:
            stream = streams[which % len(streams)]
            data = BYTES[which : which + size]
            if stream.source.room:
                self.end(name).pool.write(stream, data, self.pair.now_us)
                self.written.setdefault((name, stream.id), bytearray()).extend(data)

    @precondition(lambda self: self.written)
    @rule(name=ENDS, which=st.integers(0, 50))
    def finish(self, name, which):
        streams = self.streams(name)
        if streams:
            self.end(name).pool.end(streams[which % len(streams)], self.pair.now_us)

    @precondition(lambda self: self.written)
    @rule(name=ENDS, which=st.integers(0, 50))
    def give_up(self, name, which):
        streams = self.streams(name)
        if streams:
            stream = streams[which % len(streams)]
            self.reset.add(stream.id)
            self.end(name).pool.reset(stream, "test.enough")

    @rule(slot=st.integers(0, SLOTS - 1), side=st.integers(0, 1), size=SIZES)
    def carry(self, slot, side, size):
        self.queue()
        if slot in self.pair.links and self.on_way[slot, side]:
            ends = (self.pair.dialer, self.pair.acceptor)
            data, self.on_way[slot, side] = self.on_way[slot, side][:size], self.on_way[slot, side][size:]
            ends[1 - side].receive(self.pair.links[slot][1 - side], data, self.pair.now_us)
            self.drop_links_that_ended()

    @rule(name=ENDS)
    def use(self, name):
        end = self.end(name)
        for stream in list(end.unread):
            end.consume(stream, self.pair.now_us)

    @rule(on=st.booleans())
    def spread(self, on):
        for end in (self.pair.dialer, self.pair.acceptor):
            end.pool.spread(self.pair.now_us, on=on)

    @rule(passed_us=st.sampled_from([100, 30_000, 2_000_000]))
    def wait(self, passed_us):
        self.alone_us += passed_us
        if self.alone_us < RESUME_US:
            self.pair.now_us += passed_us
        self.tick()

    def tick(self):
        for end in (self.pair.dialer, self.pair.acceptor):
            end.take(end.pool.tick(self.pair.now_us), self.pair.now_us)
        self.drop_links_that_ended()

    @invariant()
    def what_arrives_is_what_was_written(self):
        for name, other in (("dialer", "acceptor"), ("acceptor", "dialer")):
            for stream, data in self.end(other).data.items():
                written = self.written.get((name, stream), b"")
                assert written[: len(data)] == data

    def teardown(self):
        for slot in range(SLOTS):
            self.cut(slot)
        for slot in range(SLOTS):  # all of them: one end may hold one for alive that the other has lost
            self.pair.connect(slot)
        ends = {"dialer": self.pair.dialer, "acceptor": self.pair.acceptor}
        for end in ends.values():
            end.consumes = True
            for stream in list(end.unread):
                end.consume(stream, self.pair.now_us)
        self.come_to_an_end()
        for end in ends.values():
            assert not end.pool.streams
            figures = end.pool.figures(self.pair.now_us)
            assert (figures.retained_bytes, figures.unread_bytes) == (0, 0)
            assert end.pool._registry._budget.used_bytes == 0
            assert not end.pool._registry._seen._ahead, "every number was used"
        for (name, stream), written in self.written.items():
            other = ends["acceptor" if name == "dialer" else "dialer"]
            if stream in self.resumable - self.reset:
                assert other.data.get(stream, b"") == written
                assert stream in other.ended

    def come_to_an_end(self):
        for _ in range(40):  # nobody is woken: what there is to send goes by itself
            self.pair.pump()
            self.pair.now_us += 25_000
            self.tick()
        for name in ("dialer", "acceptor"):
            assert [stream.id for stream in self.streams(name) if not stream.source.drained] == []
        for _ in range(200):
            for name in ("dialer", "acceptor"):
                for stream in self.streams(name):
                    self.end(name).pool.end(stream, self.pair.now_us)
            self.pair.pump()
            self.pair.now_us += 25_000
            self.tick()
            if self.pair.dialer.pool.drained and self.pair.acceptor.pool.drained:
                return
        raise AssertionError("They wait for ever")


TestTwoEnds = TwoEnds.TestCase
TestTwoEnds.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
