"""``playhead up`` and ``playhead demo``, as a newcomer starts and stops them."""

import contextlib
import re
import signal
import socket
import ssl
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest
from e2e.site import PASSWORD, Portal, Process, Site, free_ports, processes_of, until

from playhead.cli import verification
from playhead.cli.desktop import Desktop
from playhead.cli.places import PremisesPlaces
from playhead.net.http.certificates import authority_certificate

CLEAN = {0, 130}
"""Exit codes after Ctrl-C."""


def write_ports(folder: Path, screen: int, tokens: int, portal: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    tables = {"screen": screen, "tokens": tokens, "portal": portal}
    text = "".join(f'[{table}]\nlisten = "127.0.0.1:{port}"\n' for table, port in tables.items())
    more = 'https_listen = "127.0.0.1:0"\n[logs]\nlisten = "127.0.0.1:0"\n'
    more += '[native_players]\nlisten = "127.0.0.1:0"\n'
    (folder / "premises.toml").write_text(text + more)


@contextlib.contextmanager
def started(folder: Path, *arguments: str, environment: dict[str, str] | None = None) -> Generator[Process, None, None]:
    process = Process([*arguments, "--data", str(folder)], folder.with_suffix(".log"), environment)
    try:
        yield process
    finally:
        process.kill()


async def nothing_is_left(folder: Path) -> None:
    await until(lambda: not processes_of(folder), lambda: f"no process of {folder}: {processes_of(folder)}", 5)


async def test_ports_that_are_taken_are_said_and_the_next_are_used(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    screen_port, tokens_port, portal_port = free_ports(3)
    write_ports(folder, screen_port, tokens_port, portal_port)
    with socket.create_server(("127.0.0.1", portal_port)), started(folder, "up") as process:
        said = await process.until_said("Workstations connect to port")
        assert f"Port {portal_port} (" in said
        match = re.search(rf"Port {portal_port} \(.+\) is taken by .+; using (\d+) instead\.", said)
        assert match is not None, said
        address = f"http://127.0.0.1:{match[1]}"
        assert f"The portal is at {address}" in said
        assert f"Workstations connect to port {screen_port}" in said
        assert "A cloud is beside it, with a portal at https://127.0.0.1" in said
        async with httpx.AsyncClient() as client:
            assert (await client.get(address + "/healthz")).status_code == 200
        secure = re.search(r"Over HTTPS it is at (https://127\.0\.0\.1:\d+)", said)
        assert secure is not None, said
        trust = ssl.create_default_context(cadata=authority_certificate(PremisesPlaces(folder).keys).decode())
        async with httpx.AsyncClient(verify=trust) as client:
            assert (await client.get(secure[1] + "/healthz")).status_code == 200
        assert await process.stop(signal.SIGINT) in CLEAN
        assert "Traceback" not in process.said()
    await nothing_is_left(folder)


async def test_a_service_behind_firewall_rules_does_not_move(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    ports = free_ports(3)
    write_ports(folder, *ports)
    with socket.create_server(("127.0.0.1", ports[2])), started(folder, "premises", "run") as process:
        assert await process.ended() == 1
        assert f"{ports[2]}" in process.said()
        assert "Traceback" not in process.said()
        assert not (folder / "premises" / "running.json").exists()


async def test_a_second_start_goes_on_with_the_same_data(tmp_path: Path) -> None:
    site = Site(tmp_path)
    await site.add_user()
    for start in (1, 2):
        with started(site.data, "up") as process:
            await process.until_said("Workstations connect to port", start)
            async with site.portal() as portal:
                assert (await portal.get("/api/workstations")).json()["items"] == []
            if start == 1:
                other = await site.command("up", "--data", str(site.data))
                assert other.code == 1
                assert "is running with the folder" in other.err
                added = await site.command("users", "add", "eve", "--password-stdin", stdin=f"{PASSWORD}\n")
                assert added.code == 0
            else:
                async with Portal(base_url=site.address, headers={"origin": site.address}) as portal:
                    await portal.sign_in("eve")
            assert await process.stop(signal.SIGINT) in CLEAN
        await nothing_is_left(site.data)


async def test_the_demo(tmp_path: Path) -> None:
    """On a machine without a display; then on one with a display of its own, with the same data."""
    data = tmp_path / "data"
    places = PremisesPlaces(data / "demo")
    write_ports(places.root, *free_ports(3))
    with started(data, "demo") as process:
        address, password = login(await process.until_said("Ctrl-C stops everything."))
        assert "a virtual desktop on which a scripted agent works" in process.said()
        async with Portal(base_url=address, headers={"origin": address}) as portal:
            await portal.sign_in("demo", password)
            first = await until_recorded(portal, set(), 3000)
        assert await process.stop(signal.SIGINT) in CLEAN
        assert process.said().endswith("Stopped. The recordings are kept; start again to go on with them.\n")
        assert "Traceback" not in process.said()
    await nothing_is_left(data)
    assert await verification.is_whole(places, first)

    async with Desktop(tmp_path / "own", size=(800, 600), roles=(), clock_hz=5) as own:
        environment = {name: own.environment[name] for name in ("DISPLAY", "XAUTHORITY")}
        with started(data, "demo", environment=environment) as process:
            assert login(await process.until_said("Ctrl-C stops everything.", 2)) == (address, password)
            assert "Recording your own desktop." in process.said()
            async with Portal(base_url=address, headers={"origin": address}) as portal:
                await portal.sign_in("demo", password)
                second = await until_recorded(portal, {first}, 1000)
                states = {item["id"]: item["state"] for item in await portal.recordings()}
                assert states == {first: "complete", second: "recording"}
            assert await process.stop(signal.SIGINT) in CLEAN
    await nothing_is_left(data)


def login(said: str) -> tuple[str, str]:
    """The address and the password that the demo has printed last."""
    return re.findall(r"Portal +(\S+)\n", said)[-1], re.findall(r"Password +(\S+)\n", said)[-1]


async def until_recorded(portal: Portal, but: set[str], length_ms: int) -> str:
    async def is_recorded() -> str | None:
        found = [item for item in await portal.recordings() if item["id"] not in but]
        return found[0]["id"] if found and found[0]["durationMs"] >= length_ms else None

    return await until(is_recorded, f"a recording of {length_ms} ms")


async def test_the_demo_s_own_desktop_needs_a_display(tmp_path: Path) -> None:
    with started(tmp_path / "data", "demo", "--desktop", "own") as process:
        assert await process.ended() == 1
        assert "There is no display of your own (DISPLAY is not set)." in process.said()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_demo_is_stopped_before_it_is_ready(tmp_path: Path, number: signal.Signals) -> None:
    data = tmp_path / "data"
    write_ports(data / "demo", *free_ports(3))
    with started(data, "demo") as process:
        await process.until_said("starting a virtual desktop")
        assert await process.stop(number) in CLEAN
        assert "Traceback" not in process.said()
    await nothing_is_left(data)
