"""What takes the lines: the logging service, and rsyslog, each a process of its own."""

import asyncio
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playhead.base.addresses import Address
from playhead.base.clock import SystemClock
from playhead.base.ids import SiteId
from playhead.base.quantities import Size
from playhead.premises.logs.config import LogsConfig
from playhead.premises.logs.service import LogsService
from playhead.store.catalogue import Catalogue
from playhead.store.disk import SystemDisk
from playhead.store.keyring import Keyring

LINE = (
    b"<14>1 2026-11-23T12:00:00.000000Z desk-7 shipper 4711 - "
    b'[fields@32473 code="net.unreachable" address="10.9.0.5:5633"] premises not reached, trying again in a while'
)
"""What a workstation says, as it says it. Its time is as old as it may be only by chance: stored all the same."""

BENCH = Path(__file__).parents[1] / "logs.py"

RSYSLOG = """
global(workDirectory="{folder}")
main_queue(queue.type="Direct")
module(load="imtcp") module(load="imrelp") module(load="mmpstrucdata")
template(name="line" type="string" string="%rawmsg%\\n")
ruleset(name="batch" queue.type="FixedArray" queue.size="50000" queue.dequeueBatchSize="1024") {{
    action(type="omfile" file="{folder}/lines.log" sync="on" template="line")
}}
template(name="parts" type="string" string="%jsonmesg%\\n")
ruleset(name="json" queue.type="FixedArray" queue.size="50000" queue.dequeueBatchSize="1024") {{
    action(type="mmpstrucdata")
    action(type="omfile" file="{folder}/parts.log" sync="on" template="parts")
}}
ruleset(name="each" queue.type="Direct") {{
    action(type="omfile" file="{folder}/lines.log" sync="on" template="line")
}}
input(type="imtcp" port="{lines}" ruleset="batch")
input(type="imtcp" port="{json}" ruleset="json")
input(type="imrelp" port="{relp}" ruleset="each")
input(type="imrelp" port="{memory}" ruleset="batch")
"""


@dataclass
class Peer:
    """One that takes lines, running."""

    process: subprocess.Popen[str]
    folder: Path
    ports: Mapping[str, int]
    """``lines``: syslog; ``json``: the same, stored in its parts; ``relp``: acknowledged when durable; ``memory``:
    acknowledged before."""
    _seen: dict[Path, tuple[int, int]] = field(default_factory=dict)
    """Bytes and lines of each file, as far as it was looked at."""

    @property
    def pid(self) -> int:
        return self.process.pid

    def stored_lines(self) -> int:
        """In its files, which only grow."""
        for path in self.folder.rglob("*.log"):
            offset, lines = self._seen.get(path, (0, 0))
            with path.open("rb") as file:
                file.seek(offset)
                data = file.read()
            self._seen[path] = offset + len(data), lines + data.count(b"\n")
        return sum(lines for _, lines in self._seen.values())

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)


@contextmanager
def playhead(folder: Path) -> Iterator[Peer]:
    """The logging service, with its store in ``folder``."""
    folder.mkdir(exist_ok=True)
    with subprocess.Popen(
        [sys.executable, BENCH, "--serve", folder], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        port = next(int(text) for text in map(str.strip, process.stdout) if text.isdigit())  # what it logs comes before
        try:
            yield Peer(process, folder, dict.fromkeys(("lines", "json", "relp", "memory"), port))
        finally:
            process.send_signal(signal.SIGTERM)


async def serve(folder: Path) -> None:
    """What `playhead` runs in a process of its own."""
    keyring = Keyring.open(folder / "keys", SiteId("bench"), SystemClock())
    catalogue = await Catalogue.open(folder / "catalogue.db")
    service = LogsService(
        LogsConfig(listen=Address("127.0.0.1", 0), file_size=Size(256 << 20)),  # none is packed meanwhile
        folder / "logs",
        disk=SystemDisk(),
        keyring=keyring,
        catalogue=catalogue,
        clock=SystemClock(),
    )
    running = asyncio.create_task(service.run())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    await service.listening.wait()
    print(service.port, flush=True)
    await asyncio.gather(running, return_exceptions=True)
    await catalogue.close()


@contextmanager
def rsyslog(folder: Path) -> Iterator[Peer]:
    """The rsyslog of Debian, writing to ``folder``."""
    folder.mkdir()
    ports = dict(zip(("lines", "json", "relp", "memory"), _free_ports(4), strict=True))
    configuration = folder / "rsyslog.conf"
    configuration.write_text(RSYSLOG.format(folder=folder, **ports))
    with subprocess.Popen(
        ["rsyslogd", "-n", "-f", configuration, "-i", folder / "pid"], stderr=subprocess.DEVNULL, text=True
    ) as process:
        for port in ports.values():
            while not _listens(port) and process.poll() is None:
                time.sleep(0.05)
        try:
            yield Peer(process, folder, ports)
        finally:
            process.send_signal(signal.SIGTERM)


def _free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [one.getsockname()[1] for one in held]
    finally:
        for one in held:
            one.close()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
