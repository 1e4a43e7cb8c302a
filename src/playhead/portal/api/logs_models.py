"""What ``/api/logs`` says."""

from datetime import datetime

from pydantic import Field

from playhead.base.instants import from_rfc3339, utc
from playhead.domain.logs import Cursor, LogLine, LogPage
from playhead.portal.api.shapes import Answer


class LogItem(Answer):
    """A line of a log."""

    id: str = Field(description="Its place: unique, and `before` of a page that goes on after it.")
    at: datetime = Field(description="When it happened, corrected for its machine's clock where that is known.")
    level: str = Field(description="`emergency`, `alert`, `critical`, `error`, `warning`, `notice`, `info`, `debug`.")
    workstation: str = Field(description="The machine that said it; empty for the premises server.")
    proven: bool = Field(description="Whether the machine has shown its certificate. Otherwise it says who it is.")
    address: str = Field(description="Where it came from; empty where that is proven.")
    service: str
    process: str
    interaction: str = Field(description="The interaction or recording that it is about, or empty.")
    text: str
    received_at: datetime | None = Field(description="When it came, where that was not at once.")
    said_at: datetime | None = Field(description="What its machine's clock said, where that was corrected.")
    fields: dict[str, str] = Field(description="Its further values.")


class LogList(Answer):
    """Some lines, newest first."""

    items: list[LogItem]
    next: str | None = Field(description="`before` of the next page; null at the end.")
    searched_to: datetime | None = Field(
        description="Set where looking took too long: everything from here on was looked at. Go on with `next`."
    )


def log_item(line: LogLine) -> LogItem:
    """A line for the wire."""
    return LogItem(
        id=str(Cursor(*line.key)),
        at=_instant(line.at),
        level=line.level,
        workstation=line.workstation,
        proven=line.proven,
        address=line.address,
        service=line.service,
        process=line.process,
        interaction=line.interaction,
        text=line.text,
        received_at=_instant(line.received_at) if line.received_at else None,
        said_at=_instant(line.said_at) if line.said_at else None,
        fields=line.fields,
    )


def log_list(page: LogPage) -> LogList:
    """A page for the wire."""
    return LogList(
        items=[log_item(line) for line in page.lines],
        next=None if page.following is None else str(page.following),
        searched_to=_instant(page.searched_to) if page.searched_to else None,
    )


def _instant(text: str) -> datetime:
    return utc(from_rfc3339(text))
