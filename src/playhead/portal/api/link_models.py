"""What ``/api/link`` says."""

from datetime import datetime

from pydantic import Field

from playhead.base.instants import utc
from playhead.domain.link import LinkLine, LinkState, LinkTraffic
from playhead.portal.api.shapes import Answer


class LinkLineItem(Answer):
    """One connection."""

    slot: int = Field(description="0 is for people and players, the others are for bulk.")
    round_trip_ms: float | None = Field(description="The newest.")
    round_trip_ms_min: float | None = Field(description="The shortest of late, without queues.")
    rate_kbit_s: float = Field(description="What it was last seen to carry of what was sent.")
    flight_bytes: int = Field(description="Sent and not acknowledged.")
    sent_bytes: int
    received_bytes: int
    waiting: int = Field(description="Streams with something to send that it was not the turn of yet.")


class LinkTrafficItem(Answer):
    """One class of urgency."""

    urgency: str = Field(description="`control`, `interactive`, `playback` or `bulk`.")
    streams: int = Field(description="Open now.")
    sent_kbit_s: float = Field(description="Over the last ten seconds.")
    received_kbit_s: float
    sent_bytes: int = Field(description="Since the server began.")
    received_bytes: int
    broken: int = Field(description="Streams that were broken off.")


class LinkItem(Answer):
    """The link to the cloud."""

    joined: bool = Field(description="Whether this site has joined a cloud.")
    up: bool
    since: datetime | None = Field(description="Since when it is up, or down.")
    cloud: str = Field(description="Its address.")
    site: str = Field(description="Who this site is there: `tenant/site`.")
    links_wanted: int
    plain: bool = Field(description="Whether it is not encrypted, as configured.")
    cap_kbit_s: float | None = Field(description="What may be sent now; none for as much as the line carries.")
    code: str = Field(description="Why a connection is not there; empty where all are.")
    message: str
    hint: str
    links: list[LinkLineItem]
    traffic: list[LinkTrafficItem]


def link_item(state: LinkState) -> LinkItem:
    """For the wire."""
    return LinkItem(
        joined=state.joined,
        up=state.up,
        since=None if state.since_us is None else utc(state.since_us),
        cloud=state.cloud,
        site=state.site,
        links_wanted=state.links_wanted,
        plain=state.plain,
        cap_kbit_s=state.cap_kbit_s,
        code=state.code,
        message=state.message,
        hint=state.hint,
        links=[_line(one) for one in state.links],
        traffic=[_traffic(one) for one in state.traffic],
    )


def _line(line: LinkLine) -> LinkLineItem:
    return LinkLineItem(
        slot=line.slot,
        round_trip_ms=line.round_trip_ms,
        round_trip_ms_min=line.round_trip_ms_min,
        rate_kbit_s=line.rate_kbit_s,
        flight_bytes=line.flight_bytes,
        sent_bytes=line.sent_bytes,
        received_bytes=line.received_bytes,
        waiting=line.waiting,
    )


def _traffic(traffic: LinkTraffic) -> LinkTrafficItem:
    return LinkTrafficItem(
        urgency=traffic.urgency,
        streams=traffic.streams,
        sent_kbit_s=traffic.sent_kbit_s,
        received_kbit_s=traffic.received_kbit_s,
        sent_bytes=traffic.sent_bytes,
        received_bytes=traffic.received_bytes,
        broken=traffic.broken,
    )
