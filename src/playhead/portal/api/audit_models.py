"""What ``/api/audit`` says."""

from datetime import datetime

from pydantic import Field

from playhead.base.instants import utc
from playhead.portal.api.shapes import Answer
from playhead.store.catalogue.audit import AuditEntry
from playhead.store.catalogue.audit_verify import Verified


class AuditItem(Answer):
    """One thing that was done."""

    id: int = Field(description="Its place in the log.")
    at: datetime
    actor: str = Field(description="A user, a workstation, `system`, or `unknown`.")
    action: str = Field(description="Stable identifier, `area.what`.")
    subject: str = Field(description="What it was done to: the id of a recording, of a user, …")
    address: str = Field(description="From where.")
    page: str = Field(description="The portal's page that it was done from, as the browser said.")
    details: dict[str, str | int]
    hash: str = Field(description="SHA-256 over the hash of the entry before it and the entry, in hexadecimal.")


class AuditList(Answer):
    """Some entries, newest first. May be short, or empty, and go on all the same."""

    items: list[AuditItem]
    next: str | None = Field(description="`before` of the next page; null at the end.")


class AuditVerified(Answer):
    """Whether the log is what was written."""

    whole: bool
    entries: int = Field(description="Looked at, up to the first that is wrong.")
    first_bad: int | None = Field(description="The first entry that cannot be trusted, nor any after it.")
    problem: str | None = Field(
        description=(
            "`changed`: an entry is not what was written. `cut`: the newest entries are gone. `other`: the log was "
            "written anew. `anchor`: the signed note of the newest entry was not made by this site."
        )
    )
    head: str = Field(description="The newest entry, `id:hash`. Keep it elsewhere to compare with later.")


def audit_item(entry: AuditEntry) -> AuditItem:
    """An entry for the wire."""
    return AuditItem(
        id=entry.id,
        at=utc(entry.at_us),
        actor=entry.actor,
        action=entry.action,
        subject=entry.subject,
        address=entry.address,
        page=entry.page,
        details=dict(entry.details),
        hash=entry.hash.hex(),
    )


def verified_item(found: Verified) -> AuditVerified:
    """The outcome for the wire."""
    return AuditVerified(
        whole=found.whole,
        entries=found.entries,
        first_bad=found.first_bad,
        problem=found.problem,
        head="" if found.head is None else str(found.head),
    )
