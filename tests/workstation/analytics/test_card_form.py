"""The whole way with a real browser: a card form, rules from the site, pixels and events at the premises."""

import asyncio
import io
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import av
import numpy as np
import pytest
from premises.screen.rig import Premises
from workstation.readback import bodies

from playhead.base.addresses import Address
from playhead.base.clock import SystemClock
from playhead.base.ids import RecordingId, WorkstationId
from playhead.base.quantities import Duration, Size
from playhead.cli.desktop import Desktop
from playhead.cli.desktop.x11 import X11
from playhead.domain.analytics.events import Kind
from playhead.domain.spans import Span
from playhead.premises.analytics.acting import Acting
from playhead.premises.analytics.config import AnalyticsConfig as PremisesConfig
from playhead.premises.analytics.service import AnalyticsService
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue.analytics_rules import RuleSet, add_rule_set
from playhead.store.disk import SystemDisk
from playhead.wire import vid
from playhead.workstation.analytics.config import AnalyticsConfig
from playhead.workstation.analytics.service import WorkstationAnalytics
from playhead.workstation.analytics.spool import told
from playhead.workstation.analytics.x11 import X11Desktop
from playhead.workstation.capture.x11 import X11Source
from playhead.workstation.config import WorkstationConfig
from playhead.workstation.control import Question, ask
from playhead.workstation.enrolment import enrol
from playhead.workstation.service import WorkstationService, pipelines

CLOCK = SystemClock()
NAME = WorkstationId("desk-1")
RULES = """
[[rule]]
name = "card form"
when = { application = "*chrom*", title = "*card payment*" }
then = [{ blackout = "start" }, { mark = "card" }]
"""
SHOP = "<!doctype html><title>{}</title><body style='background:#{:06x}'>{}<script>{}</script>"
CALM, SECRET, PAID = 0x206040, 0xFF00FF, 0xA0A0F0
KEYCODE_ESCAPE, KEYS = 9, 3
CHROMIUM = (
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-gpu",
    "--password-store=basic",
    "--no-sandbox",
    "--start-maximized",
)


def shop(folder: Path) -> Path:
    """Three pages that lead to one another: what the agent does is always the same."""
    folder.mkdir()
    onward = "setTimeout(() => location = '{}', {})"
    form = "<form>Card number <input value='4111 1111 1111 1111'></form>"
    (folder / "cart.html").write_text(SHOP.format("Cart", CALM, "Two items", onward.format("pay.html", 2000)))
    (folder / "pay.html").write_text(SHOP.format("Card payment", SECRET, form, onward.format("paid.html", 1200)))
    (folder / "paid.html").write_text(SHOP.format("Thank you", PAID, "Paid", ""))
    return folder / "cart.html"


def share(frame: np.ndarray, colour: int) -> float:
    wanted = np.array([colour >> 16, colour >> 8 & 0xFF, colour & 0xFF])
    return float((np.abs(frame.astype(int) - wanted).max(axis=2) < 40).mean())


@asynccontextmanager
async def taking(premises: Premises, folder: Path):
    """The premises' service of desktop analytics beside that of its screens."""
    service = AnalyticsService(
        PremisesConfig(enabled=True, listen=Address("127.0.0.1", 0), disk_free_min=Size(0)),
        folder,
        disk=SystemDisk(),
        keyring=premises.keyring,
        catalogue=premises.catalogue,
        acting=Acting(premises.catalogue, AuditTrail(premises.catalogue, CLOCK), CLOCK),
        clock=CLOCK,
    )
    running = asyncio.create_task(service.run())
    await service.ready.wait()
    try:
        yield service
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@asynccontextmanager
async def workstation(config: WorkstationConfig):
    service = WorkstationService(config, pipelines(config, lambda: X11Source(config.display), CLOCK), CLOCK)
    analytics = WorkstationAnalytics(config, lambda: X11Desktop(config.display, CLOCK), service.by_rules, CLOCK)
    service.by_rules.catch_up = analytics.catch_up
    running = [asyncio.create_task(service.run()), asyncio.create_task(analytics.run())]
    await service.ready.wait()
    try:
        yield analytics
    finally:
        for task in running:
            task.cancel()
        ended = await asyncio.gather(*running, return_exceptions=True)
        assert all(isinstance(one, asyncio.CancelledError) for one in ended), ended


async def until(holds, seconds=45.0):
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 - another program says so itself
            await asyncio.sleep(0.05)


@pytest.mark.timeout(180)
async def test_a_card_form_in_a_browser_is_never_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "premises").mkdir()
    data = tmp_path / "data"
    async with (
        Desktop(tmp_path / "desktop", roles=(), size=(960, 600)) as desktop,
        Premises(tmp_path / "premises").running() as premises,
        taking(premises, tmp_path / "events") as server,
    ):
        monkeypatch.setenv("XAUTHORITY", str(desktop.xauthority))
        async with premises.catalogue.writing() as connection:
            rules = RuleSet(name="payment", text=RULES, everyone=True, author="eve", at_us=CLOCK.wall_us())
            await add_rule_set(connection, rules)
        await enrol(premises.address, (await premises.code()).text, NAME, data, clock=CLOCK)
        config = WorkstationConfig(
            id=NAME,
            data=data,
            premises=(str(premises.address),),
            display=desktop.display,
            agent="anna",
            fps=15,
            pre_buffer=Duration(0),
            analytics=AnalyticsConfig(on=True, port=server.port),
        )
        async with workstation(config) as analytics:

            async def has_rules():
                return bool(analytics.rollouts.rules)

            await until(has_rules)
            recording = await use_shop(data, desktop, shop(tmp_path / "shop"), tmp_path)
        events, sent = told(data, 1_000)
        stored = await stored_events(server)
        media = [
            body for header, body in await bodies(premises, recording) if header.kind in {vid.Kind.INIT, vid.Kind.PIECE}
        ]
    with av.open(io.BytesIO(b"".join(media))) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert any(share(frame, CALM) > 0.3 for frame in frames)
    assert any(share(frame, PAID) > 0.3 for frame in frames)
    assert max(share(frame, SECRET) for frame in frames) < 0.002
    assert [(one.action, one.detail) for one in events if one.kind is Kind.TRIGGER] == [
        ("blackout", "start"),
        ("mark", "card"),
        ("blackout", "end"),
    ]
    titles = [
        one.title.split(" - ")[0] for one in events if one.kind is Kind.ACTIVE and "chrom" in one.application.lower()
    ]
    assert [title for title in titles if title in {"Cart", "Card payment", "Thank you"}] == [
        "Cart",
        "Card payment",
        "Thank you",
    ]
    assert sum(one.keys for one in events) == KEYS
    assert sent == events[-1].sequence
    assert stored == [(str(NAME), one.sequence, "anna") for one in events]


async def use_shop(data: Path, desktop: Desktop, page: Path, folder: Path) -> RecordingId:
    started = await ask(data, Question("start"))
    browser = await asyncio.create_subprocess_exec(
        "chromium",
        f"--user-data-dir={folder / 'profile'}",
        *CHROMIUM,
        page.as_uri(),
        env=desktop.environment,
        stderr=asyncio.subprocess.DEVNULL,
    )

    async def status():
        return (await ask(data, Question("status")))["status"]

    async def is_over():
        events, _ = told(data, 1_000)
        return any((one.action, one.detail) == ("blackout", "end") for one in events)

    async def is_sent():
        return (await status())["spool_bytes"] == 0

    x11 = X11(desktop.display, desktop.cookie)

    async def is_shown():
        return bool(x11.windows())

    try:
        await until(is_shown)
        x11.activate(x11.windows()[0].id)
        await until(is_over)
        for _ in range(KEYS):
            x11.press([KEYCODE_ESCAPE])
        await asyncio.sleep(1)
        await ask(data, Question("stop"))
    finally:
        x11.close()
        browser.terminate()
        await browser.wait()
    await until(is_sent)
    return RecordingId(UUID(started["recording"]))


async def stored_events(server: AnalyticsService) -> list[tuple[str, int, str]]:
    always = Span(0, CLOCK.wall_us() + 86_400_000_000)
    query = "SELECT workstation, sequence, agent FROM ({}) ORDER BY sequence"
    return await server.ask(lambda session: session.rows(query.format(session.events(always))))
