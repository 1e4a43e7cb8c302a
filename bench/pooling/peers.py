"""The tunnels that are measured side by side, each as real processes at both ends."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
TICKS_S = os.sysconf("SC_CLK_TCK")
UP_WITHIN_S = 30
OPEN_FILES = 20_000


@dataclass
class Place:
    """Where the two ends run, and how the near one calls the far one."""

    near: Sequence[str] = ()
    """What to put before a command of the near end."""
    far: Sequence[str] = ()
    far_host: str = "127.0.0.1"
    target: int = 0
    """At the far end, where `load.py serve` answers."""
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, prefix: Sequence[str], command: Sequence[str | Path]) -> subprocess.Popen[bytes]:
        """Run a command at one end."""
        words = ["prlimit", f"--nofile={OPEN_FILES}", *prefix, *map(str, command)]
        # In the namespaces the command is the same process in the end: `ip netns exec` replaces itself.
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.processes.append(process)
        return process

    def stop(self) -> None:
        """End what was started."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()


@dataclass
class Tunnel:
    """A tunnel that runs: where its near end takes connections, and the processes of both its ends."""

    address: tuple[str, int]
    processes: Sequence[subprocess.Popen[bytes]] = ()

    def cpu_s(self) -> float:
        """Processor time of both ends, with all their processes."""
        return sum(_cpu_s(process.pid) for process in self.processes)

    def memory_kib(self) -> int:
        """What belongs to both ends alone (unique set size)."""
        return sum(_own_kib(pid) for process in self.processes for pid in _tree(process.pid))


Start = Callable[[Place, Path], Tunnel]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _two(place: Place, near: Sequence[str | Path], far: Sequence[str | Path], local: int, link: int) -> Tunnel:
    there = place.start(place.far, far)
    _wait_listening(place.far, link)
    here = place.start(place.near, near)
    _wait_listening(place.near, local)
    return Tunnel(("127.0.0.1", local), (there, here))


def _wait_listening(prefix: Sequence[str], port: int) -> None:
    until = time.monotonic() + UP_WITHIN_S
    wanted = f":{port:04X} "
    while True:
        table = subprocess.run(
            [*prefix, "cat", "/proc/net/tcp", "/proc/net/tcp6"], capture_output=True, text=True, check=True
        )
        if any(wanted in line and line.split()[3] == "0A" for line in table.stdout.splitlines()[1:]):
            return
        if time.monotonic() > until:
            raise SystemExit(f"Nothing listens at port {port}.")
        time.sleep(0.05)


def direct(place: Place, _folder: Path) -> Tunnel:
    """No tunnel."""
    return Tunnel((place.far_host, place.target))


def ours(place: Place, folder: Path | None, links: int = 2, *more: str) -> Tunnel:
    """Playhead's pool."""
    local, link = free_port(), free_port()
    python, tls = (sys.executable, HERE / "forward.py"), () if folder is None else ("--tls", folder)
    near = [
        *python,
        "entry",
        "--link",
        f"{place.far_host}:{link}",
        "--local",
        str(local),
        "--links",
        str(links),
        *tls,
        *more,
    ]
    far = [*python, "exit", "--link", f"0.0.0.0:{link}", "--target", f"127.0.0.1:{place.target}", *tls]
    return _two(place, near, far, local, link)


def ours_tls(place: Place, folder: Path) -> Tunnel:
    """Playhead's pool, mutual TLS."""
    return ours(place, folder)


def ours_upload(place: Place, folder: Path) -> Tunnel:
    """Playhead's pool of eight links, mutual TLS, with streams as uploads have them."""
    return ours(place, folder, 8, "--bulk")


def ours_plain(place: Place, _folder: Path) -> Tunnel:
    """Playhead's pool, plain."""
    return ours(place, None)


def openssh(place: Place, folder: Path) -> Tunnel:
    """OpenSSH's port forwarding."""
    local, link = free_port(), free_port()
    Path("/run/sshd").mkdir(exist_ok=True)
    for name in ("host", "user"):
        if not (folder / name).exists():
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    allowed = folder / "allowed"
    shutil.copy(folder / "user.pub", allowed)
    allowed.chmod(0o600)
    told = ["ListenAddress=0.0.0.0", f"Port={link}", f"HostKey={folder / 'host'}", f"AuthorizedKeysFile={allowed}"]
    told += ["StrictModes=no", "PermitRootLogin=yes", "UsePAM=no", "PidFile=none", "MaxSessions=10000"]
    far = ["/usr/sbin/sshd", "-D", "-e", "-f", "/dev/null", *(word for one in told for word in ("-o", one))]
    asked = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "Compression=no", "ExitOnForwardFailure=yes"]
    near = ["ssh", "-N", "-c", "aes128-gcm@openssh.com", "-i", folder / "user", "-p", str(link), "-F", "/dev/null"]
    near += [word for one in asked for word in ("-o", one)]
    near += ["-L", f"127.0.0.1:{local}:127.0.0.1:{place.target}", f"root@{place.far_host}"]
    return _two(place, near, far, local, link)


def haproxy(place: Place, folder: Path, *, tls: bool) -> Tunnel:
    """A pair of HAProxy, one TCP connection each stream."""
    local, link = free_port(), free_port()
    mutual = f"ssl verify required ca-file {folder}/authority.pem crt {folder}"
    common = (
        "global\n maxconn 9000\ndefaults\n mode tcp\n timeout connect 10s\n timeout client 1h\n timeout server 1h\n"
    )
    ends = {
        "near": (f"127.0.0.1:{local}", f"{place.far_host}:{link}" + (f" {mutual}/entry.pem" if tls else "")),
        "far": (f"0.0.0.0:{link}" + (f" {mutual}/exit.pem" if tls else ""), f"127.0.0.1:{place.target}"),
    }
    for name, (bind, server) in ends.items():
        text = f"{common}listen it\n bind {bind}\n server it {server}\n"
        (folder / f"haproxy-{name}.cfg").write_text(text)
    near, far = (["haproxy", "-db", "-f", folder / f"haproxy-{name}.cfg"] for name in ends)
    return _two(place, near, far, local, link)


def haproxy_tls(place: Place, folder: Path) -> Tunnel:
    """HAProxy, mutual TLS."""
    return haproxy(place, folder, tls=True)


def haproxy_plain(place: Place, folder: Path) -> Tunnel:
    """HAProxy, plain."""
    return haproxy(place, folder, tls=False)


def cache() -> Path:
    """Where peers that are fetched or built are kept from one run to the next."""
    folder = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "playhead-bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def wstunnel(place: Place, _folder: Path) -> Tunnel:
    """wstunnel of npm: WebSocket, plain."""
    folder = cache() / "wstunnel"
    program = folder / "node_modules" / ".bin" / "wstunnel"
    if not program.exists():
        folder.mkdir(exist_ok=True)
        subprocess.run(["npm", "install", "--silent", "--prefix", folder, "wstunnel"], check=True)
    local, link = free_port(), free_port()
    near = [program, "-t", f"{local}:127.0.0.1:{place.target}", f"ws://{place.far_host}:{link}"]
    return _two(place, near, [program, "-s", f"0.0.0.0:{link}"], local, link)


def yamux(place: Place, _folder: Path) -> Tunnel:
    """A forwarder over HashiCorp's yamux, built from Debian's packages, plain."""
    program = cache() / "yamux-forward"
    if not program.exists():
        subprocess.run(
            ["go", "build", "-o", program, HERE / "yamux_forward.go"],
            check=True,
            cwd="/usr/share/gocode/src",
            env={**os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": str(cache() / "go")},
        )
    local, link = free_port(), free_port()
    near = [program, "entry", f"127.0.0.1:{local}", f"{place.far_host}:{link}"]
    return _two(place, near, [program, "exit", f"0.0.0.0:{link}", f"127.0.0.1:{place.target}"], local, link)


PEERS: dict[str, Start] = {
    "direct": direct,
    "ours-tls": ours_tls,
    "ours-upload": ours_upload,
    "ours-plain": ours_plain,
    "openssh": openssh,
    "haproxy-tls": haproxy_tls,
    "haproxy": haproxy_plain,
    "wstunnel": wstunnel,
    "yamux": yamux,
}


def _tree(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [pid, *(one for child in children for one in _tree(int(child)))]


def _cpu_s(pid: int) -> float:
    total = 0
    for one in _tree(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        total += sum(map(int, fields[11:15] if one == pid else fields[11:13]))
    return total / TICKS_S


def _own_kib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
