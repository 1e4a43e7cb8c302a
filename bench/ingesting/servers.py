"""The two servers that are measured, each a process on one core; the peer is installed where it can be."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ingesting.site import AUTHORITY

BENCH = Path(__file__).parents[1]
Server = tuple[int, int]
"""Process id and port."""


def peak_mb(pid: int) -> float:
    """The most memory that a process has had at a time."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


@contextmanager
def premises(folder: Path, core: int) -> Generator[Server]:
    """The screen service."""
    command = [sys.executable, "-m", "ingesting.premises", str(folder), str(core)]
    process = subprocess.Popen(command, cwd=BENCH, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process.pid, int(process.stdout.readline() or 0)
    finally:
        process.stdin.close()
        process.wait(30)


@contextmanager
def redis(folder: Path, core: int) -> Generator[Server]:
    """A Redis that answers once its append-only file is synced."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "redis").mkdir()
    server = folder / "keys" / "server.pem"
    options = {
        "bind": "127.0.0.1",
        "port": 0,
        "tls-port": port,
        "tls-cert-file": server,
        "tls-key-file": server,
        "tls-ca-cert-file": folder / AUTHORITY,
        "tls-auth-clients": "yes",
        "dir": folder / "redis",
        "appendonly": "yes",
        "appendfsync": "always",
        "auto-aof-rewrite-percentage": 0,
        "save": "",
        "loglevel": "warning",
    }
    command = ["taskset", "-c", str(core), "redis-server"]
    command += [str(part) for name, value in options.items() for part in (f"--{name}", value)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except ConnectionRefusedError:
                if time.monotonic() > deadline or process.poll() is not None:
                    raise SystemExit("redis-server does not start") from None
                time.sleep(0.05)
        yield process.pid, port
    finally:
        process.terminate()
        process.wait(30)


def install_redis() -> bool:
    """Install the peer where that is possible."""
    if shutil.which("redis-server") is None and os.geteuid() == 0:
        print("installing the peer: Debian's redis-server", file=sys.stderr)
        for command in (
            ["apt-get", "update", "-q"],
            ["apt-get", "install", "-yq", "--no-install-recommends", "redis-server"],
        ):
            environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            subprocess.run(command, check=False, stdout=subprocess.DEVNULL, env=environment)
    return shutil.which("redis-server") is not None
