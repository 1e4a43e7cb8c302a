"""Does what triggers say at the premises: tags the recording, sets its fields, raises alarms.

Blackouts and recording are the workstation's own, which acts at once and offline; marks are shown where they are
stored. Everything here may be done twice and comes to the same: a tag is there or not, and an alarm's event has an id
that follows from its number.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import InvalidInputError, NotFoundError, PlayheadError, UnavailableError
from playhead.base.ids import RecordingId, UserId, WorkstationId
from playhead.base.instants import rfc3339
from playhead.domain.analytics.events import DesktopEvent
from playhead.domain.analytics.rules import Act
from playhead.domain.event_data import RuleAlarm
from playhead.domain.events import rule_alarm
from playhead.domain.words import tag_of
from playhead.premises.analytics.metrics import ACTED
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.audit import add_audit_entry
from playhead.store.catalogue.outbox import add_events
from playhead.store.catalogue.recordings_at import recordings_at
from playhead.store.catalogue.tags import add_tag, remove_tag, tags_of

BY: Final = UserId("rules")
"""Who tags, where a rule did."""
SPOOLS_MAX: Final = 10_000
"""Of which it is remembered how far their triggers were acted on."""
_HERE: Final = frozenset({Act.TAG, Act.FIELD, Act.ALARM})

_log = structlog.get_logger(__name__)


class Acting:
    """See the module.

    Args:
        catalogue: open.
        audit: where it is noted.
        clock: tells the time.
    """

    def __init__(self, catalogue: Catalogue, audit: AuditTrail, clock: Clock) -> None:
        self._catalogue = catalogue
        self._audit = audit
        self._clock = clock
        self._acted: OrderedDict[tuple[str, str], int] = OrderedDict()

    async def act(self, workstation: str, spool: str, triggers: Sequence[DesktopEvent]) -> None:
        """Do what triggers say, in their order; what was done since the start is not done again.

        What is wrong with one of them is logged, and the others go on.

        Raises:
            UnavailableError: ``catalogue.unavailable``: they are to be sent again.
        """
        acted = self._acted.get((workstation, spool), 0)
        for event in triggers:
            if event.sequence > acted and event.action in _HERE:
                await self._act(workstation, spool, event)
        self._acted[workstation, spool] = max(acted, triggers[-1].sequence)
        self._acted.move_to_end((workstation, spool))
        if len(self._acted) > SPOOLS_MAX:
            self._acted.popitem(last=False)

    async def _act(self, workstation: str, spool: str, event: DesktopEvent) -> None:
        try:
            where = WorkstationId(workstation)
            async with self._catalogue.reading() as connection:
                found = await recordings_at(connection, [(where, event.from_us)])
            recording = found[where, event.from_us].id if found else None
            if event.action == Act.ALARM:
                await self._alarm(where, spool, event, recording)
            elif recording is None:
                text = "At that time nothing was recorded there."
                raise NotFoundError("analytics.no_recording", text)
            else:
                await self._tag(where, event, recording)
        except UnavailableError:
            raise
        except PlayheadError as error:
            ACTED.labels(event.action, error.code).inc()
            _log.warning(
                "trigger without effect", workstation=workstation, rule=event.rule, action=event.action, code=error.code
            )
            return
        ACTED.labels(event.action, "done").inc()

    async def _tag(self, workstation: WorkstationId, event: DesktopEvent, recording: RecordingId) -> None:
        """A field is a tag with a name: ``queue:sales``, of which a recording has one."""
        name, _, value = event.detail.partition("=")
        if event.action == Act.FIELD and not value:
            raise InvalidInputError("analytics.field", "A field has a name and a value.")
        tag = tag_of(f"{name}:{value}" if event.action == Act.FIELD else event.detail)
        now_us = self._clock.wall_us()
        async with self._catalogue.writing() as connection:
            changed = False
            if event.action == Act.FIELD:
                present = (await tags_of(connection, [recording])).get(recording, ())
                prefix = f"{tag.partition(':')[0]}:"
                for other in present:
                    if other.startswith(prefix) and other != tag:
                        changed |= await remove_tag(connection, recording, other)
            changed |= await add_tag(connection, recording, tag, by_user=BY, now_us=now_us)
            if changed:
                details = {"tag": tag, "rule": event.rule}
                entry = self._audit.entry(str(workstation), "recording.tagged_by_rule", str(recording), "", details)
                await add_audit_entry(connection, entry)

    async def _alarm(
        self, workstation: WorkstationId, spool: str, event: DesktopEvent, recording: RecordingId | None
    ) -> None:
        told = RuleAlarm(
            workstation=str(workstation),
            agent=event.agent,
            at=rfc3339(event.from_us),
            rule=event.rule,
            message=event.detail,
            application=event.application,
            recording=None if recording is None else str(recording),
        )
        details = {"message": event.detail, "rule": event.rule}
        entry = self._audit.entry(str(workstation), "analytics.alarm", str(recording or workstation), "", details)
        async with self._catalogue.writing() as connection:
            await add_events(connection, [rule_alarm(told, spool, event.sequence, self._clock.wall_us())])
            await add_audit_entry(connection, entry)
        _log.warning("alarm of a rule", workstation=str(workstation), rule=event.rule, message=event.detail)
