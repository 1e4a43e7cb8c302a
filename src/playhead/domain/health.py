"""What is wrong with a server right now, for those who look at it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that a person should see to."""

    code: str
    """Stable identifier, such as ``disk.full``."""
    message: str
    """One sentence."""
    hint: str
    """What to do about it, and what happens meanwhile."""
    since_us: int
    """Wall time."""
