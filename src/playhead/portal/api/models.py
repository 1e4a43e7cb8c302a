"""What the API says and hears, as JSON in camel case. Instants are ISO 8601 in UTC."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from playhead.base.instants import utc
from playhead.domain.access import Role
from playhead.domain.live import LiveWorkstation
from playhead.domain.recordings import Recording, RecordingState
from playhead.domain.timeline import duration_us, gaps
from playhead.store.catalogue.workstations import Workstation

REASON_CHARS_MAX = 200


class _Model(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class _Input(_Model):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="forbid")


class ErrorDetail(_Model):
    """What went wrong."""

    code: str = Field(description="Stable identifier, `area.what`.")
    message: str = Field(description="One sentence for a person.")
    hint: str = Field(description="What to do about it, or empty.")


class ErrorAnswer(_Model):
    """The one shape of every error."""

    error: ErrorDetail


class Credentials(_Input):
    """A name and a password."""

    user: Annotated[str, Field(max_length=128)]
    password: Annotated[str, Field(max_length=1024)]


class SessionItem(_Model):
    """A login session."""

    user: str
    name: str
    role: Role
    csrf: str = Field(description="To be sent as `X-CSRF-Token` with every request that changes something.")
    token_url: str = Field(description="Where the player asks for tokens.")
    expires_at: datetime


class RecordingItem(_Model):
    """A recording."""

    id: str
    workstation: str
    agent: str
    state: RecordingState
    started_at: datetime
    ended_at: datetime | None
    duration_ms: int
    bytes: int
    live: bool = Field(description="Being recorded now, by a workstation that is connected.")
    gaps: int = Field(description="Stretches of which nothing is there.")


class RecordingPage(_Model):
    """Some recordings, newest first."""

    items: list[RecordingItem]
    next: str | None = Field(description="`before` of the next page; null at the end.")


class WorkstationItem(_Model):
    """A workstation as it was last heard of."""

    id: str
    connected: bool
    state: str = Field(
        description="`idle`, `recording`, `blackout`, `no_display`, `disk_full`, `failed`, or `offline`."
    )
    recording: str | None
    agent: str
    reason: str
    fps: float
    spool_bytes: int = Field(description="Captured and not yet acknowledged by the server.")
    monitors: list[str]
    software: str
    last_seen_at: datetime | None


class WorkstationList(_Model):
    """All workstations, by name."""

    items: list[WorkstationItem]


class RecordOrder(_Input):
    """Start or stop recording."""

    action: Literal["start", "stop"]


class RecordAnswer(_Model):
    """What was started or stopped."""

    recording: str | None


class BlackoutOrder(_Input):
    """Stop capturing what is shown, or go on."""

    on: bool
    reason: Annotated[str, Field(max_length=REASON_CHARS_MAX)] = ""


class Empty(_Model):
    """Nothing to say: it was done."""


def recording_item(recording: Recording, *, live: bool) -> RecordingItem:
    """A recording for the wire."""
    return RecordingItem(
        id=str(recording.id),
        workstation=str(recording.workstation),
        agent=recording.agent,
        state=recording.state,
        started_at=utc(recording.started_at_us),
        ended_at=None if recording.ended_at_us is None else utc(recording.ended_at_us),
        duration_ms=duration_us(recording) // 1000,
        bytes=recording.durable_bytes,
        live=live,
        gaps=len(gaps(recording)),
    )


def live_item(live: LiveWorkstation) -> WorkstationItem:
    """A workstation that has connected since the server started."""
    return WorkstationItem(
        id=str(live.id),
        connected=live.connected,
        state=(live.state or "idle") if live.connected else "offline",
        recording=None if live.recording is None else str(live.recording),
        agent=live.agent,
        reason=live.reason,
        fps=live.fps,
        spool_bytes=live.spool_bytes,
        monitors=list(live.monitors),
        software=live.software,
        last_seen_at=utc(live.changed_at_us),
    )


def absent_item(workstation: Workstation) -> WorkstationItem:
    """A workstation that the catalogue knows and that has not connected since the server started."""
    return WorkstationItem(
        id=str(workstation.id),
        connected=False,
        state="offline",
        recording=None,
        agent=workstation.agent,
        reason="",
        fps=0.0,
        spool_bytes=0,
        monitors=[],
        software=workstation.software,
        last_seen_at=None if workstation.seen_at_us is None else utc(workstation.seen_at_us),
    )
