"""What a stream is for, as far as who goes first is concerned, and which end of the pool this is."""

from enum import Enum, IntEnum


class Role(Enum):
    """The two ends. The premises dials, the cloud accepts; streams are opened from both."""

    DIALER = 1
    ACCEPTOR = 0

    @property
    def peer(self) -> "Role":
        """The other end."""
        return Role.ACCEPTOR if self is Role.DIALER else Role.DIALER

    def opens(self, stream: int) -> bool:
        """Whether a stream of this number is opened from this end: odd ones by who dials, even ones by who accepts."""
        return stream % 2 == self.value


class Urgency(IntEnum):
    """Classes of streams, most urgent first. A lower one goes when no higher one can, or has waited too long."""

    CONTROL = 0
    """Commands, configuration, health."""
    INTERACTIVE = 1
    """A person waits for it: live pictures, requests of a page."""
    PLAYBACK = 2
    """A player fills its buffer."""
    BULK = 3
    """Nobody waits: uploads, logs, replication."""
