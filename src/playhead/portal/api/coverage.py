"""``/api/coverage``: what should exist, what durably does, and why the rest does not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request

from playhead.base.errors import InvalidInputError, LimitError, NotFoundError, UnavailableError
from playhead.base.ids import RecordingId, SiteId, WorkstationId
from playhead.base.instants import FIRST_DAY, LAST_DAY, utc
from playhead.domain.access import Action, Installation, OfAgent, may
from playhead.domain.coverage import EXCUSED
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.coverage_models import (
    AlarmItem,
    CoverageItem,
    CoverageList,
    DayList,
    NowItem,
    RecordingCoverage,
    coverage_item,
    day_item,
    recording_coverage,
)
from playhead.portal.api.permissions import needs
from playhead.portal.api.recordings import visible_recording
from playhead.portal.callers import Caller, Reading
from playhead.portal.needs import Accounts, Coverage, Presents
from playhead.portal.parts import Parts, parts_of
from playhead.store.catalogue import recordings
from playhead.store.catalogue.workstations import PAGE_ITEMS_MAX, Workstation, get_workstation, list_workstations

PAGE_MAX: Final = 500
"""Workstations of one answer."""

DAYS_MAX: Final = 31
"""Days of one answer."""

ALARMS_MAX: Final = 200
"""Alarms of one answer: more than anybody acts on at a time. The numbers count all."""

_DAY: Final = Query(pattern=r"^\d{4}-\d{2}-\d{2}$", description="As ISO 8601 has it, at the site.")

_Site = Annotated[
    str | None,
    Query(max_length=63, description="Whose, where there are several. Left out: the first one's; all for the present."),
]

router = APIRouter(prefix="/api", tags=["coverage"], responses=ERRORS)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the list of a day is asked for."""

    day: str | None
    after: str | None
    limit: int
    q: str
    problem: bool
    site: str | None
    workstation: str | None


async def _asked(
    *,
    day: Annotated[str | None, _DAY] = None,
    after: Annotated[str | None, Query(max_length=63, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 100,
    q: Annotated[str, Query(max_length=200, description="Part of a workstation's name or of its agent's.")] = "",
    problem: Annotated[
        bool, Query(description="Only those with an alarm, or of which something is missing without excuse.")
    ] = False,
    site: _Site = None,
    workstation: Annotated[str | None, Query(max_length=63, description="Only this one, on a day of its site.")] = None,
) -> _Asked:
    return _Asked(day, after or None, limit, q.strip().casefold(), problem, site, workstation)


@router.get("/coverage", operation_id="listCoverage", openapi_extra=needs(Action.VIEW, Action.OPERATE))
async def list_coverage(request: Request, caller: Reading, asked: Annotated[_Asked, Depends(_asked)]) -> CoverageList:
    """The workstations that you may see, by name, on a day of the site: today where none is named."""
    parts = parts_of(request)
    if asked.workstation is None:
        coverage = await _coverage_of(parts, asked.site)
    else:
        coverage = await _coverage_with(parts, WorkstationId(asked.workstation))
    day = coverage.ledger.today if asked.day is None else _day(asked.day)
    from_us, to_us = coverage.ledger.bounds(day)
    known = [one for one in await _visible(parts, caller, from_us) if coverage.has(one.id)]
    if asked.workstation is not None:
        known = [one for one in known if str(one.id) == asked.workstation]
    known = [one for one in known if asked.q in f"{one.id}\n{one.agent}".casefold()]
    if asked.after is not None:
        known = [one for one in known if str(one.id) > asked.after]
    items: list[CoverageItem] = []
    reached = 0
    while reached < len(known) and len(items) < asked.limit:
        some = known[reached : reached + (PAGE_MAX if asked.problem else asked.limit)]
        made = await _items(coverage, day, some)
        for one in some:
            if len(items) == asked.limit:
                break
            reached += 1
            item = made.get(one.id)
            if item is not None and (not asked.problem or _is_problem(item)):
                items.append(item)
    return CoverageList(
        day=day,
        begins_at=utc(from_us),
        ends_at=utc(to_us),
        now=utc(parts.clock.wall_us()),
        time_zone=coverage.ledger.zone.key,
        site=str(coverage.site),
        items=items,
        next=str(known[reached - 1].id) if 0 < reached < len(known) else None,
    )


@router.get("/coverage/now", operation_id="getCoverageNow", openapi_extra=needs(Action.VIEW, Action.OPERATE))
async def get_now(request: Request, caller: Reading, site: _Site = None) -> NowItem:
    """Who is covered at this moment, of those whom you may see."""
    parts = parts_of(request)
    presents = [one for one in _now(parts).all() if _sees(caller, one.agent)]
    if parts.coverages is not None and site is not None:
        wanted = SiteId(site)
        presents = [one for one in presents if parts.coverages.has(wanted, one.workstation)]
    uncovered = [one for one in presents if one.covered is False]
    alarms = sorted((one for one in uncovered if one.alarm), key=lambda one: (one.since_us, one.workstation))
    excused = sum(one.code in EXCUSED for one in uncovered)
    return NowItem(
        covered=sum(one.covered is True for one in presents),
        excused=excused,
        uncovered=len(uncovered) - excused,
        alarms=[
            AlarmItem(
                workstation=str(one.workstation),
                agent=one.agent,
                code=one.code,
                since=utc(one.since_us),
                message=one.message,
            )
            for one in alarms[:ALARMS_MAX]
            if one.code is not None
        ],
    )


@router.get(
    "/coverage/workstations/{workstation}",
    operation_id="listCoverageOfWorkstation",
    openapi_extra=needs(Action.VIEW, Action.OPERATE),
)
async def list_days(
    request: Request,
    caller: Reading,
    workstation: str,
    first: Annotated[str, Query(alias="from", pattern=r"^\d{4}-\d{2}-\d{2}$")],
    last: Annotated[str | None, Query(alias="to", pattern=r"^\d{4}-\d{2}-\d{2}$", description="Inclusive.")] = None,
) -> DayList:
    """Some days of a workstation, at most 31."""
    parts = parts_of(request)
    async with parts.catalogue.reading() as connection:
        known = await get_workstation(connection, WorkstationId(workstation))
    if not _operates(caller):
        agent = _agents(parts).get(known.id) or known.agent
        await caller.require(parts, Action.VIEW, OfAgent(agent), workstation)
    coverage = await _coverage_with(parts, known.id)
    begin, end = _day(first), coverage.ledger.today if last is None else _day(last)
    count = (end - begin).days + 1
    if count < 1:
        raise InvalidInputError("coverage.day", "The last day is before the first.")
    if count > DAYS_MAX:
        raise LimitError("coverage.days", f"At most {DAYS_MAX} days can be asked for, not {count}.")
    accounts = [await coverage.ledger.day(begin + timedelta(days=number), [known.id]) for number in range(count)]
    return DayList(items=[day_item(account[known.id]) for account in accounts if known.id in account])


@router.get(
    "/recordings/{recording}/coverage",
    operation_id="getCoverageOfRecording",
    openapi_extra=needs(Action.VIEW, Action.OPERATE),
)
async def get_of_recording(request: Request, caller: Reading, recording: str) -> RecordingCoverage:
    """What exists of a recording from its beginning to its end, and why the rest does not."""
    parts = parts_of(request)
    identifier = RecordingId.parse(recording)
    if _operates(caller):
        async with parts.catalogue.reading() as connection:
            found = await recordings.get_recording(connection, identifier)
    else:
        found = await visible_recording(parts, caller, identifier)
    coverage = await _coverage_of(parts, found.site)
    return recording_coverage(await coverage.ledger.recording(found))


@dataclass(frozen=True, slots=True)
class _Coverage:
    """Of one site."""

    site: SiteId
    ledger: Accounts
    now: Presents
    has: Callable[[WorkstationId], bool]


async def _coverage_of(parts: Parts, site: str | None) -> _Coverage:
    """That of a site; of the first one where none is named.

    Raises:
        NotFoundError: ``site.not_found``.
        UnavailableError: ``coverage.none``, ``site.away``.
    """
    coverages = parts.coverages
    if coverages is None:
        # A recording keeps the name that its site had; there is one ledger all the same.
        own = parts.keyring.site
        return _Coverage(own, _own(parts).ledger, _own(parts).now, lambda _: True)
    sites = await coverages.sites()
    if not sites and site is None:
        raise NotFoundError("site.none", "There is no site yet.", hint="One is added with `playhead cloud site add`.")
    wanted = sites[0] if site is None else SiteId(site)
    return _Coverage(
        wanted,
        await coverages.at(wanted),
        coverages.now,
        lambda workstation: coverages.has(wanted, workstation),
    )


async def _coverage_with(parts: Parts, workstation: WorkstationId) -> _Coverage:
    """That of the site that has a workstation.

    Raises:
        UnavailableError: ``coverage.none``, ``site.away``.
    """
    if parts.coverages is None:
        return await _coverage_of(parts, None)
    for site in await parts.coverages.sites():
        if parts.coverages.has(site, workstation):
            return await _coverage_of(parts, str(site))
    raise NotFoundError("site.not_found", f"The site of {workstation} is not there any more.")


def _now(parts: Parts) -> Presents:
    return _own(parts).now if parts.coverages is None else parts.coverages.now


def _own(parts: Parts) -> Coverage:
    if parts.coverage is None:
        raise UnavailableError("coverage.none", "This server keeps no ledger of coverage.")
    return parts.coverage


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidInputError("coverage.day", f"There is no day {text[:10]}.") from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise InvalidInputError("coverage.day", f"Days are from {FIRST_DAY} to {LAST_DAY}.")
    return day


def _operates(caller: Caller) -> bool:
    return caller.may(Action.OPERATE, Installation())


def _sees(caller: Caller, agent: str) -> bool:
    return _operates(caller) or may(caller.who, Action.VIEW, OfAgent(agent))


async def _visible(parts: Parts, caller: Caller, from_us: int) -> list[Workstation]:
    """Those that the caller may see, by name, and that were not shut out before a wall time."""
    agents = _agents(parts)
    found: list[Workstation] = []
    after: WorkstationId | None = None
    while True:
        async with parts.catalogue.reading() as connection:
            page = await list_workstations(connection, after=after)
        there = (one for one in page if one.revoked_at_us is None or one.revoked_at_us > from_us)
        found += [replace(one, agent=agents.get(one.id) or one.agent) for one in there]
        if len(page) < PAGE_ITEMS_MAX:
            return [one for one in found if _sees(caller, one.agent)]
        after = page[-1].id


def _agents(parts: Parts) -> dict[WorkstationId, str]:
    """Who works where, as was last heard."""
    return {live.id: live.agent for live in parts.control.workstations()}


async def _items(coverage: _Coverage, day: date, some: Sequence[Workstation]) -> dict[WorkstationId, CoverageItem]:
    accounts = await coverage.ledger.day(day, [one.id for one in some])
    is_today = day == coverage.ledger.today
    items: dict[WorkstationId, CoverageItem] = {}
    for one in some:
        if one.id not in accounts:
            continue  # another site's, by a name that this one could have given
        present = coverage.now.find(one.id)
        state = "offline" if present is None else present.state
        items[one.id] = coverage_item(accounts[one.id], one.agent, state, present if is_today else None)
    return items


def _is_problem(item: CoverageItem) -> bool:
    return item.alarm or any(one.code not in EXCUSED and one.ms > 0 for one in item.missing)
