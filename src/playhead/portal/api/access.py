"""Why somebody may see a recording, and what else they may do with it, or why not."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.ids import RecordingId, UserId
from playhead.domain.access import Action, OfAgent, Who, decide
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.permissions import Administering, needs
from playhead.portal.api.shapes import Answer
from playhead.portal.callers import Reading
from playhead.portal.parts import parts_of
from playhead.store.catalogue import recordings, users
from playhead.store.catalogue.access import load_who

OF_RECORDING: Final = (
    Action.VIEW, Action.PLAY, Action.LIVE, Action.EXPORT, Action.ANNOTATE, Action.HOLD, Action.DELETE,
)  # fmt: skip
"""What can be done with a recording; the other actions are on workstations and on the installation."""

router = APIRouter(prefix="/api", tags=["access"], responses=ERRORS)


class Why(Answer):
    """A decision, and the reasons for it."""

    allowed: bool
    why: list[str] = Field(description="Sentences: each reason that allows it, or each why not.")


class WhyAnswer(Answer):
    """What somebody may do with a recording."""

    allowed: bool = Field(description="Whether they may see it at all.")
    user: str
    actions: dict[Action, Why]


@router.get("/recordings/{recording}/why", operation_id="explainRecording", openapi_extra=needs("signed_in"))
async def explain_recording(request: Request, caller: Reading, recording: str) -> WhyAnswer:
    """Why the caller may see a recording, or may not. Tells nothing else of it."""
    async with parts_of(request).catalogue.reading() as connection:
        return await _explained(connection, caller.who, RecordingId.parse(recording))


@router.get("/access", operation_id="explainAccess", openapi_extra=needs(Action.ADMINISTER))
async def explain_access(
    request: Request,
    _caller: Administering,
    *,
    user: Annotated[str, Query(max_length=63)],
    recording: Annotated[str, Query(max_length=64)],
) -> WhyAnswer:
    """Why another user may see a recording, or may not."""
    async with parts_of(request).catalogue.reading() as connection:
        person = await users.get_user(connection, UserId(user))
        who = await load_who(connection, person.id, person.name)
        return await _explained(
            connection, who, RecordingId.parse(recording), disabled=person.disabled_at_us is not None
        )


async def _explained(
    connection: AsyncConnection, who: Who, identifier: RecordingId, *, disabled: bool = False
) -> WhyAnswer:
    found = await recordings.get_recording(connection, identifier)
    thing = OfAgent(found.agent, found.started_at_us)
    actions: dict[Action, Why] = {}
    for action in OF_RECORDING:
        decision = decide(who, action, thing)
        why = [f"{who.user} is disabled and cannot sign in."] if disabled else list(decision.why)
        actions[action] = Why(allowed=decision.allowed and not disabled, why=why)
    return WhyAnswer(allowed=actions[Action.VIEW].allowed, user=str(who.user), actions=actions)
