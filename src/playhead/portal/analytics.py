"""Desktop analytics as the portal has it: whom to ask, whose events somebody may see, and what their recordings are."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from playhead.base.errors import NotFoundError
from playhead.base.ids import WorkstationId
from playhead.domain.access import Action, OfAgent, Sight, agent_key, sight
from playhead.domain.recordings import Recording
from playhead.domain.spans import Span
from playhead.domain.timeline import duration_us
from playhead.portal.callers import Caller
from playhead.portal.needs_analytics import Analytics
from playhead.portal.parts import Parts
from playhead.store.analytics.questions import Interaction
from playhead.store.catalogue.groups import Group, list_groups
from playhead.store.catalogue.recordings_at import RecordingAt, queue_of, recordings_at


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who asks, and what they may see."""

    analytics: Analytics
    sight: Sight
    groups: tuple[Group, ...]
    """That they may ask for: all, for those who see everybody's; otherwise the ones that they supervise."""

    @property
    def groups_of_agents(self) -> Mapping[str, tuple[str, ...]]:
        """Group ids by agent key."""
        found: dict[str, tuple[str, ...]] = {}
        for group in self.groups:
            for member in group.members:
                found[member] = (*found.get(member, ()), str(group.id))
        return found

    def members_of(self, group: str) -> frozenset[str]:
        """Agent keys of a group; none where it is not theirs to ask for."""
        return frozenset(member for one in self.groups if str(one.id) == group for member in one.members)


def analytics_of(parts: Parts) -> Analytics:
    """The module.

    Raises:
        NotFoundError: ``analytics.off``.
    """
    if parts.analytics is None:
        hint = "Set [analytics] in the configuration of the server; docs/services/desktop_analytics.md says how."
        raise NotFoundError("analytics.off", "Desktop analytics is off at this site.", hint=hint)
    return parts.analytics


async def viewer_of(parts: Parts, caller: Caller) -> Viewer:
    """What somebody may see; whoever may see anybody's may see their own.

    Raises:
        NotFoundError: ``analytics.off``.
        RefusedError: ``access.refused``, which is noted in the audit log.
    """
    analytics = analytics_of(parts)
    await caller.require(parts, Action.ANALYSE, OfAgent(str(caller.who.user)), "analytics")
    seen = sight(caller.who, Action.ANALYSE)
    async with parts.catalogue.reading() as connection:
        groups = await list_groups(connection)
    theirs = tuple(one for one in groups if seen.everyone or caller.who.user in one.supervisors)
    return Viewer(analytics, seen, theirs)


def interaction_of(recording: Recording, now_us: int) -> Interaction:
    """A recording as queries take it. One under way lasts until now."""
    ended_us = recording.ended_at_us or max(now_us, recording.started_at_us + duration_us(recording))
    return Interaction(
        recording=str(recording.id),
        workstation=str(recording.workstation),
        agent=agent_key(recording.agent),
        span=Span(recording.started_at_us, max(ended_us, recording.started_at_us + 1)),
        queue=queue_of(recording.tags),
    )


async def placed(
    parts: Parts, caller: Caller, moments: Collection[tuple[str, int]]
) -> Mapping[tuple[str, int], RecordingAt]:
    """For moments (a workstation, wall time in µs) the recordings that hold them and that the caller may see."""
    wanted = [(WorkstationId(workstation), at_us) for workstation, at_us in set(moments)]
    async with parts.catalogue.reading() as connection:
        found = await recordings_at(connection, wanted)
    return {
        (str(workstation), at_us): one
        for (workstation, at_us), one in found.items()
        if caller.may(Action.VIEW, OfAgent(one.agent, one.started_at_us))
    }
