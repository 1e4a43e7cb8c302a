"""``/api/analytics``: what was worked with, in figures, for those whose agents they are about."""

from collections.abc import Collection
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request

from playhead.base.errors import InvalidInputError
from playhead.base.ids import RecordingId
from playhead.domain.access import Action, OfAgent
from playhead.domain.analytics.events import Kind
from playhead.domain.spans import Span
from playhead.portal.analytics import Viewer, analytics_of, interaction_of, placed, viewer_of
from playhead.portal.api.analytics_models import (
    AnalyticsQuery,
    ApplicationsAnswer,
    ComparisonAnswer,
    ComparisonQuery,
    MomentsAnswer,
    MomentsQuery,
    OutliersAnswer,
    UnknownAnswer,
    UsageAnswer,
    UsageQuery,
    applications_answer,
    comparison_answer,
    moment_item,
    outliers_answer,
    unknown_answer,
    usage_answer,
)
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.permissions import needs
from playhead.portal.api.recordings import visible_recording
from playhead.portal.callers import Caller, Reading
from playhead.portal.parts import Parts, parts_of
from playhead.store.analytics import moments as m
from playhead.store.analytics import queries
from playhead.store.analytics.outliers import outliers
from playhead.store.analytics.questions import INTERACTIONS_MAX, By, Moment, Moments, Question, UsageReport
from playhead.store.analytics.session import Session
from playhead.store.analytics.within import usage_by_queue
from playhead.store.catalogue.recordings_at import interactions_between

BANDS_US_MAX: Final = 7 * 86_400_000_000
"""Of one recording: what one question may be about."""
_IDLE_MAX: Final = 100

router = APIRouter(prefix="/api/analytics", tags=["analytics"], responses=ERRORS)
_ANALYSE: Final = needs(Action.ANALYSE)


async def _viewer(request: Request, caller: Reading) -> Viewer:
    return await viewer_of(parts_of(request), caller)


Viewing = Annotated[Viewer, Depends(_viewer)]


@router.get("/usage", operation_id="getUsage", openapi_extra=_ANALYSE)
async def get_usage(
    request: Request, caller: Reading, viewer: Viewing, asked: Annotated[UsageQuery, Query()]
) -> UsageAnswer:
    """Time active, idle and away by application, agent, workstation, group, queue or day."""
    parts = parts_of(request)
    await note_read(parts, caller)
    return usage_answer(await usage_of(parts, viewer, asked), asked.by, viewer)


async def usage_of(parts: Parts, viewer: Viewer, asked: UsageQuery) -> UsageReport:
    """The report that was asked for."""
    question = asked.question(viewer)
    if asked.by is not By.QUEUE:
        return await viewer.analytics.ask(lambda session: queries.usage(session, question, [asked.by]))
    async with parts.catalogue.reading() as connection:
        within = await interactions_between(connection, question.period, limit=INTERACTIONS_MAX)
    return await viewer.analytics.ask(lambda session: usage_by_queue(session, question, within))


@router.get("/comparison", operation_id="compareUsage", openapi_extra=_ANALYSE)
async def compare_usage(
    request: Request, caller: Reading, viewer: Viewing, asked: Annotated[ComparisonQuery, Query()]
) -> ComparisonAnswer:
    """Two periods held against one another: what has become more, and what less."""
    await note_read(parts_of(request), caller)
    question, before = asked.question(viewer), asked.before
    found = await viewer.analytics.ask(lambda session: queries.comparison(session, question, before, asked.by))
    return comparison_answer(found, asked.by, viewer)


@router.get("/outliers", operation_id="listOutliers", openapi_extra=_ANALYSE)
async def list_outliers(
    request: Request, caller: Reading, viewer: Viewing, asked: Annotated[AnalyticsQuery, Query()]
) -> OutliersAnswer:
    """Agents whose idle share, switches or use of an application is far from everybody's."""
    await note_read(parts_of(request), caller)
    question = asked.question(viewer)
    return outliers_answer(await viewer.analytics.ask(lambda session: outliers(session, question)))


@router.get("/unknown", operation_id="listUnknownApplications", openapi_extra=_ANALYSE)
async def list_unknown(
    request: Request, caller: Reading, viewer: Viewing, asked: Annotated[AnalyticsQuery, Query()]
) -> UnknownAnswer:
    """Applications that no known name is about."""
    await note_read(parts_of(request), caller)
    question, known = asked.question(viewer), viewer.analytics.known
    found = await viewer.analytics.ask(lambda session: queries.unknown_applications(session, question, known))
    return unknown_answer(found)


@router.get("/idle", operation_id="listLongestIdle", openapi_extra=_ANALYSE)
async def list_idle(
    request: Request, caller: Reading, viewer: Viewing, asked: Annotated[AnalyticsQuery, Query()]
) -> MomentsAnswer:
    """The longest stretches in which nobody used keyboard or pointer."""
    parts = parts_of(request)
    await note_read(parts, caller)
    question = asked.question(viewer)
    found = await viewer.analytics.ask(lambda session: m.longest_idle(session, question, limit=_IDLE_MAX))
    return await _moments(parts, caller, found, None)


@router.get("/moments", operation_id="listMoments", openapi_extra=_ANALYSE)
async def list_moments(
    request: Request, caller: Reading, viewer: Viewing, asked: Annotated[MomentsQuery, Query()]
) -> MomentsAnswer:
    """A page of the single events behind a figure, the newest first, with where each was recorded."""
    parts = parts_of(request)
    await note_read(parts, caller)
    before = None if asked.before is None else _place(asked.before)
    question = asked.question(viewer)
    found = await moments_of(viewer, question, kinds=asked.kind, rule=asked.rule, before=before, limit=asked.limit)
    last = found.rows[-1] if found.more and found.rows else None
    return await _moments(parts, caller, found, last)


async def moments_of(
    viewer: Viewer,
    question: Question,
    *,
    kinds: Collection[Kind] = (),
    rule: str = "",
    before: tuple[int, str, int] | None = None,
    limit: int,
) -> Moments:
    """The events that were asked for."""

    def find(session: Session) -> Moments:
        return m.moments(session, question, kinds=kinds, rule=rule, before=before, limit=limit)

    return await viewer.analytics.ask(find)


@router.get("/recordings/{recording}", operation_id="listApplications", openapi_extra=_ANALYSE)
async def list_applications(request: Request, caller: Reading, recording: str) -> ApplicationsAnswer:
    """What was worked with during a recording, as stretches of one window each, and what rules did."""
    parts = parts_of(request)
    analytics = analytics_of(parts)
    found = await visible_recording(parts, caller, RecordingId.parse(recording))
    await caller.require(parts, Action.ANALYSE, OfAgent(found.agent, found.started_at_us), recording)
    within = interaction_of(found, parts.clock.wall_us())
    span = Span(within.span.from_us, min(within.span.to_us, within.span.from_us + BANDS_US_MAX))
    seen = (await viewer_of(parts, caller)).sight
    shown = await analytics.ask(lambda session: m.bands(session, within.workstation, span, sight=seen))
    return applications_answer(shown, found.started_at_us, span)


async def note_read(parts: Parts, caller: Caller) -> None:
    """Note that somebody reads reports about people; a page of several figures is one reading."""
    await parts.audit.note_once(str(caller.who.user), "analytics.read", "", caller.address)


async def _moments(parts: Parts, caller: Caller, found: Moments, last: Moment | None) -> MomentsAnswer:
    places = await placed(parts, caller, [(one.workstation, one.from_us) for one in found.rows])
    items = [moment_item(one, places.get((one.workstation, one.from_us))) for one in found.rows]
    following = None if last is None else f"{last.from_us}~{last.workstation}~{last.sequence}"
    return MomentsAnswer(items=items, next=following, counted=found.counted)


def _place(text: str) -> tuple[int, str, int]:
    """Where a page begins.

    Raises:
        InvalidInputError: ``list.cursor``.
    """
    at, _, rest = text.partition("~")
    workstation, _, sequence = rest.rpartition("~")
    if not (_is_number(at) and workstation and _is_number(sequence)):
        raise InvalidInputError("list.cursor", "This is not a cursor that the list has given out.")
    return int(at), workstation, int(sequence)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18  # noqa: PLR2004 - what a 64-bit integer holds
