"""What a link that was measured means: the clock, sizes that pass, rate and delay against what agents need. Pure."""

from collections.abc import Sequence
from typing import Final

from playhead.base.clock import Clock
from playhead.environment.doctor.checks.certificates import look_at_certificate
from playhead.environment.doctor.checks.target import Target
from playhead.environment.doctor.findings import Finding, Severity
from playhead.net.network import RECEIVE_BUFFER_BYTES
from playhead.net.probing import Measured
from playhead.wire.pki import validity_of

AGENT_BYTES_PER_S: Final = 16_000
"""That an agent at work makes on the mean: 55 MB/h (docs/performance.md, screen)."""
HEADROOM: Final = 2
"""The link should carry so many times the mean: while pages change it is several times as much, for seconds."""
ROUND_TRIP_US_MAX: Final = 300_000
"""From here on a live view is more than half a second behind by the network alone."""
SKEW_US_MAX: Final = 5_000_000
"""More than a person who compares two clocks would forgive."""
SKEW_US_FATAL: Final = 86_400_000_000
"""Certificates begin a day early (`playhead.wire.pki.authority.BACKDATED_US`): a clock further behind refuses them."""
WINDOW_BYTES: Final = 2 * RECEIVE_BUFFER_BYTES
"""That one connection sends in a round trip at most, however fast the link is."""
WINDOW_SHARE: Final = 0.5
"""A rate above this share of the window's says nothing of the link."""


def look_at_link(target: Target, measured: Measured, *, agents: int) -> Sequence[Finding]:
    """Findings about what lies between this machine and the server.

    Args:
        target: the port that was probed.
        measured: what came of it.
        agents: how many workstations share the link.
    """
    return [look_at_clock(target, measured.clock_ahead_us), *_path(target, measured), *_rate(target, measured, agents)]


def look_at_clock(target: Target, ahead_us: int, *, within_us: int = 0) -> Finding:
    """The difference of the clocks.

    Args:
        target: whose clock it is.
        ahead_us: how far it is ahead of ours.
        within_us: how wrong that may be.
    """
    seconds = round(ahead_us / 1e6, 3)
    if abs(ahead_us) <= SKEW_US_MAX + within_us:
        text = f"The server's clock is {abs(seconds):g} s {'ahead' if seconds > 0 else 'behind'}."
        return target.find("clock.right", text, ahead_s=seconds)
    direction = "behind" if ahead_us > 0 else "ahead of"
    severity = Severity.ERROR if abs(ahead_us) >= SKEW_US_FATAL else None
    text = f"This machine's clock is {_long(abs(ahead_us))} {direction} the server's."
    return target.find("clock.skew", text, severity=severity, ahead_s=seconds)


def shown_certificate(target: Target, certificate: bytes, clock: Clock) -> Sequence[Finding]:
    """Whether what a server shows will go on to hold; worth saying only where it will not."""
    found = look_at_certificate(f"certificate of {target.subject}", validity_of(certificate), now_us=clock.wall_us())
    return [] if found.severity is Severity.OK else [found]


def _path(target: Target, measured: Measured) -> Sequence[Finding]:
    if measured.stuck_bytes is None:
        text = f"Messages of up to {measured.passed_bytes} bytes pass both ways."
        return [target.find("path.whole", text, passed_bytes=measured.passed_bytes)]
    text = f"Messages of {measured.passed_bytes} bytes pass, and those of {measured.stuck_bytes} do not."
    return [target.find("path.black_hole", text, passed_bytes=measured.passed_bytes, stuck_bytes=measured.stuck_bytes)]


def _rate(target: Target, measured: Measured, agents: int) -> Sequence[Finding]:
    round_trip_us, rate = measured.round_trip_us, measured.up_bytes_per_s
    found: list[Finding] = []
    if round_trip_us > ROUND_TRIP_US_MAX:
        text = f"A round trip takes {round_trip_us / 1000:.0f} ms."
        found.append(target.find("link.far", text, round_trip_ms=round(round_trip_us / 1000, 3)))
    if rate is None:
        return found
    needed = AGENT_BYTES_PER_S * HEADROOM * agents
    whom = "one agent needs" if agents == 1 else f"{agents} agents need"
    text = f"The server took {_kbit(rate)}, a round trip takes {round_trip_us / 1000:.1f} ms; {whom} {_kbit(needed)}."
    by_window = rate > WINDOW_SHARE * WINDOW_BYTES * 1_000_000 / max(1, round_trip_us)
    is_enough = rate >= needed or by_window
    found.append(
        target.find(
            "link.enough" if is_enough else "link.narrow",
            text,
            severity=Severity.ERROR if not is_enough and rate < AGENT_BYTES_PER_S * agents else None,
            up_bytes_per_s=rate,
            needed_bytes_per_s=needed,
            agents=agents,
            round_trip_ms=round(round_trip_us / 1000, 3),
        )
    )
    return found


def _kbit(bytes_per_s: int) -> str:
    kbit = bytes_per_s * 8 / 1000
    return f"{kbit / 1000:.1f} Mbit/s" if kbit >= 1000 else f"{kbit:.0f} kbit/s"  # noqa: PLR2004 - of a prefix


def _long(us: int) -> str:
    seconds = us // 1_000_000
    if seconds >= 172_800:  # noqa: PLR2004 - two days
        return f"{seconds // 86_400} days"
    return f"{seconds // 3600} h {seconds // 60 % 60} min" if seconds >= 3600 else f"{us / 1e6:.0f} s"  # noqa: PLR2004
