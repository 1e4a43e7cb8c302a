"""What the API says and hears, as JSON in camel case. Instants are ISO 8601 in UTC."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from playhead.base.instants import utc
from playhead.domain.blackouts import Source
from playhead.domain.live import LiveBlackout, LiveWorkstation
from playhead.domain.recordings import Recording, RecordingState
from playhead.domain.timeline import duration_us, gaps
from playhead.portal.api.shapes import Answer, Input
from playhead.store.catalogue.workstations import Workstation

REASON_CHARS_MAX = 200

BLACKOUT_MINUTES_MAX = 24 * 60
"""A day: nobody means to leave out more by one order."""

PROGRESS_FRESH_US = 5_000_000
"""Only with progress newer than this is a recording said to be live."""


class ErrorDetail(Answer):
    """What went wrong."""

    code: str = Field(description="Stable identifier, `area.what`.")
    message: str = Field(description="One sentence for a person.")
    hint: str = Field(description="What to do about it, or empty.")


class ErrorAnswer(Answer):
    """The one shape of every error."""

    error: ErrorDetail


class Credentials(Input):
    """A name and a password."""

    user: Annotated[str, Field(max_length=128)]
    password: Annotated[str, Field(max_length=1024)]
    code: Annotated[str | None, Field(max_length=64, description="Of the second factor, or a recovery code.")] = None


class UserItem(Answer):
    """Who is signed in."""

    name: str = Field(description="What was typed to sign in.")
    display_name: str
    permissions: list[str] = Field(
        description=(
            "What may be offered for some things at least: actions as in a role's grants. "
            "Each request is decided by itself all the same."
        )
    )


Capability = Literal[
    "analytics",
    "coverage",
    "environment",
    "erasing",
    "exports",
    "link",
    "log_levels",
    "logs",
    "quarantine",
    "retention",
    "sites",
]


class SessionItem(Answer):
    """A login session."""

    user: UserItem
    csrf_token: str = Field(description="To be sent as `X-CSRF-Token` with every request that changes something.")
    token_url: str = Field(description="Where the player asks for tokens.")
    site: str
    capabilities: list[Capability] = Field(
        description="What there is here. The portal of several sites has not what concerns one server."
    )
    sites: list[str] | None = Field(description="Those that there are, by name; null at a site itself.")
    expires_at: datetime


class WorkstationName(Answer):
    """Which workstation."""

    id: str
    name: str


class RecordingItem(Answer):
    """A recording."""

    id: str
    workstation: WorkstationName
    agent: str
    state: RecordingState
    started_at: datetime
    ended_at: datetime | None
    duration_ms: int
    bytes: int
    live: bool = Field(description="Being recorded, and more of it became durable in the last five seconds.")
    gaps: int = Field(description="Stretches of which nothing is there.")
    progress_age_ms: int | None = Field(description="How long before this answer more of it became durable.")
    site: str
    blackout: bool = Field(description="There was one in it.")
    tags: list[str]
    held: bool = Field(description="It must not be deleted.")


class RecordingPage(Answer):
    """Some recordings, in the order asked for."""

    items: list[RecordingItem]
    next: str | None = Field(description="`before` of the next page; null at the end.")


class BlackoutRequestItem(Answer):
    """Who or what asks that nothing be captured."""

    source: Source
    by: str = Field(description="Name of the person or program; may be empty.")
    reason: str
    since: datetime
    until: datetime | None = Field(description="When it ends by itself; null: it lasts until it is ended.")


class WorkstationItem(Answer):
    """A workstation as it was last heard of."""

    id: str
    name: str
    connected: bool
    since: datetime | None = Field(description="When it connected, or was lost.")
    state: str = Field(
        description="`idle`, `recording`, `blackout`, `no_display`, `disk_full`, `failed`, or `offline`."
    )
    recording: str | None
    agent: str
    blackout: bool
    blackout_reason: str
    blackout_requests: list[BlackoutRequestItem] = Field(
        description="All requests in force, oldest first: nothing is captured while there is any."
    )
    reason: str = Field(description="Why it is in its state, where that needs a reason.")
    fps: float | None
    progress_age_ms: int | None = Field(description="How long before this answer more of its recording became durable.")
    spool_bytes: int = Field(description="Captured and not yet acknowledged by the server.")
    aside_segments: int = Field(description="Refused by the server for good, and kept by it: see `/api/quarantine`.")
    monitors: list[str]
    version: str = Field(description="Of the program on it.")
    last_seen_at: datetime | None


class WorkstationList(Answer):
    """All workstations, by name."""

    items: list[WorkstationItem]


class RecordOrder(Input):
    """Start or stop recording."""

    action: Literal["start", "stop"]


class RecordAnswer(Answer):
    """What was started or stopped."""

    recording: str | None


class BlackoutOrder(Input):
    """Stop capturing what is shown, or go on."""

    on: bool
    reason: Annotated[str, Field(max_length=REASON_CHARS_MAX)] = ""
    minutes: Annotated[int, Field(ge=1, le=BLACKOUT_MINUTES_MAX)] | None = Field(
        None,
        description="How long it shall last. Left out, and at the most: as long as the workstation is configured to.",
    )


class Empty(Answer):
    """Nothing to say: it was done."""


def recording_item(recording: Recording, progress_age_us: int | None) -> RecordingItem:
    """A recording for the wire."""
    fresh = progress_age_us is not None and progress_age_us < PROGRESS_FRESH_US
    return RecordingItem(
        id=str(recording.id),
        workstation=WorkstationName(id=str(recording.workstation), name=str(recording.workstation)),
        agent=recording.agent,
        state=recording.state,
        started_at=utc(recording.started_at_us),
        ended_at=None if recording.ended_at_us is None else utc(recording.ended_at_us),
        duration_ms=duration_us(recording) // 1000,
        bytes=recording.durable_bytes,
        live=fresh and recording.state is RecordingState.RECORDING,
        gaps=len(gaps(recording)),
        progress_age_ms=_ms(progress_age_us),
        site=recording.site,
        blackout=recording.has_blackout,
        tags=list(recording.tags),
        held=recording.held,
    )


def live_item(live: LiveWorkstation, progress_age_us: int | None) -> WorkstationItem:
    """A workstation as the screen service knows it."""
    blackout = live.connected and live.state == "blackout"
    return WorkstationItem(
        id=str(live.id),
        name=str(live.id),
        connected=live.connected,
        since=utc(live.changed_at_us),
        state=(live.state or "idle") if live.connected else "offline",
        recording=None if live.recording is None else str(live.recording),
        agent=live.agent,
        blackout=blackout,
        blackout_reason=live.reason if blackout else "",
        blackout_requests=[_request_item(one) for one in live.blackouts],
        reason=live.reason,
        fps=live.fps if live.connected else None,
        progress_age_ms=_ms(progress_age_us),
        spool_bytes=live.spool_bytes,
        aside_segments=live.aside_segments,
        monitors=list(live.monitors),
        version=live.software,
        last_seen_at=utc(live.changed_at_us),
    )


def _request_item(request: LiveBlackout) -> BlackoutRequestItem:
    until = None if request.until_us is None else utc(request.until_us)
    return BlackoutRequestItem(
        source=request.source, by=request.by, reason=request.reason, since=utc(request.since_us), until=until
    )


def absent_item(workstation: Workstation) -> WorkstationItem:
    """A workstation that only the catalogue knows."""
    seen_at = None if workstation.seen_at_us is None else utc(workstation.seen_at_us)
    return WorkstationItem(
        id=str(workstation.id),
        name=str(workstation.id),
        connected=False,
        since=seen_at,
        state="offline",
        recording=None,
        agent=workstation.agent,
        blackout=False,
        blackout_reason="",
        blackout_requests=[],
        reason="",
        fps=None,
        progress_age_ms=None,
        spool_bytes=0,
        aside_segments=0,
        monitors=[],
        version=workstation.software,
        last_seen_at=seen_at,
    )


def _ms(age_us: int | None) -> int | None:
    return None if age_us is None else age_us // 1000
