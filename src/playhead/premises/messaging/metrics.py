"""What messaging counts, for Prometheus."""

from prometheus_client import Counter, Gauge

OUTBOX = Gauge("playhead_messaging_outbox_events", "Events that wait to be delivered.")
OUTBOX_AGE = Gauge("playhead_messaging_outbox_age_seconds", "How long the oldest of them has waited.")
DEAD = Gauge("playhead_messaging_dead_letters", "Messages that nobody could take, and that wait for a person.")
PUBLISHED = Counter("playhead_messaging_published", "Events delivered.")
GIVEN_UP = Counter("playhead_messaging_dropped", "Events given up at a limit, by which.", ["limit"])
COMMANDS = Counter("playhead_messaging_commands", "Commands that came, by how they ended.", ["outcome"])
STATE = Gauge("playhead_messaging_ready", "Whether what takes messages does so now.")
