"""Machines of a test: each a network of its own, joined by cables, with files of its own where it wants them.

A host lives as long as its keeper, a process that holds its namespaces and ends with the test; nothing has a name that
could be left behind.
"""

import concurrent.futures
import contextlib
import ctypes
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
LIBC = ctypes.CDLL(None, use_errno=True)
KEEPER = "echo ready; cat"
"""Until the end of its input, which comes with the end of the test, however that ends."""
LISTEN = """
import selectors, socket, sys
host, *ports = sys.argv[1:]
chosen = selectors.DefaultSelector()
for port in ports:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    chosen.register(socket.create_server((host, int(port)), family=family), selectors.EVENT_READ)
print("ready", flush=True)
while True:
    for key, _ in chosen.select():
        key.fileobj.accept()[0].close()
"""
CONNECT = """
import concurrent.futures, socket, sys
source, host, *ports = sys.argv[1:]
def ask(port):
    try:
        socket.create_connection((host, int(port)), 0.7, (source, 0)).close()
    except OSError:
        return None
    return port
with concurrent.futures.ThreadPoolExecutor(len(ports)) as pool:
    print(*filter(None, pool.map(ask, ports)))
"""


def run(*command: str, given: str = "") -> str:
    """What a command printed that has to succeed."""
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (command, given, done.stdout, done.stderr)
    return done.stdout


@dataclass(frozen=True)
class Host:
    """One machine."""

    keeper: int
    """The process that holds it."""

    def within(self, *command: str) -> list[str]:
        """A command as it is run on this machine."""
        return ["nsenter", f"--target={self.keeper}", "--net", "--mount", "--wd=.", *command]

    def run(self, *command: str, given: str = "") -> str:
        return run(*self.within(*command), given=given)

    def start(self, *command: str, **options: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(self.within(*command), text=True, **options)

    def call(self, work: Callable[[], T]) -> T:
        """What a function of ours returns whose connections begin on this machine (setns(2))."""

        def enter() -> None:
            with Path(f"/proc/{self.keeper}/ns/net").open() as network:
                if LIBC.setns(network.fileno(), 0) != 0:
                    raise OSError(ctypes.get_errno(), "setns")

        with concurrent.futures.ThreadPoolExecutor(1, initializer=enter) as thread:  # no other work in it
            return thread.submit(work).result()

    def own(self, place: str, folder: Path) -> None:
        """Give it a copy of a file or folder of the real machine's; what it writes there stays in the test's folder."""
        copy = folder / place.strip("/").replace("/", "-")
        if Path(place).is_dir():
            shutil.copytree(place, copy, symlinks=True)
        else:
            shutil.copy2(place, copy)
        self.run("mount", "--bind", str(copy), place)

    def own_empty(self, place: str) -> None:
        """Give it an empty folder there."""
        self.run("mount", "-t", "tmpfs", "tmpfs", place)

    def join(self, cable: str, addresses: tuple[str, ...], other: "Host", others: tuple[str, ...]) -> None:
        """A cable to another machine, and the addresses at its ends."""
        self.run("ip", "link", "add", cable, "type", "veth", "peer", "name", cable, "netns", str(other.keeper))
        for host, some in ((self, addresses), (other, others)):
            commands = [f"address add {address} dev {cable} nodad" for address in some]
            host.run("ip", "-batch", "-", given="\n".join([*commands, f"link set {cable} up", ""]))

    def routes(self, *routes: str) -> None:
        self.run("ip", "-batch", "-", given="".join(f"route add {route}\n" for route in routes))

    def reaches(self, source: str, target: str, ports: tuple[int, ...]) -> set[int]:
        """The ports that answer a connection from this machine."""
        return {int(one) for one in self.run(sys.executable, "-c", CONNECT, source, target, *map(str, ports)).split()}


@contextlib.contextmanager
def host() -> Generator[Host, None, None]:
    """A machine with nothing but its loopback."""
    command = ["unshare", "--net", "--mount", "sh", "-c", KEEPER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as keeper:
        assert keeper.stdout.readline() == "ready\n"
        found = Host(keeper.pid)
        found.run("ip", "link", "set", "lo", "up")
        yield found
        keeper.kill()


@contextlib.contextmanager
def running(
    host: Host, *command: str, until: str | None = None, env: Mapping[str, str] | None = None
) -> Generator[subprocess.Popen[str], None, None]:
    """A program on a machine, from when it says that it is ready until the end of the block."""
    output = subprocess.DEVNULL if until is None else subprocess.PIPE
    with host.start(*command, stdout=output, env=env) as process:
        try:
            if until is not None:
                assert process.stdout.readline().startswith(until)
            yield process
        finally:
            process.kill()


def listening(host: Host, address: str, ports: tuple[int, ...]) -> contextlib.AbstractContextManager[Any]:
    """Something answers at every one of these ports."""
    return running(host, sys.executable, "-c", LISTEN, address, *map(str, ports), until="ready")
