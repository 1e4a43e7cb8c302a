"""``/api/audit``: who did what, for those who may know."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from playhead.base.instants import wall_us
from playhead.domain.access import Action, Installation
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.audit_models import AuditList, AuditVerified, audit_item, verified_item
from playhead.portal.api.permissions import needs
from playhead.portal.api.shapes import Instant
from playhead.portal.callers import Caller, Reading
from playhead.portal.parts import Parts, parts_of
from playhead.store.audit_csv import csv_head, csv_rows
from playhead.store.audit_proof import AuditProof
from playhead.store.catalogue.audit import AuditEntry, audit_head
from playhead.store.catalogue.audit_search import AuditFilter, search_audit

TEXT_CHARS_MAX: Final = 200
"""Of one filter."""

STEPS_MAX: Final = 5
"""Searches that one request goes on with where they find too little. The answer's cursor goes on from there."""

CSV_BATCH: Final = 500

_ID_MAX: Final = (1 << 63) - 1

router = APIRouter(prefix="/api", tags=["audit"], responses=ERRORS)

_Text = Annotated[str | None, Query(max_length=TEXT_CHARS_MAX)]


async def _wanted(
    *,
    actor: _Text = None,
    action: Annotated[
        str | None, Query(max_length=TEXT_CHARS_MAX, description="A code, or an area of codes such as `recording`.")
    ] = None,
    subject: _Text = None,
    address: _Text = None,
    page: Annotated[str | None, Query(max_length=TEXT_CHARS_MAX, description="The beginning of it.")] = None,
    since: Annotated[Instant | None, Query(alias="from")] = None,
    until: Annotated[Instant | None, Query(alias="to", description="Up to and including.")] = None,
    q: Annotated[str | None, Query(max_length=TEXT_CHARS_MAX, description="Text anywhere in an entry.")] = None,
) -> AuditFilter:
    return AuditFilter(
        actor=actor or None,
        action=action or None,
        subject=subject or None,
        address=address or None,
        page=page or None,
        from_us=_us(since),
        to_us=_us(until),
        text=q or None,
    )


Wanted = Annotated[AuditFilter, Depends(_wanted)]

_CSV: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {"text/csv": {"schema": {"type": "string"}}},
        "description": "RFC 4180, with the names of the columns first.",
    }
}


@router.get("/audit", operation_id="listAudit", openapi_extra=needs(Action.AUDIT))
async def list_audit(
    request: Request,
    caller: Reading,
    wanted: Wanted,
    *,
    before: Annotated[int | None, Query(ge=1, le=_ID_MAX, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AuditList:
    """A page of the audit log, newest first."""
    parts = await _admitted(request, caller)
    await parts.audit.note_once(str(caller.who.user), "audit.read", "", caller.address)
    found: list[AuditEntry] = []
    for _ in range(STEPS_MAX):
        async with parts.catalogue.reading() as connection:
            page = await search_audit(connection, wanted, before=before, limit=limit - len(found))
        found += page.items
        before = page.next
        if before is None or len(found) >= limit:
            break
    return AuditList(items=[audit_item(one) for one in found], next=None if before is None else str(before))


@router.get(
    "/audit.csv",
    operation_id="exportAudit",
    openapi_extra=needs(Action.AUDIT),
    response_class=StreamingResponse,
    responses=_CSV,
)
async def export_audit(request: Request, caller: Reading, wanted: Wanted) -> StreamingResponse:
    """All entries that are wanted and were there at the moment of asking, newest first, as a table."""
    parts = await _admitted(request, caller)
    async with parts.catalogue.reading() as connection:
        head = await audit_head(connection)
    await parts.audit.note(str(caller.who.user), "audit.exported", "", caller.address)
    before = 1 if head is None else head.id + 1
    headers = {"content-disposition": 'attachment; filename="audit.csv"'}
    return StreamingResponse(_table(parts, wanted, before), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/audit/verify", operation_id="verifyAudit", openapi_extra=needs(Action.AUDIT))
async def verify(request: Request, caller: Reading) -> AuditVerified:
    """Look at every entry: whether all are as they were written, and none is gone. Takes seconds for a large log."""
    parts = await _admitted(request, caller)
    proof = parts.proof or AuditProof(parts.catalogue)
    found = verified_item(await proof.verify())
    await parts.audit.note(str(caller.who.user), "audit.verified", "", caller.address, {"whole": str(found.whole)})
    return found


async def _admitted(request: Request, caller: Caller) -> Parts:
    parts = parts_of(request)
    await caller.require(parts, Action.AUDIT, Installation(), "audit")
    return parts


async def _table(parts: Parts, wanted: AuditFilter, before: int) -> AsyncGenerator[bytes]:
    yield csv_head()
    place: int | None = before
    while place is not None:
        async with parts.catalogue.reading() as connection:
            page = await search_audit(connection, wanted, before=place, limit=CSV_BATCH)
        place = page.next
        if page.items:
            yield csv_rows(page.items)


def _us(at: datetime | None) -> int | None:
    return None if at is None else wall_us(at)
