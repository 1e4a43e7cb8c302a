"""Messages: events go out from the outbox to whatever takes them, and commands to workstations come in."""

from playhead.premises.messaging.config import MessagingConfig
from playhead.premises.messaging.service import MessagingService

__all__ = ["MessagingConfig", "MessagingService"]
