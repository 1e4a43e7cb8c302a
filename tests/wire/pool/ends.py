"""Two ends of a pool with nothing between them, and what they are told."""

from playhead.wire.pool import Broken, Data, Ended, Link, Opened, Pool, Role
from playhead.wire.pool.frames import head

NAMES = {Role.DIALER: b"d" * 16, Role.ACCEPTOR: b"a" * 16}


def frame(kind, stream, value=0, payload=b""):
    """A frame as bytes."""
    return head(kind, stream, value, len(payload)) + payload


class End:
    """A pool with an owner who takes everything."""

    def __init__(self, role, *, consumes=True, **options):
        self.role = role
        self.pool = Pool(role, NAMES[role], **options)
        self.consumes = consumes
        self.events = []
        self.data = {}
        self.heads = {}
        self.ended = set()
        self.broken = {}
        self.unread = {}
        self.opened = []

    def link(self, slot=0, now_us=0):
        dials = self.role is Role.DIALER
        return Link(self.role, lambda _: self.pool, now_us, self.pool.hello(slot) if dials else None)

    def take(self, events, now_us):
        """Look at events before their data is overwritten."""
        for event in events:
            match event:
                case Opened(stream, head):
                    self.opened.append(stream)
                    self.heads[stream.id] = head
                    self.data.setdefault(stream.id, bytearray())
                case Data(stream, data):
                    self.data.setdefault(stream.id, bytearray()).extend(data)
                    self.unread[stream] = self.unread.get(stream, 0) + len(data)
                    if self.consumes:
                        self.consume(stream, now_us)
                    continue
                case Ended(stream):
                    assert stream.id not in self.ended
                    self.ended.add(stream.id)
                case Broken(stream, code):
                    assert stream.id not in self.broken
                    self.broken[stream.id] = code
                    self.unread.pop(stream, None)
                case _:
                    pass
            self.events.append(event)

    def consume(self, stream, now_us):
        size = self.unread.pop(stream, 0)
        if size:
            self.pool.consume(stream, size, now_us)

    def receive(self, link, data, now_us=0):
        """Take bytes from a buffer that is spoilt right after."""
        buffer = bytearray(data)
        self.take(link.receive_data(buffer, now_us), now_us)
        buffer[:] = bytes(len(buffer))


class Pair:
    """A dialer, an acceptor, and links between them that bytes cross at once."""

    def __init__(self, links=1, *, dialer=None, acceptor=None):
        self.dialer = End(Role.DIALER, **(dialer or {}))
        self.acceptor = End(Role.ACCEPTOR, **(acceptor or {}))
        self.now_us = 1_000_000
        self.links = {}
        for slot in range(links):
            self.connect(slot)

    def connect(self, slot):
        self.links[slot] = (self.dialer.link(slot, self.now_us), self.acceptor.link(slot, self.now_us))
        self.pump()

    def pump(self, room=256 * 1024, turns=1000):
        """Carry bytes both ways until there are none."""
        for _ in range(turns):
            moved = 0
            for one, two in list(self.links.values()):
                moved += self.carry(one, self.acceptor, two, room)
                moved += self.carry(two, self.dialer, one, room)
            if not moved:
                return
        raise AssertionError("They never stop talking")

    def carry(self, out, receiver, into, room=256 * 1024):
        data = b"".join(out.data_to_send(self.now_us, room))
        if data:
            receiver.receive(into, data, self.now_us)
        return len(data)

    def cut(self, slot):
        """Both ends lose the link, and what is on its way."""
        one, two = self.links.pop(slot)
        self.dialer.take(one.receive_eof(self.now_us), self.now_us)
        self.acceptor.take(two.receive_eof(self.now_us), self.now_us)
