"""What an agent works with, from windows on a real display to the report and the player in a real browser."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from e2e.browsers import chromium
from e2e.site import PASSWORD, USER, Portal, Site, free_ports, until, until_wall, wall_us
from workstation.capture.windows_desk import Program

from playhead.base.instants import rfc3339
from playhead.cli.desktop import Desktop
from playhead.portal.pages import STATIC

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME = "desk-1"
S = 1_000_000
WITHIN_S = 1.0
"""The figures are those of the script to the second."""
SCRIPT = (
    ("customers", "Meyer, contract 4711", 3),
    ("shop", "Card payment", 2),
    ("customers", "Meyer, contract 4711", 2),
)
"""Application, title, and for how many seconds it is in front."""
PANEL = "[...document.querySelectorAll('aside section')].find((one) => one.textContent.startsWith('Applications'))"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desktop(place: Path) -> AsyncGenerator[Desktop, None]:
    """A display with a window manager and nothing else."""
    async with Desktop(place / "desktop", size=(640, 480), roles=()) as shown:
        yield shown


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(place: Path) -> AsyncGenerator[Site, None]:
    """A server that takes desktop events, and a workstation that tells them."""
    assert (STATIC / "index.html").is_file(), "the web application is not built: run script/setup"
    (port,) = free_ports(1)
    site = Site(place / "site", settings=f'[analytics]\nenabled = true\nlisten = "127.0.0.1:{port}"\n')
    try:
        await site.add_user()
        await site.start_premises()
        data = await site.enrol(NAME, continuous=True)
        with (data / "workstation.toml").open("a") as file:
            # Nobody moves a pointer here.
            file.write(f'[workstation.analytics]\non = true\nport = {port}\nidle_after = "1 h"\n')
        yield site
    finally:
        site.close()


async def test_windows_become_bands_and_the_figures_of_reports(
    site: Site, portal: Portal, desktop: Desktop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XAUTHORITY", desktop.environment["XAUTHORITY"])
    workstation = site.start_workstation(NAME, desktop.environment)

    async def recorded() -> str | None:
        return next((item["id"] for item in await portal.recordings()), None)

    recording = await until(recorded, workstation.said)
    began_us, seconds = await play_script(desktop.display)

    async def told() -> dict[str, float] | None:
        asked = {"from": rfc3339(began_us), "to": rfc3339(began_us + 60 * S)}
        answer = await portal.get("/api/analytics/usage", params=asked)
        assert answer.status_code == 200, answer.text
        found = {one["key"].casefold(): one["usage"]["activeMs"] / 1000 for one in answer.json()["items"]}
        return found if sum(found.get(name, 0) for name in seconds) > sum(seconds.values()) - WITHIN_S else None

    found = await until(told, lambda: f"{workstation.said()[-2000:]}\n{site.premises_said()}")
    assert {name: found[name] for name in seconds} == pytest.approx(seconds, abs=WITHIN_S)

    answer = (await portal.get(f"/api/analytics/recordings/{recording}")).json()
    bands = [one for one in answer["bands"] if one["application"].casefold() in seconds]
    assert [(one["application"].casefold(), one["title"]) for one in bands] == [
        (application, title) for application, title, _ in SCRIPT
    ]
    lasted = [(one["toMs"] - one["fromMs"]) / 1000 for one in bands]
    assert lasted == pytest.approx([lasts_s for *_, lasts_s in SCRIPT], abs=WITHIN_S)

    async with chromium(tmp_path) as browser:
        await browser.goto(f"{site.address}/sign-in?next=/recordings/{recording}")

        async def is_so(expression: str) -> None:
            async def so() -> bool:
                return bool(await browser.run(expression))

            await until(so, expression)

        await is_so("document.querySelector('input[type=password]') !== null")
        await browser.fill("Name", USER)
        await browser.fill("Password", PASSWORD)
        await browser.press("Enter")
        await is_so(f"{PANEL} !== undefined")
        shown = (await browser.run(f"{PANEL}.textContent")).casefold()
        assert all(name in shown for name in seconds)


async def play_script(display: str) -> tuple[int, dict[str, float]]:
    """Windows come and go; when it began, and for how many seconds each application was in front."""
    seconds: dict[str, float] = {}
    began_us = wall_us()
    with Program(display) as program:
        for application, title, lasts_s in SCRIPT:
            at_us = wall_us()
            window = program.window((20, 20, 400, 300), name=application, title=title, colour=0x206040)
            await until_wall(at_us + lasts_s * S)
            program.close(window)
            seconds[application] = seconds.get(application, 0.0) + (wall_us() - at_us) / S
    return began_us, seconds
