"""``/api/analytics/rules``: the rules of desktop analytics, whom they are rolled out to, and who has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request, Response

from playhead.base.errors import InvalidInputError, NotFoundError
from playhead.base.ids import GroupId
from playhead.base.instants import utc, wall_us
from playhead.domain.access import Action, agent_key
from playhead.domain.analytics import rollout
from playhead.domain.analytics.events import Kind
from playhead.domain.analytics.rules import parsed
from playhead.domain.spans import Span
from playhead.portal.analytics import analytics_of, placed, viewer_of
from playhead.portal.api.analytics import note_read
from playhead.portal.api.analytics_models import MOMENTS_MAX, moment_item
from playhead.portal.api.analytics_rules_models import (
    HolderItem,
    HolderList,
    RuleCheck,
    RuleFirings,
    RuleSetChange,
    RuleSetInput,
    RuleSetItem,
    RuleSetList,
    RuleTextInput,
    TrialAnswer,
    TrialInput,
    checked,
    rule_set_item,
)
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.permissions import Administering, AdministeringChange, needs
from playhead.portal.callers import Caller
from playhead.portal.changes import Change, changing
from playhead.portal.needs_analytics import Analytics
from playhead.portal.parts import Parts, parts_of
from playhead.store.analytics.dry_run import DryFiring, dry_run
from playhead.store.analytics.questions import Moment, Question
from playhead.store.catalogue import analytics_rules as kept
from playhead.store.catalogue.analytics_rules import RuleSet, Told
from playhead.store.catalogue.groups import groups_of
from playhead.store.catalogue.workstations import PAGE_ITEMS_MAX, Workstation, list_workstations

TRIAL_US_MAX: Final = 31 * 86_400_000_000
"""Of a trial: each event goes through each rule."""
WORKSTATIONS_MAX: Final = 10_000
"""As many are looked at; what a premises server serves is fewer."""

router = APIRouter(prefix="/api/analytics/rules", tags=["analytics"], responses=ERRORS)
_ADMINISTER: Final = needs(Action.ADMINISTER)


@dataclass(frozen=True, slots=True)
class _Holder:
    """A workstation, what is for it, and what it says that it has."""

    station: Workstation
    sets: tuple[RuleSet, ...]
    told: Told | None
    holds: bool


@router.get("", operation_id="listRuleSets", openapi_extra=_ADMINISTER)
async def list_rule_sets(request: Request, _caller: Administering) -> RuleSetList:
    """All sets of rules by name, each with how many workstations have it."""
    parts = parts_of(request)
    sets, holders = await _all(parts, analytics_of(parts))
    return RuleSetList(items=[_item(one, holders) for one in sets])


@router.post("", operation_id="addRuleSet", status_code=201, openapi_extra=_ADMINISTER)
async def add_rule_set(request: Request, caller: AdministeringChange, wanted: RuleSetInput) -> RuleSetItem:
    """Add a set of rules. It is rolled out at once to whom it names; to nobody, it is a draft."""
    parts = parts_of(request)
    analytics_of(parts)
    async with changing(parts, caller, wanted.name) as change:
        rules = _rules(parts, caller, wanted)
        await _check_all(change, rules)
        after = await kept.add_rule_set(change.connection, rules)
        await _note(change, "analytics.rules_added", after)
    return await _told(parts, after)


@router.post("/check", operation_id="checkRules", openapi_extra=_ADMINISTER)
async def check_rules(request: Request, _caller: AdministeringChange, wanted: RuleTextInput) -> RuleCheck:
    """What a text says, or what is wrong in which line. Nothing is kept."""
    analytics_of(parts_of(request))
    return checked(wanted.text)


@router.post("/trial", operation_id="tryRules", openapi_extra=needs(Action.ADMINISTER))
async def try_rules(request: Request, caller: AdministeringChange, wanted: TrialInput) -> TrialAnswer:
    """What rules would have done lately, at the workstations of agents whose work the caller may analyse."""
    parts = parts_of(request)
    viewer = await viewer_of(parts, caller)
    rules = parsed(wanted.text)
    period = Span(wall_us(wanted.began_from), wall_us(wanted.began_to))
    if period.length_us > TRIAL_US_MAX:
        raise InvalidInputError("analytics.period", "Rules are tried over at most 31 days.")
    question = Question(sight=viewer.sight, period=period, zone=viewer.analytics.zone)
    found = await viewer.analytics.ask(lambda session: dry_run(session, question, rules))
    await note_read(parts, caller)
    begins = sorted(
        (one for one in found.rows if one.is_begin), key=lambda one: (-one.at_us, one.workstation, one.rule)
    )
    told = [_moment(one) for one in begins[:MOMENTS_MAX]]
    places = await placed(parts, caller, [(one.workstation, one.from_us) for one in told])
    return TrialAnswer(
        items=[moment_item(one, places.get((one.workstation, one.from_us))) for one in told],
        rules=[RuleFirings(name=name, firings=times) for name, times in found.begins],
        workstations=found.workstations,
        more=sum(times for _, times in found.begins) > len(told),
        counted=found.counted,
    )


@router.get("/workstations", operation_id="listRuleHolders", openapi_extra=_ADMINISTER)
async def list_holders(request: Request, _caller: Administering) -> HolderList:
    """Every workstation that is enrolled: which rules are for it, and whether it has them."""
    parts = parts_of(request)
    _, holders = await _all(parts, analytics_of(parts))
    return HolderList(items=[_holder_item(one) for one in holders])


@router.put("/{rules}", operation_id="changeRuleSet", openapi_extra=_ADMINISTER)
async def change_rule_set(
    request: Request, caller: AdministeringChange, rules: str, wanted: RuleSetChange
) -> RuleSetItem:
    """Make a set of rules what is given. Workstations that it is for have it within a minute."""
    parts = parts_of(request)
    analytics_of(parts)
    async with changing(parts, caller, wanted.name) as change:
        after = _rules(parts, caller, wanted, identifier=_number(rules), version=wanted.version)
        await _check_all(change, after)
        after = await kept.change_rule_set(change.connection, after)
        await _note(change, "analytics.rules_changed", after)
    return await _told(parts, after)


@router.delete("/{rules}", operation_id="deleteRuleSet", status_code=204, openapi_extra=_ADMINISTER)
async def delete_rule_set(request: Request, caller: AdministeringChange, rules: str) -> Response:
    """Remove a set of rules. Workstations drop it when they next ask."""
    parts = parts_of(request)
    analytics_of(parts)
    async with changing(parts, caller, rules) as change:
        before = await kept.get_rule_set(change.connection, _number(rules))
        await kept.delete_rule_set(change.connection, before.id)
        await _note(change, "analytics.rules_deleted", before)
    return Response(status_code=204)


def _rules(parts: Parts, caller: Caller, wanted: RuleSetInput, *, identifier: int = 0, version: int = 1) -> RuleSet:
    return RuleSet(
        id=identifier,
        version=version,
        name=wanted.name.strip(),
        text=wanted.text,
        everyone=wanted.everyone,
        groups=() if wanted.everyone else tuple(sorted({GroupId(one) for one in wanted.groups})),
        author=str(caller.who.user),
        at_us=parts.clock.wall_us(),
    )


async def _check_all(change: Change, wanted: RuleSet) -> None:
    """Refuse what is wrong in itself, and what could not stand beside the other sets at a workstation that has all.

    Raises:
        InvalidInputError: ``analytics.rule``.
        LimitError: ``analytics.rules``, ``analytics.rollout``.
    """
    others = [one for one in await kept.list_rule_sets(change.connection) if one.id != wanted.id]
    together = [rollout.RuleSet(name=one.name, text=one.text) for one in (wanted, *others)]
    rollout.rules_of(rollout.decoded(rollout.encoded(rollout.Rollout(sets=tuple(together)))))


async def _all(parts: Parts, analytics: Analytics) -> tuple[list[RuleSet], list[_Holder]]:
    async with parts.catalogue.reading() as connection:
        sets = await kept.list_rule_sets(connection)
        told = {one.workstation: one for one in await kept.list_told(connection)}
        stations: list[Workstation] = []
        while len(stations) < WORKSTATIONS_MAX:
            some = await list_workstations(connection, after=stations[-1].id if stations else None)
            stations += [one for one in some if one.revoked_at_us is None]
            if len(some) < PAGE_ITEMS_MAX:
                break
        theirs = await groups_of(connection, {agent_key(one.agent) for one in stations})
    digests: dict[tuple[int, ...], str] = {}
    holders: list[_Holder] = []
    for station in stations:
        mine = _sets_for(sets, theirs, station)
        key = tuple(one.id for one in mine)
        if key not in digests:
            digests[key] = analytics.digest(mine)
        says = told.get(station.id)
        holders.append(_Holder(station, mine, says, says is not None and says.digest == digests[key]))
    return sets, holders


def _sets_for(
    sets: Sequence[RuleSet], theirs: Mapping[str, tuple[GroupId, ...]], station: Workstation
) -> tuple[RuleSet, ...]:
    """As `rule_sets_for` in the catalogue, for many workstations at once."""
    groups = set(theirs.get(agent_key(station.agent), ()))
    return tuple(sorted((one for one in sets if one.everyone or groups & set(one.groups)), key=lambda one: one.id))


async def _told(parts: Parts, one: RuleSet) -> RuleSetItem:
    _, holders = await _all(parts, analytics_of(parts))
    return _item(one, holders)


def _item(one: RuleSet, holders: Sequence[_Holder]) -> RuleSetItem:
    theirs = [holder for holder in holders if any(rules.id == one.id for rules in holder.sets)]
    return rule_set_item(one, workstations=len(theirs), holding=sum(holder.holds for holder in theirs))


def _holder_item(one: _Holder) -> HolderItem:
    told = one.told
    return HolderItem(
        workstation=str(one.station.id),
        agent=one.station.agent,
        rules=[str(rules.id) for rules in one.sets],
        holds=one.holds,
        told_at=None if told is None or not told.digest else utc(told.digest_at_us),
        events_at=None if told is None or told.events_at_us is None else utc(told.events_at_us),
    )


def _moment(firing: DryFiring) -> Moment:
    """A rule's begin as the trigger that it would have been, with all that it does."""
    return Moment(
        workstation=firing.workstation,
        spool="",
        sequence=0,
        agent=firing.agent,
        kind=Kind.TRIGGER,
        from_us=firing.at_us,
        lasts_us=0,
        application=firing.application,
        title=firing.title,
        rule=firing.rule,
        detail=", ".join(f"{one.act} {one.detail}" for one in firing.actions),
    )


async def _note(change: Change, action: str, rules: RuleSet) -> None:
    whom = "everyone" if rules.everyone else " ".join(map(str, rules.groups))
    await change.note(action, rules.name, {"version": rules.version, "groups": whom})


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):  # noqa: PLR2004 - what a 64-bit integer holds
        raise NotFoundError("analytics.rules_not_found", "There are no such rules.")
    return int(text)
