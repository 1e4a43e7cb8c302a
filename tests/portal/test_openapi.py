"""The OpenAPI document: says all that is served, and what is served keeps to it (Schemathesis asks a real server)."""

import asyncio
import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from playhead.base.clock import SystemClock
from playhead.base.ids import UserId
from playhead.cli.places import PremisesPlaces, Running
from playhead.domain.recordings import RecordingState
from playhead.net.http.hosts import AllowedHosts
from playhead.portal.application import create_application
from playhead.premises.player.described import DESCRIPTION
from playhead.premises.tokens.described import description
from playhead.store.catalogue.holds import Hold, add_hold
from playhead.store.keyring import Keyring
from playhead.store.token_keys import signing_key
from playhead.testing.site import opened_site
from playhead.testing.vid import make_vid
from playhead.wire.tokens import Audience, Claims, sign

CONFIG = Path(__file__).parent / "openapi" / "schemathesis.toml"
METHODS = {"get", "post", "put", "patch", "delete"}

SETTINGS = """
[portal]
listen = "127.0.0.1:0"
transport = "plain"
[tokens]
listen = "127.0.0.1:0"
[screen]
listen = "127.0.0.1:0"
[logs]
listen = "127.0.0.1:0"
[native_players]
listen = "127.0.0.1:0"
"""


@pytest.fixture
def application(parts, site):
    player = site.player()
    return create_application(
        parts, hosts=AllowedHosts(), mounted=player.routes, described=[DESCRIPTION, description(5650)]
    )


async def document(browser):
    answer = await browser.get("/api/openapi.json")
    assert answer.status_code == 200
    return answer.json()


def operations(told):
    return {
        (method, path): operation
        for path, methods in told["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    }


async def test_it_tells_of_everything_that_is_served(browser, site):
    told = operations(await document(browser))
    assert {path.split("/")[1] for _, path in told} == {"api", "media", "token", "keys", "healthz", "metrics"}
    media = {(method.lower(), route.path) for route in site.player().routes for method in route.methods - {"HEAD"}}
    assert media == {(method, path) for method, path in told if path.startswith("/media/")}


async def test_every_operation_has_a_name_words_a_tag_and_tells_of_refusals(browser):
    told = operations(await document(browser))
    names = Counter(operation["operationId"] for operation in told.values())
    assert [name for name, count in names.items() if count > 1] == []
    for (method, path), operation in told.items():
        assert operation["summary"], path
        assert operation["tags"], path
        assert "security" in operation or path in OPEN, path
        refusal = operation["responses"].get("default")
        if path != "/healthz":
            schema = refusal["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/ErrorAnswer"}, (method, path)


OPEN = {"/api/session", "/api/session/password", "/api/signin", "/oidc/start", "/oidc/callback"}
"""What is asked for before signing in."""


async def test_every_reference_leads_somewhere(browser):
    told = await document(browser)
    wanted = set(re.findall(r'"#/components/schemas/(\w+)"', (await browser.get("/api/openapi.json")).text))
    assert wanted <= set(told["components"]["schemas"])
    schemes = {name for one in operations(told).values() for need in one.get("security", ()) for name in need}
    assert schemes == set(told["components"]["securitySchemes"])


async def test_identifiers_have_a_form(browser):
    told = operations(await document(browser))
    for (_, path), operation in told.items():
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "path" and parameter["schema"].get("type") == "string":
                assert {"pattern", "format"} & set(parameter["schema"]), (path, parameter["name"])


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A premises server's data with one recording, and its ids."""
    folder = tmp_path_factory.mktemp("openapi")
    return folder, asyncio.run(_make(PremisesPlaces(folder)))


async def _make(places):
    inside = places.catalogue.parent
    inside.mkdir()
    async with opened_site(inside) as site:
        fixture = make_vid(thumbnails=3, site_private_key=site.keyring.recording_key)
        await site.add_fixture(fixture)
        await site.set_state(
            fixture.header.recording, RecordingState.COMPLETE, fixture.header.started_at_us + 3_000_000
        )
        async with site.catalogue.writing() as connection:  # or the first request to delete it would be the last
            await add_hold(connection, Hold(fixture.header.recording, "needed", UserId("root"), 1))
    (inside / "segments").rename(places.recordings)
    places.config.write_text(SETTINGS)
    return fixture.header


@contextlib.contextmanager
def server(folder):
    """The real server on that data; its address."""
    places = PremisesPlaces(folder)
    with (folder / "log").open("w") as log:
        command = [sys.executable, "-m", "playhead", "premises", "run", "--data", str(folder)]
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            deadline = time.monotonic() + 30
            while True:
                with contextlib.suppress(Exception):
                    portal = Running.read(places).portal
                    if httpx.get(f"{portal}/healthz").status_code == 200:
                        break
                assert process.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < deadline, "the server did not start"
                time.sleep(0.1)
            yield portal
        finally:
            process.terminate()
            process.wait(20)


def token(folder, audience, **more):
    keyring = Keyring.open_existing(PremisesPlaces(folder).keys, SystemClock())
    now_s = int(time.time())
    claims = Claims(audience, UserId("operator"), "token-1", now_s, now_s + 3_600, **more)
    return sign(claims, signing_key(keyring), issuer=keyring.site)


@pytest.mark.timeout(400)
def test_the_server_keeps_to_it(data, tmp_path):
    folder, header = data
    with server(folder) as portal:
        environment = {
            **os.environ,
            "PLAYHEAD_URL": portal,
            "PLAYHEAD_OPERATOR": token(folder, Audience.API),
            "PLAYHEAD_MEDIA": token(
                folder, Audience.MEDIA, recording=header.recording, actions=frozenset({"play", "live"})
            ),
            "PLAYHEAD_RECORDING": str(header.recording),
            "PLAYHEAD_SEGMENT": str(header.segment),
            "HYPOTHESIS_STORAGE_DIRECTORY": str(tmp_path / "hypothesis"),
        }
        command = [
            str(Path(sys.executable).with_name("st")),
            "--config-file",
            str(CONFIG),
            "--no-color",
            "run",
            f"{portal}/api/openapi.json",
            "--seed=1",
            f"--max-examples={EXAMPLES}",
            "--phases=examples,coverage,fuzzing",
            "--checks=all",
        ]
        said = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert said.returncode == 0, _failures(said.stdout) + said.stderr
    assert "request failed" not in (folder / "log").read_text()
    verify = [sys.executable, "-m", "playhead", "audit", "verify", "--json", "--data", str(folder)]
    verified = json.loads(subprocess.run(verify, capture_output=True, text=True, check=True).stdout)
    assert verified["whole"]
    assert PremisesPlaces(folder).audit_head.exists()


def _failures(text):
    """What was found, without the long values that it was found with."""
    return "\n".join(line[:300] for line in text.splitlines() if line.strip())[-30_000:]


EXAMPLES = 2
"""Of each operation, beside those that the coverage phase makes."""
