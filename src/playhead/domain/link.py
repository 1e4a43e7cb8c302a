"""How the link between a premises and the cloud is, for whoever looks after it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LinkLine:
    """One connection of the link."""

    slot: int
    round_trip_ms: float | None
    """The newest; None while it is not known."""
    round_trip_ms_min: float | None
    """The shortest of late, which is without queues."""
    rate_kbit_s: float
    """What it was last seen to carry of what we sent."""
    flight_bytes: int
    """Sent and not acknowledged."""
    sent_bytes: int
    received_bytes: int
    waiting: int
    """Streams with something to send that it was not the turn of yet."""


@dataclass(frozen=True, slots=True)
class LinkTraffic:
    """What goes by the link in one class of urgency."""

    urgency: str
    """``control``, ``interactive``, ``playback`` or ``bulk``."""
    streams: int
    """Open now."""
    sent_kbit_s: float
    """Over the last seconds."""
    received_kbit_s: float
    sent_bytes: int
    """Since the process began."""
    received_bytes: int
    broken: int
    """Streams that were broken off."""


@dataclass(frozen=True, slots=True)
class LinkState:
    """All of it. Instants are wall time in microseconds since 1970."""

    joined: bool
    """Whether the site has joined a cloud."""
    up: bool = False
    since_us: int | None = None
    """Since when it is up, or down; None where it has joined none."""
    cloud: str = ""
    """Address."""
    site: str = ""
    """``tenant/site``: who this site is there."""
    links_wanted: int = 0
    plain: bool = False
    """Not encrypted, as configured."""
    cap_kbit_s: float | None = None
    """What may be sent now; None for as much as the line carries."""
    code: str = ""
    """Why a link is not there; empty where all are."""
    message: str = ""
    hint: str = ""
    links: tuple[LinkLine, ...] = ()
    traffic: tuple[LinkTraffic, ...] = field(default=())
