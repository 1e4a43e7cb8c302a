"""``/api/analytics/export``: reports as tables to take away."""

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, Final, cast

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from playhead.base.errors import InvalidInputError
from playhead.base.instants import wall_us
from playhead.domain.access import Action
from playhead.domain.spans import Span
from playhead.portal.analytics import Viewer
from playhead.portal.api.analytics import Viewing, moments_of, usage_of
from playhead.portal.api.analytics_models import (
    UsageQuery,
    comparison_answer,
    moment_item,
    outliers_answer,
    unknown_answer,
    usage_answer,
)
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.permissions import needs
from playhead.portal.api.shapes import Instant
from playhead.portal.callers import Reading
from playhead.portal.parts import Parts, parts_of
from playhead.store.analytics import moments as m
from playhead.store.analytics import queries
from playhead.store.analytics.outliers import outliers
from playhead.store.analytics.questions import ROWS_MAX, Moments
from playhead.store.analytics.tables import Row, csv_table, parquet_table

router = APIRouter(prefix="/api/analytics/export", tags=["analytics"], responses=ERRORS)


class Report(StrEnum):
    """What is taken away."""

    USAGE = "usage"
    COMPARISON = "comparison"
    OUTLIERS = "outliers"
    UNKNOWN = "unknown"
    IDLE = "idle"
    MOMENTS = "moments"


class Form(StrEnum):
    """As what."""

    CSV = "csv"
    PARQUET = "parquet"


_TYPES: Final = {Form.CSV: "text/csv; charset=utf-8", Form.PARQUET: "application/vnd.apache.parquet"}
_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}},
        },
        "description": f"Up to {ROWS_MAX} rows. Times are in milliseconds, instants in ISO 8601.",
    }
}


class ExportQuery(UsageQuery):
    """What a report is asked for, and as what."""

    report: Report
    form: Annotated[Form, Field(alias="format")]
    before_from: Annotated[Instant | None, Field(alias="beforeFrom", description="Of `comparison`.")] = None
    before_to: Annotated[Instant | None, Field(alias="beforeTo")] = None
    rule: Annotated[str, Field(max_length=200, description="Of `moments`.")] = ""


@router.get(
    "",
    operation_id="exportAnalytics",
    openapi_extra=needs(Action.ANALYSE),
    response_class=Response,
    responses=_FILE,
)
async def export(
    request: Request, caller: Reading, viewer: Viewing, asked: Annotated[ExportQuery, Query()]
) -> Response:
    """A report as a table. It is noted in the audit log."""
    parts = parts_of(request)
    rows = await _rows(parts, viewer, asked)
    details = {"report": asked.report.value, "format": asked.form.value, "rows": len(rows)}
    await parts.audit.note(str(caller.who.user), "analytics.exported", "", caller.address, details)
    table = csv_table if asked.form is Form.CSV else parquet_table
    content = await asyncio.to_thread(table, rows)
    name = f"{asked.report}.{asked.form}"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=_TYPES[asked.form], headers=headers)


async def _rows(parts: Parts, viewer: Viewer, asked: ExportQuery) -> Sequence[Row]:
    question, ask = asked.question(viewer), viewer.analytics.ask
    match asked.report:
        case Report.USAGE:
            found = usage_answer(await usage_of(parts, viewer, asked), asked.by, viewer)
            return _flat(found.items)
        case Report.COMPARISON:
            if asked.before_from is None or asked.before_to is None:
                raise InvalidInputError("analytics.period", "A comparison needs the period before, too.")
            before = Span(wall_us(asked.before_from), wall_us(asked.before_to))
            compared = await ask(lambda session: queries.comparison(session, question, before, asked.by))
            return _flat(comparison_answer(compared, asked.by, viewer).items)
        case Report.OUTLIERS:
            return _flat(outliers_answer(await ask(lambda session: outliers(session, question))).items)
        case Report.UNKNOWN:
            known = viewer.analytics.known
            unknown = await ask(lambda session: queries.unknown_applications(session, question, known))
            return _flat(unknown_answer(unknown).items)
        case Report.IDLE:
            return _of_moments(await ask(lambda session: m.longest_idle(session, question, limit=ROWS_MAX)))
        case Report.MOMENTS:
            return _of_moments(await moments_of(viewer, question, rule=asked.rule, limit=ROWS_MAX))


def _of_moments(found: Moments) -> Sequence[Row]:
    return [
        {name: value for name, value in row.items() if not name.startswith("place")}
        for row in _flat([moment_item(one, None) for one in found.rows])
    ]


def _flat(items: Sequence[BaseModel]) -> Sequence[Row]:
    """Rows of plain values: what lies within a member is named after both."""
    rows: list[Row] = []
    for item in items:
        row: dict[str, str | int | float | None] = {}
        for name, value in item.model_dump(mode="json").items():
            if isinstance(value, dict):
                inner = cast("dict[str, str | int | float | None]", value)
                row |= {part if name == "usage" else f"{name}_{part}": one for part, one in inner.items()}
            else:
                row[name] = value
        rows.append(row)
    return rows
