"""A relay before the service that writes down what passes, as a capture that tshark reads."""

import asyncio
import contextlib
import struct
import time
from dataclasses import dataclass, field

PAYLOAD_BYTES_MAX = 1_400
CLIENT, SERVER = ("127.0.0.1", 50_000), ("127.0.0.1", 4510)
"""What the capture says of who speaks; RTSP is looked for at the service's own port."""


@dataclass
class Wiretap:
    """Both directions of one connection, in the order in which they passed."""

    passed: list[tuple[bool, float, bytes]] = field(default_factory=list)
    port: int = 0

    def pcap(self):
        """As a capture of IPv4 packets (LINKTYPE_RAW, draft-ietf-opsawg-pcap)."""
        packets = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 101)]
        sent = {True: 1, False: 1}
        for from_client, at_s, data in self.passed:
            for start in range(0, len(data), PAYLOAD_BYTES_MAX):
                payload = data[start : start + PAYLOAD_BYTES_MAX]
                packet = _packet(payload, sent[from_client], sent[not from_client], from_client=from_client)
                sent[from_client] += len(payload)
                seconds, micro = divmod(round(at_s * 1e6), 1_000_000)
                packets.append(struct.pack("<IIII", seconds, micro, len(packet), len(packet)) + packet)
        return b"".join(packets)

    @contextlib.asynccontextmanager
    async def before(self, port):
        """Relay to a port while the block lasts."""
        pumps = set()

        async def relay(reader, writer):
            there = await asyncio.open_connection("127.0.0.1", port)
            for source, sink, from_client in ((reader, there[1], True), (there[0], writer, False)):
                task = asyncio.create_task(self._pump(source, sink, from_client=from_client))
                pumps.add(task)

        server = await asyncio.start_server(relay, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            for one in pumps:
                one.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    async def _pump(self, source, sink, *, from_client):
        with contextlib.suppress(OSError):
            while data := await source.read(65_536):
                self.passed.append((from_client, time.time(), data))
                sink.write(data)
                await sink.drain()
        sink.close()


def _packet(payload, sequence, acknowledged, *, from_client):
    (source, source_port), (target, target_port) = (CLIENT, SERVER) if from_client else (SERVER, CLIENT)
    tcp = struct.pack(">HHIIBBHHH", source_port, target_port, sequence, acknowledged, 0x50, 0x18, 65_535, 0, 0)
    addresses = bytes(map(int, f"{source}.{target}".split(".")))
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp) + len(payload), 0, 0, 64, 6, 0)
    return ip + addresses + tcp + payload
