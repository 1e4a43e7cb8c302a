"""A real OpenID provider in a process of its own, and a person's browser that signs in there."""

import contextlib
import re
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

import httpx

CLIENT, SECRET = "playhead", "a secret of the client"
PASSWORD = "a password of the provider"
STARTS_WITHIN_S = 60.0

_SETTINGS = """
config_version: 1
server: {{rate_limit_token_endpoint: "1000/minute"}}
oauth:
  issuer: "{issuer}"
  audience: "{client}"
  require_pkce: true
  clients:
    - client_id: "{client}"
      client_secret: "{secret}"
      redirect_uris: ["{callback}"]
"""
_USERS = """
config_version: 1
users:
  sue: {{password: "{password}", email: "sue@example.org", groups: ["Leads"]}}
  newcomer: {{password: "{password}", email: "newcomer@example.org", groups: ["Leads", "Others"]}}
  stranger: {{password: "{password}", email: "stranger@example.org", groups: ["Others"]}}
  root: {{password: "{password}", email: "root@example.org", groups: ["Others"]}}
"""


@contextlib.contextmanager
def running_provider(folder: Path, callback: str) -> Generator[str]:
    """Its issuer address."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    issuer = f"http://127.0.0.1:{port}"
    (folder / "settings.yaml").write_text(
        _SETTINGS.format(issuer=issuer, client=CLIENT, secret=SECRET, callback=callback)
    )
    (folder / "users.yaml").write_text(_USERS.format(password=PASSWORD))
    command = [sys.executable, "-m", "nanoidp", "--config", str(folder), "--port", str(port)]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([*command, "--profile", "stricter-dev"], stdout=log, stderr=log, cwd=folder)
    try:
        deadline = time.monotonic() + STARTS_WITHIN_S
        while not _answers(issuer):
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.1)
        yield issuer
    finally:
        process.kill()
        process.wait()


def _answers(issuer: str) -> bool:
    try:
        return httpx.get(f"{issuer}/.well-known/openid-configuration").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


async def sign_in_there(url: str, user: str, password: str = PASSWORD) -> httpx.Response:
    """What a person does on the provider's page; its last answer leads back to us."""
    async with httpx.AsyncClient() as browser:
        page = await browser.get(url)
        transaction = re.search(r'name="transaction_id" value="([^"]+)"', page.text)
        assert transaction is not None, page.text
        form = {"transaction_id": transaction[1], "username": user, "password": password}
        return await browser.post(url, data=form)
