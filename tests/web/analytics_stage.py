"""Premises whose desktop analytics are the real ones: the portal's own application over a store of events."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from uuid import UUID

from portal.conftest import open_browser

from playhead.base.ids import GroupId, RecordingId, WorkstationId
from playhead.domain.analytics.events import DesktopEvent, Kind
from playhead.domain.analytics.rollout import Rollout, RuleSet
from playhead.domain.recordings import RecordingState
from playhead.domain.roles import ADMINISTRATOR
from playhead.net.http.hosts import AllowedHosts
from playhead.portal.application import create_application
from playhead.portal.feed import Feed
from playhead.portal.lockout import Lockout
from playhead.portal.parts import Parts
from playhead.portal.rules import Lifetime
from playhead.portal.second_factor import SecondFactors
from playhead.portal.sessions import Sessions
from playhead.portal.sign_in import SignIn
from playhead.store.analytics.asking import Asking
from playhead.store.analytics.store import EventStore
from playhead.store.annotating import Annotator
from playhead.store.catalogue.analytics_rules import note_digest
from playhead.store.catalogue.groups import Group, add_group
from playhead.store.disk import SystemDisk
from playhead.store.library import Library
from playhead.testing.site import opened_site
from web.conftest import seated
from web.premises import EPOCH_US, Premises
from web.premises import Recording as Played
from web.wire import Answer

S = 1_000_000
DAY_S = 86_400
RECORDING = RecordingId(UUID(int=7))
CARD_FORM = '[[rule]]\nname = "card form"\nwhen = { title = "*Card payment*" }\nthen = [{ blackout = "start" }]\n'

ALICES = (
    (0, 40, Kind.ACTIVE, "Customer file", "Meyer, contract 4711", ""),
    (40, 20, Kind.ACTIVE, "firefox", "Card payment", "https://pay.example/card"),
    (60, 8, Kind.IDLE, "firefox", "Card payment", "https://pay.example/card"),
    (68, 30, Kind.ACTIVE, "Customer file", "Meyer, contract 4711", ""),
    (98, 12, Kind.ACTIVE, "Mail", "Inbox", ""),
    (110, 9, Kind.LOCKED, "", "", ""),
    (119, 28, Kind.ACTIVE, "Customer file", "Schulz, contract 12", ""),
)
"""What Alice worked with during the recording: from which second, for how many seconds."""

AGENTS = ("bruno", "chen", "dana", "emil", "fay", "gus")
DAYS = 6
"""Before the recording, on each of which each of them worked alike: but Gus."""


def alices():
    """The events of Alice, with the one that a rule made of them."""
    found = [
        DesktopEvent(
            sequence=number,
            kind=kind,
            from_us=EPOCH_US + from_s * S,
            lasts_us=lasts_s * S,
            agent="" if kind is Kind.LOCKED else "alice",
            application=application,
            title=title,
            url=url,
        )
        for number, (from_s, lasts_s, kind, application, title, url) in enumerate(ALICES, 1)
    ]
    trigger = DesktopEvent(
        sequence=len(found) + 1,
        kind=Kind.TRIGGER,
        from_us=EPOCH_US + 40 * S,
        agent="alice",
        application="firefox",
        title="Card payment",
        rule="card form",
        action="tag",
        detail="card",
    )
    return [*found, trigger]


def days_of(agent):
    """Some days of an agent: two hours of customers, half an hour of mail, a quarter of an hour of nothing."""
    idle_s, games_s = (5_400, 3_600) if agent == "gus" else (900 + 10 * len(agent), 0)
    found = []
    for day in range(1, DAYS + 1):
        at_s = -day * DAY_S
        for kind, application, lasts_s in (
            (Kind.ACTIVE, "Customer file", 7_200 + 60 * len(agent)),
            (Kind.ACTIVE, "Mail", 1_800),
            (Kind.IDLE, "Mail", idle_s),
            (Kind.ACTIVE, "minefield", games_s),
        ):
            if lasts_s:
                found.append((at_s, lasts_s, kind, application))
            at_s += lasts_s
    return [
        DesktopEvent(
            sequence=number,
            kind=kind,
            from_us=EPOCH_US + from_s * S,
            lasts_us=lasts_s * S,
            agent=agent,
            application=application,
            title=application,
        )
        for number, (from_s, lasts_s, kind, application) in enumerate(sorted(found), 1)
    ]


class _Analytics:
    """The module of a site."""

    known = ("Customer file", "Mail", "firefox")
    zone = "UTC"

    def __init__(self, asking):
        self.ask = asking.ask

    def digest(self, rules):
        return Rollout(sets=tuple(RuleSet(name=one.name, text=one.text) for one in rules)).digest


class AnalyticsPremises(Premises):
    """Hands on what is asked of desktop analytics."""

    def __init__(self, asked, recordings):
        super().__init__(recordings)
        self.asked = asked
        self.permissions = [*self.permissions, "analyse", "administer"]
        self.capabilities = [*self.capabilities, "analytics"]

    async def _api(self, request):
        if not request.path.startswith("/api/analytics"):
            return await super()._api(request)
        found = await self.asked.request(
            request.method,
            request.path,
            params=list(request.pairs),
            content=request.body or None,
            headers={"content-type": request.headers.get("content-type", "application/json")},
        )
        headers = {name: found.headers[name] for name in ("content-disposition",) if name in found.headers}
        return Answer(found.content, found.status_code, found.headers["content-type"], headers)


def _parts(site, analytics):
    sessions = Sessions(site.catalogue, Lifetime(3_600 * S, 43_200 * S), site.clock)
    factors, lockout = SecondFactors(site.catalogue, site.keyring, site.clock), Lockout(site.catalogue, site.clock)
    return Parts(
        clock=site.clock,
        catalogue=site.catalogue,
        control=site.control,
        keyring=site.keyring,
        audit=site.audit,
        sessions=sessions,
        sign_in=SignIn(site.catalogue, site.passwords, factors, lockout, sessions, site.audit, site.clock),
        feed=Feed(site.catalogue, site.control),
        library=Library(site.catalogue),
        annotating=Annotator(site.catalogue, site.audit, site.clock),
        token_port=5650,
        tokens_secure=False,
        analytics=analytics,
    )


@asynccontextmanager
async def analysed(folder):
    """A browser of the API on a site that has recorded Alice, and knows what everybody worked with."""
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(opened_site(folder))
        await site.add_user("root", ADMINISTRATOR)
        await site.add_recording(RECORDING, workstation="ws-01", agent="alice", started_at_us=EPOCH_US)
        await site.set_state(RECORDING, RecordingState.COMPLETE, EPOCH_US + 147 * S)
        async with site.catalogue.writing() as connection:
            await add_group(connection, Group(GroupId("sales"), "Sales", ("alice", "bruno", "chen")))
            await note_digest(connection, WorkstationId("ws-01"), "older", site.clock.wall_us())
        store = EventStore(SystemDisk(), folder / "events", site.clock, site="site-1")
        await store.open()
        running = asyncio.create_task(store.run())
        await store.append("ws-01", "spool", alices())
        for agent in AGENTS:
            await store.append(f"ws-{agent}", "spool", days_of(agent))
        asking = Asking(SystemDisk(), folder / "events")
        try:
            application = create_application(_parts(site, _Analytics(asking)), hosts=AllowedHosts())
            asked = await stack.enter_async_context(open_browser(application))
            assert (await asked.sign_in("root")).status_code == 200
            yield asked
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            asking.close()


@asynccontextmanager
async def staged(chromium, folder, segments, path, **context):
    """A seat at ``path``, signed in."""
    async with analysed(folder) as asked:
        played = Played(str(RECORDING), "alice", list(segments))
        premises = AnalyticsPremises(asked, [replace(played)])
        await premises.start()
        try:
            async with seated(chromium, premises, **context) as seat:
                await seat.sign_in(path)
                yield seat
        finally:
            await premises.stop()
