"""Room on the disk against what is going to be recorded. Pure."""

from typing import Final

from playhead.environment.doctor.checks.link import AGENT_BYTES_PER_S
from playhead.environment.doctor.codes import finding
from playhead.environment.doctor.findings import Finding, Severity

DAYS_MIN: Final = 30
"""Where nothing is ever erased: so many days are enough to buy a disk."""
DAYS_FATAL: Final = 3
"""So few are not."""
WORKDAY_S: Final = 8 * 3600


def look_at_room(
    folder: str, *, free_bytes: int, reserve_bytes: int, bytes_per_day: int, oldest_days: int, keep_days: int | None
) -> Finding:
    """The server's disk.

    Args:
        folder: on it.
        free_bytes: free now.
        reserve_bytes: that are never used for recordings.
        bytes_per_day: recorded a day at present.
        oldest_days: age of the oldest recording.
        keep_days: how long recordings are kept by default; None for ever.
    """
    room = free_bytes - reserve_bytes
    if room <= 0:
        text = f"{_gb(free_bytes)} are free, and {_gb(reserve_bytes)} are left to others."
        return finding("disk.full", folder, text, folder=folder, free_bytes=free_bytes)
    if bytes_per_day <= 0:
        text = f"{_gb(free_bytes)} are free, and nothing was recorded lately."
        return finding("disk.enough", folder, text, free_bytes=free_bytes)
    days = room // bytes_per_day
    rate = f"{_gb(room)} for recordings at {_gb(bytes_per_day)} a day"
    if keep_days is None:
        text = f"{rate} last {days} days; nothing is erased by itself."
        short = days < DAYS_MIN
    else:
        short = days < keep_days - oldest_days
        text = (
            f"{rate} last {days} days; the first recording is old enough to be erased in {keep_days - oldest_days}."
            if short
            else f"{rate} are enough for the {keep_days} days that recordings are kept."
        )
    return finding(
        "disk.short" if short else "disk.enough",
        folder,
        text,
        severity=Severity.ERROR if short and days < DAYS_FATAL else None,
        days=days,
        free_bytes=free_bytes,
        bytes_per_day=bytes_per_day,
    )


def look_at_spool(
    folder: str, *, free_bytes: int, reserve_bytes: int, spool_max_bytes: int, used_bytes: int
) -> Finding:
    """A workstation's disk.

    Args:
        folder: of the spool.
        free_bytes: free now.
        reserve_bytes: recording pauses when less is free.
        spool_max_bytes: that may wait for the server.
        used_bytes: that do.
    """
    room = min(free_bytes - reserve_bytes, spool_max_bytes - used_bytes)
    if room <= 0:
        text = f"{_gb(free_bytes)} are free, {_gb(used_bytes)} of at most {_gb(spool_max_bytes)} wait for the server."
        return finding("disk.full", folder, text, folder=folder, free_bytes=free_bytes, used_bytes=used_bytes)
    days = room // (AGENT_BYTES_PER_S * WORKDAY_S)
    text = f"There is room for {days} working days without the server."
    code = "disk.enough" if days >= 1 else "disk.narrow"
    return finding(code, folder, text, free_bytes=free_bytes, used_bytes=used_bytes, days=days)


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 100_000_000 else f"{size / 1e6:.1f} MB"  # noqa: PLR2004 - of a prefix
