"""What the machine itself must have: an encoder and a time zone."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from av import CodecContext
from av.codec.codec import UnknownCodecError

from playhead.environment.doctor.codes import finding
from playhead.environment.doctor.findings import Finding

LOCAL_TIME: Final = Path("/etc/localtime")
"""Which zone the machine is in (localtime(5))."""
ENCODER: Final = "libx264"


def look_at_encoder(name: str = ENCODER) -> Sequence[Finding]:
    """Whether ``name`` can be opened, as the workstation and the export do."""
    try:
        CodecContext.create(name, "w")
    except (UnknownCodecError, ValueError) as error:
        return [finding("encoder.missing", "encoder", f"{name} cannot be opened: {error}.")]
    return [finding("encoder.present", "encoder", f"{name} can be opened.")]


def look_at_zone(zone: str, local_time: Path = LOCAL_TIME) -> Sequence[Finding]:
    """Whether the machine knows in which time zone it is.

    Args:
        zone: ``TZ`` of the environment, which comes before the file; may be empty.
        local_time: the file or link that names the machine's zone.
    """
    if zone:
        return [finding("zone.set", "time zone", f"TZ is {zone}.")]
    if not local_time.exists():
        return [finding("zone.unknown", "time zone", f"There is no {local_time}, and TZ is not set.")]
    name = str(local_time.resolve()).rpartition("zoneinfo/")[2]
    return [finding("zone.set", "time zone", f"The machine is in {name}.")]
