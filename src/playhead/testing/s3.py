"""A real S3 server of our own: the gateway of JuiceFS over a folder. It starts in a third of a second."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

KEY_ID: Final = "playhead-tests"
SECRET: Final = "not-a-secret-at-all"  # noqa: S105 # of a server that lives as long as a test
_LOOK_S: Final = 0.02
_LOOKS: Final = 1_500


@dataclass(frozen=True, slots=True)
class S3Server:
    """Where it is."""

    endpoint: str
    process: "subprocess.Popen[bytes]"

    def environment(self) -> dict[str, str]:
        """Who asks, as programs expect it."""
        return {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET}


@contextmanager
def serving(folder: Path, port: int | None = None) -> Generator[S3Server]:
    """A server over a folder, made where it is empty; its buckets stay there when it ends.

    Raises:
        RuntimeError: it ended, with what it said.
    """
    found = str(Path(sys.executable).parent / "juicefs")
    folder.mkdir(parents=True, exist_ok=True)
    meta = f"sqlite3://{folder / 'meta.db'}"
    if not (folder / "meta.db").exists():
        options = ("--storage", "file", "--bucket", f"{folder / 'data'}/", "--trash-days", "0")
        subprocess.run([found, "format", *options, meta, "tests"], check=True, capture_output=True)
    port = port or _free_port()
    command = [found, "gateway", "--no-banner", "--no-bgjob", "--multi-buckets", "--log", str(folder / "log")]
    said = folder / "said"
    with said.open("wb") as output:
        process = subprocess.Popen(
            [*command, meta, f"127.0.0.1:{port}"],
            env={**os.environ, "MINIO_ROOT_USER": KEY_ID, "MINIO_ROOT_PASSWORD": SECRET},
            stdout=output,
            stderr=output,
        )
    try:
        for _ in range(_LOOKS):
            if process.poll() is not None:
                raise RuntimeError(said.read_text())
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                threading.Event().wait(_LOOK_S)
        yield S3Server(f"http://127.0.0.1:{port}", process)
    finally:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
