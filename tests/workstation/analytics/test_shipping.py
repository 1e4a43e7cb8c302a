"""The workstation's end of the wire, with a server that says what the test wants."""

import asyncio
from contextlib import asynccontextmanager

import h11
import msgspec
import pytest
import zstandard

from playhead.base.addresses import Address
from playhead.base.clock import SystemClock
from playhead.base.errors import LimitError, ProtocolError, RefusedError, UnavailableError
from playhead.base.ids import WorkstationId
from playhead.domain.analytics.events import Answer, DesktopEvent, Kind, decoded
from playhead.domain.analytics.rollout import Rollout, RuleSet, encoded
from playhead.net.http.asking import HttpPeer
from playhead.net.network import SystemNetwork
from playhead.store.disk import SystemDisk
from playhead.workstation.analytics import shipping
from playhead.workstation.analytics.shipping import Shipment
from playhead.workstation.analytics.spool import EventSpool, told

NAME = WorkstationId("desk-1")
RULE = '[[rule]]\nname = "r"\nwhen = { title = "x" }\nthen = { tag = "t" }\n'


class Server:
    """Answers each request by calling ``answer``; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked = []
        self.stored = []
        self.settled = []
        self.rollout = Rollout()
        self.answer = self.take

    def take(self, method, _target, headers, body):
        if method == "GET":
            if headers.get("if-none-match") == f'"{self.rollout.digest}"':
                return 304, b""
            return 200, encoded(self.rollout)
        received = decoded(zstandard.ZstdDecompressor().decompress(body))
        self.stored += received.events
        durable = max(event.sequence for event in received.events)
        return 200, msgspec.json.encode(Answer(durable=durable, rules=self.rollout.digest))

    async def serve(self, reader, writer):
        http = h11.Connection(h11.SERVER)
        request, body = None, b""
        while True:
            event = http.next_event()
            if event is h11.NEED_DATA:
                data = await reader.read(65536)
                http.receive_data(data)
                if not data:
                    break
            elif isinstance(event, h11.Request):
                request, body = event, b""
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                headers = {name.decode(): value.decode() for name, value in request.headers}
                self.asked.append((request.method.decode(), request.target.decode(), headers))
                status, answer = self.answer(request.method.decode(), request.target.decode(), headers, body)
                writer.write(
                    http.send(h11.Response(status_code=status, headers=[("content-length", str(len(answer)))]))
                )
                writer.write(http.send(h11.Data(answer)) + http.send(h11.EndOfMessage()))
                http.start_next_cycle()
            else:
                break
        writer.close()


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def spool(tmp_path):
    spool = EventSpool(SystemDisk(), tmp_path / "analytics", bytes_max=4 << 20, new_name=lambda: "s1")
    spool.open()
    yield spool
    spool.close()


def write(spool, count):
    for number in range(count):
        assert spool.tell(DesktopEvent(sequence=1, kind=Kind.MARK, from_us=number, detail=f"m{number}"))


@asynccontextmanager
async def shipment_to(server, spool, *, body_bytes_max=1 << 20):
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    peer = await SystemNetwork().connect(
        lambda: HttpPeer("premises", body_bytes_max=body_bytes_max), Address("127.0.0.1", port), None
    )
    here = [Rollout()]

    def take(rollout):
        here[0] = rollout

    shipment = Shipment(
        peer,
        NAME,
        spool,
        asyncio.Event(),
        digest=lambda: here[0].digest,
        take_rules=take,
        settled=server.settled.append,
        clock=SystemClock(),
    )
    shipment.here = here
    try:
        yield shipment
    finally:
        peer.close()
        listener.close()


async def test_events_are_sent_once_and_in_order(server, spool, tmp_path, monkeypatch):
    monkeypatch.setattr(shipping, "BATCH_EVENTS", 4)
    write(spool, 10)
    async with shipment_to(server, spool) as shipment:
        await shipment.send_all()
        assert [event.sequence for event in server.stored] == list(range(1, 11))
        assert [event.detail for event in server.stored][:2] == ["m0", "m1"]
        await shipment.send_all()
        assert len(server.stored) == 10
        write(spool, 1)
        await shipment.send_all()
        assert (spool.waiting, [one.durable for one in server.settled]) == (0, [4, 8, 10, 11])
    assert server.stored[-1].sequence == 11
    assert len({headers["host"] for _, _, headers in server.asked}) == 1
    events, sent = told(tmp_path, 3)
    assert ([event.sequence for event in events], sent) == ([9, 10, 11], 11)


async def test_what_was_not_answered_is_sent_again_after_a_restart(server, spool, tmp_path):
    write(spool, 3)
    server.answer = lambda *_: (503, b"later")
    async with shipment_to(server, spool) as shipment:
        with pytest.raises(UnavailableError, match="503: later"):
            await shipment.send_all()
    spool.close()
    again = EventSpool(SystemDisk(), tmp_path / "analytics", bytes_max=4 << 20, new_name=lambda: "other")
    again.open()
    write(again, 1)
    server.answer = server.take
    async with shipment_to(server, again) as shipment:
        await shipment.send_all()
    again.close()
    assert [event.sequence for event in server.stored] == [1, 2, 3, 4]
    assert again.name == "s1"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((403, b"{}"), RefusedError),
        ((429, b""), UnavailableError),
        ((200, b"{"), ProtocolError),
        ((200, msgspec.json.encode(Answer(durable=1))), ProtocolError),
    ],
)
async def test_an_answer_that_settles_nothing_loses_nothing(server, spool, answer, kind):
    write(spool, 2)
    server.answer = lambda *_: answer
    async with shipment_to(server, spool) as shipment:
        with pytest.raises(kind):
            await shipment.send_all()
        assert spool.sent < 2


async def test_rules_are_taken_and_said_to_hold(server, spool):
    server.rollout = Rollout(sets=(RuleSet(name="a", text=RULE),))
    async with shipment_to(server, spool) as shipment:
        running = asyncio.create_task(shipment.run())
        async with asyncio.timeout(10):
            while len(server.asked) < 2:  # noqa: ASYNC110 - the other side says so
                await asyncio.sleep(0.01)
        running.cancel()
        assert shipment.here[0] == server.rollout
    tags = [headers["if-none-match"] for _, _, headers in server.asked]
    assert tags == [f'"{Rollout().digest}"', f'"{server.rollout.digest}"']


async def test_an_answer_without_end_is_cut(server, spool):
    server.answer = lambda *_: (200, b"x" * 5_001)
    async with shipment_to(server, spool, body_bytes_max=5_000) as shipment:
        with pytest.raises(LimitError, match="longer than 5000"):
            await shipment._ask_rules()


async def test_a_server_that_hangs_up_is_said_to(server, spool):
    write(spool, 1)

    async def hang_up(_reader, writer):
        writer.close()

    server.serve = hang_up
    async with shipment_to(server, spool) as shipment:
        with pytest.raises(UnavailableError, match="closed the connection"):
            await shipment.send_all()
