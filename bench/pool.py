"""What the pooled link costs and gives, against other tunnels and no tunnel: script/bench pool.

Every peer forwards the same TCP port, with real processes at both ends, in turns within one run. On loopback: megabytes
a second and processor time of both ends; connections a second; memory of idle ones. On a slow link between two network
namespaces: how long a small question takes while bulk fills the link, and how much of the link bulk gets.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pooling.peers import HERE, OPEN_FILES, PEERS, Place, Tunnel, free_port
from pooling.slow import slow_link
from support import Figures, print_figures, print_header, print_table, program_version

LOAD = [sys.executable, str(HERE / "load.py")]
Cell = dict[str, float]
MUST, MAY = True, False
"""Whether who does not know an extension has to refuse the certificate."""


class Asked:
    """A tunnel in a place, and what is asked through it."""

    def __init__(self, place: Place, tunnel: Tunnel) -> None:
        self._place = place
        self.tunnel = tunnel

    def ask(self, what: str, *more: object) -> dict[str, object]:
        """Run `load.py` at the near end."""
        host, port = self.tunnel.address
        command = [*self._place.near, *LOAD, what, "--host", host, "--port", str(port), *map(str, more)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode:
            raise SystemExit(f"{what}: {done.stderr}")
        told: dict[str, object] = json.loads(done.stdout)
        return told

    def hold(self, count: int) -> tuple[subprocess.Popen[str], int]:
        """Have so many idle connections; who holds them, and how many are through."""
        host, port = self.tunnel.address
        command = [*LOAD, "idle", "--host", host, "--port", str(port), "--streams", str(count)]
        holding = subprocess.Popen(["prlimit", f"--nofile={OPEN_FILES}", *command], stdout=subprocess.PIPE, text=True)
        assert holding.stdout is not None
        return holding, json.loads(holding.stdout.readline())["through"]


@contextmanager
def asked(peer: str, place: Place, folder: Path) -> Iterator[Asked]:
    """A peer's tunnel, while it runs."""
    place.target = free_port()
    place.start(place.far, [*LOAD, "serve", "--port", str(place.target)])
    try:
        tunnel = PEERS[peer](place, folder)
        one = Asked(place, tunnel)
        one.ask("opens", "--seconds", "0.5")
        yield one
    finally:
        place.stop()


def quantile(values: object, part: float) -> float:
    assert isinstance(values, list)
    ordered = sorted(values)
    return float(ordered[min(int(len(ordered) * part), len(ordered) - 1)]) if ordered else float("nan")


def number(value: object) -> float:
    assert isinstance(value, int | float)
    return float(value)


def bulk(one: Asked, *, streams: int, seconds: float) -> Cell:
    """Bytes and what they cost."""
    before = one.tunnel.cpu_s()
    told = one.ask("bulk", "--streams", streams, "--seconds", seconds, "--warm", 0)
    cpu_s = one.tunnel.cpu_s() - before
    return {"MB/s": number(told["bytes_s"]) / 1e6, "CPU s/GB": cpu_s / (number(told["bytes"]) / 1e9)}


def opens(one: Asked, *, seconds: float) -> Cell:
    """Connections."""
    told = one.ask("opens", "--seconds", seconds, "--streams", 8)
    return {"opens/s": number(told["opens_s"])}


def idle(one: Asked, *, count: int) -> Cell:
    """Memory of connections that say nothing."""
    before = one.tunnel.memory_kib()
    holding, through = one.hold(count)
    try:
        return {"KiB each": (one.tunnel.memory_kib() - before) / through, "open": float(through)}
    finally:
        holding.kill()
        holding.wait()


def questions(one: Asked, *, streams: int, seconds: float) -> Cell:
    """Small questions, alone or while bulk fills the link."""
    if not streams:
        told = one.ask("echo", "--seconds", seconds)
        return {"p50 ms": quantile(told["echoes_ms"], 0.5), "p99 ms": quantile(told["echoes_ms"], 0.99)}
    told = one.ask("bulk", "--streams", streams, "--seconds", seconds, "--warm", 4, "--echoes")
    return {
        "p50 ms": quantile(told["echoes_ms"], 0.5),
        "p99 ms": quantile(told["echoes_ms"], 0.99),
        "MB/s": number(told["bytes_s"]) / 1e6,
    }


def fill(one: Asked, *, seconds: float) -> Cell:
    """What one stream gets of a link, and how long a new one takes."""
    new = one.ask("opens", "--seconds", 2)
    told = one.ask("bulk", "--streams", 1, "--seconds", seconds, "--warm", 3)
    return {"MB/s": number(told["bytes_s"]) / 1e6, "new ms": quantile(new["opens_ms"], 0.5)}


LOOPBACK = None
UPLINK = (20.0, 40.0, 600, 0.0)
LONG = (100.0, 80.0, 1000, 0.0)
LOSSY = (100.0, 80.0, 1000, 0.01)
SECURE = ["ours-tls", "openssh", "haproxy-tls"]
PLAIN = ["ours-plain", "haproxy", "wstunnel", "yamux"]

CELLS: dict[str, tuple[tuple[float, float, int, float] | None, Sequence[str], Callable[[Asked, float], Cell]]] = {
    "bulk-tls": (LOOPBACK, SECURE, lambda one, s: bulk(one, streams=1, seconds=s)),
    "bulk-16-tls": (LOOPBACK, SECURE, lambda one, s: bulk(one, streams=16, seconds=s)),
    "bulk-plain": (LOOPBACK, PLAIN, lambda one, s: bulk(one, streams=1, seconds=s)),
    "opens": (LOOPBACK, ["ours-plain", "haproxy"], lambda one, s: opens(one, seconds=s)),
    "idle": (LOOPBACK, ["ours-tls"], lambda one, _: idle(one, count=5000)),
    "uplink": (UPLINK, ["ours-tls", "direct", "openssh"], lambda one, s: questions(one, streams=0, seconds=s)),
    "uplink-1": (UPLINK, ["ours-tls", "direct", "openssh"], lambda one, s: questions(one, streams=1, seconds=4 * s)),
    "uplink-16": (UPLINK, ["ours-tls", "direct", "openssh"], lambda one, s: questions(one, streams=16, seconds=4 * s)),
    "long": (LONG, ["ours-tls", "direct"], lambda one, s: fill(one, seconds=2 * s)),
    "lossy": (LOSSY, ["ours-upload", "direct"], lambda one, s: fill(one, seconds=4 * s)),
}
"""Link (Mbit/s, round trip in ms, queue in KiB, loss), peers, and what is measured."""


def certificates(folder: Path) -> None:
    """An authority, and what it issues to both ends, as every peer reads them."""
    authority, now = Ed25519PrivateKey.generate(), datetime.now(UTC)
    issuer = x509.Name.from_rfc4514_string("CN=authority")
    for name in ("authority", "entry", "exit"):
        own = authority if name == "authority" else Ed25519PrivateKey.generate()
        is_authority = name == "authority"
        usage = dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False)
        builder = x509.CertificateBuilder(
            issuer,
            x509.Name.from_rfc4514_string(f"CN={name}"),
            own.public_key(),
            x509.random_serial_number(),
            now - timedelta(days=1),
            now + timedelta(days=1),
        )
        for extension, critical in (
            (x509.BasicConstraints(ca=is_authority, path_length=0 if is_authority else None), MUST),
            (
                x509.KeyUsage(
                    digital_signature=True,
                    key_cert_sign=is_authority,
                    crl_sign=is_authority,
                    encipher_only=False,
                    decipher_only=False,
                    **usage,
                ),
                MUST,
            ),
            (x509.SubjectKeyIdentifier.from_public_key(own.public_key()), MAY),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), MAY),
        ):
            builder = builder.add_extension(extension, critical=critical)
        certificate = builder.sign(authority, None)
        key = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / f"{name}.pem").write_bytes(key + certificate.public_bytes(Encoding.PEM))
        if is_authority:
            (folder / "authority.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
            (folder / "authority.der").write_bytes(certificate.public_bytes(Encoding.DER))


def measured(cell: str, peers: Sequence[str] | None, rounds: int, seconds: float, folder: Path) -> dict[str, Cell]:
    """Medians of a cell, by peer; the peers take turns."""
    link, known, measure = CELLS[cell]
    seen: dict[str, list[Cell]] = {peer: [] for peer in known if peers is None or peer in peers}
    for _ in range(rounds):
        for peer, cells in seen.items():
            if link is None:
                with asked(peer, Place(), folder) as one:
                    cells.append(measure(one, seconds))
            else:
                mbit_s, round_trip_ms, queue_kib, loss = link
                with (
                    slow_link(mbit_s, round_trip_ms, queue_kib, loss) as (near, far, host),
                    asked(peer, Place(near, far, host), folder) as one,
                ):
                    cells.append(measure(one, seconds))
    return {
        peer: {name: statistics.median(cell[name] for cell in cells) for name in cells[0]}
        for peer, cells in seen.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", nargs="+", choices=CELLS, default=list(CELLS))
    parser.add_argument("--peers", nargs="+", choices=PEERS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0)
    options = parser.parse_args()
    programs = [program_version("ssh", "-V"), program_version("haproxy", "-v"), program_version("go", "version")]
    print_header("pool", ["uvloop"], programs)
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as place:
        certificates(Path(place))
        for cell in options.cells:
            told = measured(cell, options.peers, options.rounds, options.seconds, Path(place))
            heads = list(next(iter(told.values()), {}))
            print_table([cell, *heads], [[peer, *(f"{one[head]:.2f}" for head in heads)] for peer, one in told.items()])
            print(flush=True)
            for peer, one in told.items():
                figures |= {f"{cell} {peer} {head}": round(value, 3) for head, value in one.items()}
    print_figures(figures)


if __name__ == "__main__":
    main()
