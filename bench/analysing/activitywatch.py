"""aw-server from PyPI in a virtual environment of its own (it pins what clashes with ours), started and asked."""

import http.client
import json
import os
import subprocess
import sys
import time
from pathlib import Path

HOME = Path("~/.cache/playhead-bench/aw").expanduser()


def ready() -> Path:
    """Its Python, installed where it is not."""
    python = HOME / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(HOME)], check=True)
    if subprocess.run([python, "-c", "import aw_server"], capture_output=True, check=False).returncode:
        subprocess.run([python, "-m", "pip", "install", "-q", "aw-server==0.12.0", "peewee==3.16.3"], check=True)
    return python


def start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """A server with an empty database; ready on return."""
    kinds = ("DATA", "CONFIG", "CACHE", "STATE")
    environment = os.environ | {f"XDG_{kind}_HOME": str(folder / kind) for kind in kinds}
    command = [str(ready()), "-m", "aw_server", "--host", "127.0.0.1", "--port", str(port), "--storage", "peewee"]
    log = (folder / "aw.log").open("wb")
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    deadline = time.monotonic() + 60
    while True:
        try:
            ask(port, "GET", "/api/0/info")
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise SystemExit((folder / "aw.log").read_text()) from None
            time.sleep(0.1)
        else:
            return server


def ask(port: int, method: str, path: str, body: object = None) -> object:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        data = None if body is None else json.dumps(body)
        connection.request(method, path, data, {"content-type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status in {200, 304}, (answer.status, text)
        return json.loads(text) if text else None
    finally:
        connection.close()
