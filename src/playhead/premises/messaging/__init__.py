"""Messages: events go out from the outbox to whatever takes them, and commands to workstations come in."""
