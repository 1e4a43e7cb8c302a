"""What the screen service counts, for Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

CONNECTED = Gauge("playhead_screen_workstations_connected", "Workstations that are connected.")
CATCHING_UP = Gauge("playhead_screen_workstations_catching_up", "Workstations that send what was recorded before.")
RECEIVED_BYTES = Counter("playhead_screen_received_bytes", "Bytes of segments received.")
OFFERS = Counter("playhead_screen_offers", "Segments offered, by what came of it.", ["outcome"])
DECLINES = Counter("playhead_screen_declines", "Segments declined while they were coming, by code.", ["code"])
HELLOS = Counter("playhead_screen_hellos", "Workstations that said hello, by what came of it.", ["outcome"])
ENROLMENTS = Counter("playhead_screen_enrolments", "Enrolments and renewals, by what came of it.", ["outcome"])
COMMANDS = Counter("playhead_screen_commands", "Commands to workstations, by how they ended.", ["name", "outcome"])
EXAMINED = Counter("playhead_screen_examined", "Reports of the doctor from workstations, by outcome.", ["outcome"])
ACKNOWLEDGE_SECONDS = Histogram(
    "playhead_screen_acknowledge_seconds",
    "From the receipt of a segment's oldest unacknowledged bytes to their acknowledgement.",
    buckets=(0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10, 30),
)
RESYNCS = Counter("playhead_screen_resyncs", "Subscribers that were told to look at everything again.")
BLACKOUTS_BEGUN = Counter(
    "playhead_screen_blackouts_begun", "Requests for blackouts that began, by source.", ["source"]
)
BLACKOUTS_ENDED = Counter(
    "playhead_screen_blackouts_ended", "Requests for blackouts that ended, by source.", ["source"]
)
BLACKOUTS_EXPIRED = Counter("playhead_screen_blackouts_expired", "Those that ended because their time was over.")
