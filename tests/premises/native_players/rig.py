"""A site whose recordings native players play over loopback, and a small client of our own."""

import asyncio
import contextlib
from dataclasses import dataclass, field

from playhead.base.addresses import Address
from playhead.base.errors import RefusedError
from playhead.base.ids import UserId
from playhead.premises.native_players.config import NativePlayersConfig
from playhead.premises.native_players.service import NativePlayersService
from playhead.store.token_keys import signing_key
from playhead.testing.site import PASSWORD, Site
from playhead.wire import rtsp
from playhead.wire.rtp import Packet
from playhead.wire.rtsp.messages import write_request
from playhead.wire.tokens import Audience, Claims, sign


def media_token(site, recording, *, user="sue", actions=("play", "live"), life_s=60):
    now_s = site.clock.wall_us() // 1_000_000
    claims = Claims(Audience.MEDIA, UserId(user), "token-1", now_s, now_s + life_s, recording, frozenset(actions))
    return sign(claims, signing_key(site.keyring), issuer=site.keyring.site)


async def prove(name, password, _address, _player):
    """As the portal does it, with one password for everybody."""
    if password != PASSWORD:
        raise RefusedError("session.refused", "The name or the password is wrong.")
    return UserId(name)


@dataclass
class Served:
    """The service while it runs."""

    site: Site
    service: NativePlayersService

    @property
    def port(self):
        return self.service.port

    def url(self, path, scheme="rtsp"):
        return f"{scheme}://127.0.0.1:{self.port}{path}"

    def recording_url(self, recording, **claims):
        return self.url(f"/recordings/{recording}?token={media_token(self.site, recording, **claims)}")

    async def client(self):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        return Client(reader, writer)


@contextlib.asynccontextmanager
async def served(site, *, player=None, tls=None, **config):
    """Native players are served while the block lasts; ``tls`` is certificate and key, otherwise the site's own."""
    player = player or site.player()
    file = site.keyring.server_file
    certificate, key = tls or (file, file)
    service = NativePlayersService(
        NativePlayersConfig(listen=Address("127.0.0.1", 0), **config),
        player=player,
        catalogue=site.catalogue,
        keyring=site.keyring,
        prove=prove,
        audit=site.audit,
        clock=site.clock,
        certificate=certificate,
        key=key,
    )
    running = [asyncio.create_task(one.run()) for one in (player, service)]
    try:
        await asyncio.wait({running[1], asyncio.create_task(service.listening.wait())}, return_when="FIRST_COMPLETED")
        if running[1].done():
            running[1].result()
        yield Served(site, service)
    finally:
        for one in reversed(running):
            one.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await one


@dataclass
class Client:
    """Asks one thing after the other, and keeps what comes between the answers."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    parser: rtsp.Parser = field(default_factory=rtsp.Parser)
    frames: list[rtsp.Interleaved] = field(default_factory=list)
    notices: list[rtsp.Request] = field(default_factory=list)
    answers: list[rtsp.Response] = field(default_factory=list)
    session: str = ""
    cseq: int = 0
    version: rtsp.Version = rtsp.V1

    async def ask(self, method, address, body=b"", **headers):
        """Send a request; its answer."""
        self.cseq += 1
        told = {"CSeq": str(self.cseq), **({"Session": self.session} if self.session else {})}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        self.writer.write(write_request(rtsp.Request(method, address, self.version, told, body)))
        return await self.answer()

    async def answer(self):
        """The next answer."""
        while not self.answers:
            await self._more()
        found = self.answers.pop(0)
        self.session = found.headers.get("session", self.session).partition(";")[0]
        return found

    async def _more(self):
        async with asyncio.timeout(20):
            data = await self.reader.read(65536)
        if not data:
            raise EOFError
        for message in self.parser.receive_data(data):
            match message:
                case rtsp.Interleaved():
                    self.frames.append(message)
                case rtsp.Response():
                    self.answers.append(message)
                case rtsp.Request():
                    self.notices.append(message)

    async def until(self, condition):
        """Read until something holds."""
        while not condition():
            await self._more()

    def packets(self, channel=0):
        return [Packet.parse(one.data) for one in self.frames if one.channel == channel]

    def pictures(self, channel=0):
        """RTP times of whole pictures."""
        return [one.timestamp for one in self.packets(channel) if one.marker]

    def said_goodbye(self, channel=1):
        return any(one.channel == channel and b"\xcb" in one.data[8:] and _has_bye(one.data) for one in self.frames)

    async def set_up(self, address, *tracks, **headers):
        """DESCRIBE and SETUP; the session description."""
        described = await self.ask("DESCRIBE", address, Accept="application/sdp", **headers)
        assert described.status == 200, described
        base = described.headers["content-base"]
        for number, track in enumerate(tracks or (1,)):
            transport = f"RTP/AVP/TCP;unicast;interleaved={2 * number}-{2 * number + 1}"
            answer = await self.ask("SETUP", f"{base}track={track}", Transport=transport)
            assert answer.status == 200, answer
        return base, described.body.decode()

    async def play(self, address, **headers):
        """PLAY, sent as fast as it may be unless told otherwise."""
        return await self.ask("PLAY", address, **{"Speed": "16", **headers})

    async def close(self):
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()


def _has_bye(data):
    offset = 0
    while offset + 4 <= len(data):
        if data[offset + 1] == 203:
            return True
        offset += 4 * (int.from_bytes(data[offset + 2 : offset + 4], "big") + 1)
    return False
