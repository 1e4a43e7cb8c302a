"""The TLS of our web ports, as `testssl.sh` judges it."""

import asyncio
import contextlib
import json
import shutil

import pytest

from playhead.base.clock import SystemClock
from playhead.net.http.certificates import own_certificate
from playhead.net.http.guard import Guard, guarded
from playhead.net.http.headers import SecurityPolicy
from playhead.net.http.server import HttpServer
from playhead.net.listener import listen

TESTSSL = shutil.which("testssl") or shutil.which("testssl.sh")
HARMLESS = {"OK", "INFO", "LOW"}
OF_ITSELF = {"engine_problem"}
"""What it says about the openssl of the machine it runs on, and not about the server."""
WAITS_S = 240
"""Its own waiting for a server that does not answer to old protocols; some 20 s on a machine at rest."""


async def app(_scope, receive, send):
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"done"})


@pytest.mark.skipif(TESTSSL is None, reason="testssl.sh is not installed (script/debian test)")
@pytest.mark.timeout(WAITS_S)
async def test_nothing_above_low_is_found_in_protocols_ciphers_and_headers(tmp_path):
    policy = SecurityPolicy(page=True, strict_s=365 * 86_400)
    guard = Guard(service="tls", clock=SystemClock(), policy=policy)
    files = own_certificate(tmp_path, [], SystemClock())
    server = HttpServer(guarded(app, guard), listen("127.0.0.1", 0), clock=SystemClock(), tls=files)
    serving = asyncio.create_task(server.run())
    report = tmp_path / "report.json"
    options = ["--quiet", "--warnings", "off", "--color", "0", "--jsonfile", str(report)]
    checks = ["--protocols", "--std", "--headers"]
    judge = await asyncio.create_subprocess_exec(
        TESTSSL, *options, *checks, f"127.0.0.1:{server.port}", stdout=asyncio.subprocess.DEVNULL
    )
    await judge.wait()
    serving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await serving
    found = {finding["id"]: finding for finding in json.loads(report.read_text())}
    of_server = [finding for name, finding in found.items() if name not in OF_ITSELF]
    assert [finding for finding in of_server if finding["severity"] not in HARMLESS] == []
    # An empty report would be clean, too.
    assert {name: found[name]["severity"] for name in ("SSLv3", "TLS1_2", "TLS1_3", "cipherlist_LOW", "HSTS_time")} == (
        dict.fromkeys(("SSLv3", "TLS1_2", "TLS1_3", "cipherlist_LOW", "HSTS_time"), "OK")
    )
    assert found["ALPN_HTTP2"]["finding"] == "h2"
    for old in ("TLS1", "TLS1_1"):
        assert found[old]["finding"] == "not offered"
