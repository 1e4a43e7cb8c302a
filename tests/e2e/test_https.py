"""The portal over HTTPS alone, as a real process that real clients talk to."""

import json
import ssl
import subprocess
from pathlib import Path

import httpx
import pytest
from e2e.site import PASSWORD, USER, Site, free_ports

from playhead.cli.places import Running


@pytest.fixture
async def site(tmp_path: Path):
    """A server as on the network, at a loopback address."""
    made = Site(tmp_path)
    (https_port,) = free_ports(1)
    config = made.data / "premises.toml"
    text = config.read_text().replace('https_listen = "127.0.0.1:0"', f'https_listen = "127.0.0.1:{https_port}"')
    config.write_text(f'{text}transport = "https"\n')
    made.https = f"https://127.0.0.1:{https_port}"
    await made.add_user()
    await made.start_premises()
    yield made
    made.premises.kill()


async def test_pages_tokens_and_media_over_tls_alone(site: Site, tmp_path: Path) -> None:
    assert Running.read(site.places).portal == Running.read(site.places).https == site.https
    authority = tmp_path / "authority.pem"
    authority.write_text(await site.ask("premises", "web-authority"))

    # Whoever still types the old address, with or without TLS, is led there.
    for address in (site.address, site.address.replace("http:", "https:")):
        command = ["curl", "-sS", "--cacert", authority, "-o", "/dev/null", "-w", "%{http_code} %{redirect_url}"]
        said = subprocess.run([*command, f"{address}/live"], capture_output=True, text=True, check=True)  # noqa: ASYNC221
        assert said.stdout == f"308 {site.https}/live"

    command = ["curl", "-sS", "--http2", "--cacert", authority, "-D", "-", f"{site.https}/healthz"]
    said = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: ASYNC221
    assert said.stdout.startswith("HTTP/2 200")
    assert "strict-transport-security: max-age=31536000" in said.stdout

    trust = ssl.create_default_context(cafile=authority)
    headers = {"origin": site.https}
    async with httpx.AsyncClient(verify=trust, base_url=site.https, headers=headers) as browser:
        answer = await browser.post("/api/session", json={"user": USER, "password": PASSWORD})
        assert "__Host-playhead_session=" in answer.headers["set-cookie"]
        token_url = answer.json()["tokenUrl"]
        assert token_url == f"https://127.0.0.1:{site.tokens_port}/token"
        policy = (await browser.get("/")).headers["content-security-policy"]
        assert f"connect-src 'self' https://127.0.0.1:{site.tokens_port}" in policy
        nothing = {"recording": "00000000-0000-7000-8000-000000000000", "actions": ["play"]}
        answer = await browser.post(token_url, json=nothing)
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (404, site.https)
        assert (await browser.get(f"/media/{nothing['recording']}/index")).status_code == 401
        keys = await browser.get(token_url.replace("/token", "/keys"))
        assert len(keys.json()["keys"]) == 1
    assert json.loads(await site.ask("premises", "workstations", "--json")) == []
