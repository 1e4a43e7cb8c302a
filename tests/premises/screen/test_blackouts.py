"""Blackouts that follow the agent from one workstation to another."""

from dataclasses import replace
from pathlib import Path

import pytest
from premises.screen.rig import Premises

from playhead.base.ids import WorkstationId
from playhead.domain.blackouts import Source
from playhead.domain.live import LiveBlackout, LiveWorkstation
from playhead.premises.screen.blackouts import COPY, Copy, copies
from playhead.wire.screen.blackouts import BlackoutOrder, BlackoutRequest
from playhead.wire.screen.messages import Command, Status

NOW_US = 1_000_000_000
CARD = LiveBlackout(Source.API, "anna", "", "card", since_us=5, until_us=NOW_US + 60_000_000, follows=True)
ENDLESS = replace(CARD, since_us=6, until_us=None)
LABEL = f"{COPY}pc-1 5"


def workstation(name: str, *blackouts: LiveBlackout, **more: object) -> LiveWorkstation:
    facts = {"connected": True, "changed_at_us": 0, "state": "recording", "agent": "jane"} | more
    return LiveWorkstation(WorkstationId(name), blackouts=blackouts, **facts)


def begun(name: str, label: str = LABEL, length_ms: int = 60_000) -> Copy:
    order = BlackoutOrder("api", by="anna", label=label, length_ms=length_ms)
    return Copy(WorkstationId(name), on=True, blackout=order, reason="card")


def ended(name: str) -> Copy:
    order = BlackoutOrder("api", by="anna", label=LABEL)
    return Copy(WorkstationId(name), on=False, blackout=order, reason="it has ended where it was asked for")


OFFICE = [
    workstation("pc-2", agent="CORP\\Jane"),
    workstation("pc-3", agent="joe"),
    workstation("pc-4", connected=False),
]


def test_a_new_one_is_asked_for_where_the_agent_is_besides_and_its_end_is_told() -> None:
    light, dark = workstation("pc-1"), workstation("pc-1", CARD)
    assert copies(light, dark, [dark, *OFFICE], NOW_US) == [begun("pc-2")]
    assert copies(dark, dark, [dark, *OFFICE], NOW_US) == []
    assert copies(dark, light, [light, *OFFICE], NOW_US) == [ended("pc-2")]


def test_one_that_comes_is_told_what_holds_elsewhere() -> None:
    comes, told = workstation("pc-2", state=""), workstation("pc-2")
    assert copies(comes, told, [told, workstation("pc-1", CARD)], NOW_US) == [begun("pc-2")]
    assert copies(None, told, [told, workstation("pc-1", ENDLESS)], NOW_US) == [begun("pc-2", f"{COPY}pc-1 6", 0)]


@pytest.mark.parametrize(
    ("blackout", "is_told"), [(CARD, True), (ENDLESS, False), (replace(CARD, until_us=NOW_US), False)]
)
def test_of_one_that_is_gone_only_what_has_not_ended_meanwhile(blackout: LiveBlackout, *, is_told: bool) -> None:
    comes, told = workstation("pc-2", state=""), workstation("pc-2")
    assert copies(comes, told, [told, workstation("pc-1", blackout, connected=False)], NOW_US) == (
        [begun("pc-2")] if is_told else []
    )


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (workstation("pc-1"), workstation("pc-1", replace(CARD, follows=False))),
        (workstation("pc-1"), workstation("pc-1", replace(CARD, label=f"{COPY}pc-9 5"))),
        (workstation("pc-1", agent=""), workstation("pc-1", CARD, agent="")),
        (workstation("pc-1", CARD, agent="joe"), workstation("pc-1")),  # the agent left: it holds where they are now
    ],
)
def test_what_does_not_follow(before: LiveWorkstation, now: LiveWorkstation) -> None:
    assert copies(before, now, [now, OFFICE[0]], NOW_US) == []


async def test_over_the_wire_it_follows_and_ends(tmp_path: Path) -> None:
    async with Premises(tmp_path).running() as premises:
        first, second = await premises.desk("pc-1"), await premises.desk("pc-2")
        asked = BlackoutRequest("agent", 5, by="alex", reason="card", follows=True)
        async with first.connected() as here, second.connected() as there:
            await there.peer.send(Status("idle"))
            await here.peer.send(Status("blackout", blackouts=(asked,)))
            begin = await there.next(Command)
            assert (begin.name, begin.reason) == ("blackout_on", "card")
            assert begin.blackout == BlackoutOrder("agent", by="alex", label=f"{COPY}pc-1 5")
            (live,) = [one for one in premises.service.workstations() if str(one.id) == "pc-1"]
            assert live.blackouts == (LiveBlackout(Source.AGENT, "alex", "", "card", 5, None, follows=True),)
            await here.peer.send(Status("idle", blackouts_expired=1))
            end = await there.next(Command)
            assert (end.name, end.blackout.label) == ("blackout_off", begin.blackout.label)
