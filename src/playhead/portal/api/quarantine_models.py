"""What ``/api/quarantine`` says and hears."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from playhead.base.instants import utc
from playhead.domain.live import LiveWorkstation
from playhead.domain.quarantine import Kind, Order, OrderName, OrderState, Place, Quarantined
from playhead.portal.api.shapes import Answer, Input

REASON_CHARS_MAX = 200


class QuarantineOrder(Answer):
    """What a workstation is to do with a segment that it keeps."""

    name: OrderName = Field(description="`retry`: offer it again. `drop`: remove it.")
    state: OrderState = Field(
        description=(
            "`waiting`: the workstation is told when it connects next. `told`: it offers the segment again, which goes "
            "off the list when all of it has come. `failed`: it could not."
        )
    )
    message: str = Field(description="Why it failed; empty otherwise.")


class QuarantineItem(Answer):
    """Something that could not be taken in or made, and waits for somebody."""

    id: str
    kind: Kind
    segment: str | None
    recording: str | None
    workstation: str | None
    place: Place = Field(
        description=(
            "Where it waits. `store`: in its place, lacking bytes that were acknowledged. `aside`: in the quarantine "
            "folder. `workstation`: refused, and kept there. `nowhere`: there is nothing to keep."
        )
    )
    location: str = Field(description="Its file, below the folder of the recordings; empty where there is none.")
    code: str = Field(description="Why: a stable identifier, `area.what`.")
    message: str
    bytes: int
    first_at: datetime
    at: datetime = Field(description="When it was last found so.")
    attempts: int
    order: QuarantineOrder | None = Field(description="What was decided, where its workstation has yet to do it.")


class QuarantineOutcome(Answer):
    """What became of trying something again, or giving it up."""

    order: QuarantineOrder | None = Field(description="What its workstation is to do first; null: it is off the list.")


class AsideItem(Answer):
    """What a workstation has set aside, as it last said itself."""

    workstation: str
    segments: int
    bytes: int


class QuarantineList(Answer):
    """Some of what waits, newest first."""

    items: list[QuarantineItem]
    next: str | None = Field(description="`before` of the next page; null at the end.")
    aside: list[AsideItem] = Field(description="Workstations that keep refused segments.")


class DropOrder(Input):
    """Give something up."""

    reason: Annotated[str, Field(max_length=REASON_CHARS_MAX, pattern=r"\S", description="Why.")]


def quarantine_item(found: Quarantined) -> QuarantineItem:
    """For the wire."""
    segment = str(found.details.get("segment", found.subject)) if found.kind == "segment" else None
    return QuarantineItem(
        id=str(found.id),
        kind=found.kind,
        segment=segment,
        recording=None if found.recording is None else str(found.recording),
        workstation=None if found.workstation is None else str(found.workstation),
        place=found.place,
        location=found.location,
        code=found.code,
        message=found.message,
        bytes=found.bytes,
        first_at=utc(found.first_at_us),
        at=utc(found.at_us),
        attempts=found.attempts,
        order=quarantine_order(found.order),
    )


def quarantine_order(order: Order | None) -> QuarantineOrder | None:
    """For the wire."""
    return None if order is None else QuarantineOrder(name=order.name, state=order.state, message=order.message)


def aside_item(live: LiveWorkstation) -> AsideItem:
    """For the wire."""
    return AsideItem(workstation=str(live.id), segments=live.aside_segments, bytes=live.aside_bytes)
