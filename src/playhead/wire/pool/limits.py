"""Everything a peer of the pool protocol can make us hold, and every time of it, with the reason for each."""

VERSIONS: tuple[int, ...] = (1,)
"""Protocol versions this code speaks, best first."""

FEATURES: frozenset[str] = frozenset({"resume", "spread"})
"""What this code can do beyond version 1's frames: go on with streams after a link was lost; take one stream's bytes
over several links at a time. A feature is in force where both ends name it."""

MAX_FEATURES = 32
"""Features one side may name; unknown ones are passed over."""

MAX_FEATURE_CHARACTERS = 32
"""A feature's name."""

MAX_GREETING_BYTES = 4 * 1024
"""Payload of `HELLO` and `WELCOME`: a stranger may not make us hold more."""

MAX_OPENING_BYTES = 16 * 1024
"""What a stream says about itself when it is opened; HTTP servers take as much of a request's head."""

MAX_FIRST_BYTES = 64 * 1024
"""Data in the opening frame, beside what it says about itself."""

MAX_OPEN_BYTES = 2 + MAX_OPENING_BYTES + MAX_FIRST_BYTES
"""Payload of `OPEN`: the largest frame that is gathered before it is looked at."""

MAX_DATA_BYTES = 1024 * 1024
"""Payload of `DATA`. It is handed on as it arrives, never gathered, so that it costs its receiver nothing."""

MAX_CODE_BYTES = 64
"""Payload of `RESET`, `DRAIN` and `GOODBYE`: a stable code, ``area.what``."""

MAX_KIND_CHARACTERS = 64
"""A stream's kind: the name of what it is for."""

MAX_OFFSET = 2**63 - 1
"""The largest offset in a stream or link (signed 64 bits, as file systems have it)."""

MAX_STREAM_ID = 2**32 - 1
"""The largest stream number."""

MAX_LINKS = 8
"""Links of one pool, as slots 0 to 7."""

MAX_STREAMS = 8192
"""Streams that one side may have open in a pool."""

MAX_STREAMS_AHEAD = 65_536
"""How many streams may be opened while an older opening is still on its way: links overtake one another, and a stalled
one takes `SILENCE_US` to be given up."""

MAX_QUEUED_FRAMES = 2 * MAX_STREAMS
"""Small frames waiting on a link that its peer does not read: more is a flood, for it only asks and never listens."""

INITIAL_WINDOW_BYTES = 64 * 1024
"""What either side may send on a new stream before it is granted more. Every stream may have it: it is the opening
frame's, and with `MAX_STREAMS` idle ones the most that nobody has to hold on to unless they are all filled at once."""

MAX_WINDOW_BYTES = 16 * 1024 * 1024
"""A stream's window at its largest: 1 Gbit/s over 130 ms."""

MEMORY_BYTES = 64 * 1024 * 1024
"""By how much the windows of a pool may exceed their initial size, taken together; also the most that may be received
and not consumed: what brings more is reset."""

RETAINED_BYTES_MAX = 64 * 1024 * 1024
"""Sent bytes of resumable streams that are kept until the peer has them; at it, such streams wait."""

OUTGOING_BYTES = 256 * 1024
"""What a stream's `Outgoing` holds before its owner has to wait."""

WINDOW_ROUNDS = 4
"""A window is so many round trips of what its owner takes."""

MAX_EARLY_PIECES = 4096
"""Pieces of a stream with holes between them: a window of the shortest frames on several links, and more."""

ACK_BYTES = 16 * 1024
"""So much received is acknowledged at once. Below the smallest cap on flight, or a sender would wait for the delay."""

ACK_DELAY_US = 20_000
"""Less is acknowledged so much later at the latest, together with what goes that way then."""

FLIGHT_MIN_BYTES = 64 * 1024
"""The cap on flight is never lower: a few packets of any network, and more than `ACK_BYTES`."""

FLIGHT_INITIAL_BYTES = 128 * 1024
"""The cap before anything was measured."""

FLIGHT_GAIN = 1.2
"""Cap on flight over rate × shortest round trip."""

FLIGHT_SLACK_BYTES = 16 * 1024
"""Added to the cap, so that small products of rate and round trip do not make it stall."""

STARTUP_GAIN = 2.0
"""The gain until the rate has stopped growing, so that a link is filled within a few round trips."""

STARTUP_DELAY = 1.25
"""A round trip that is so much longer than the shortest ends the start, too."""

STARTUP_GROWTH = 1.25
"""Growth of the rate within a round trip that still counts as growth."""

STARTUP_ROUNDS = 3
"""So many round trips without growth end the start."""

RATE_ROUNDS = 12
"""The rate is the largest of so many round trips."""

ROUND_TRIP_AGE_US = 10_000_000
"""A shortest round trip that is older is measured anew: routes change."""

QUANTUM_US = 3_000
"""A frame of bulk takes the link about so long."""

QUANTUM_BYTES_MIN = 16 * 1024
"""The shortest frame of bulk, unless there is no more."""

QUANTUM_BYTES_MIXED = 192 * 1024
"""The longest while somebody else was in a hurry a moment ago."""

MIXED_US = 50_000
"""That moment."""

SPARSE_IDLE_US = 10_000
"""A stream that was silent for so long is sparse again (fq_codel's idea, RFC 8290)."""

SPARSE_BYTES = 64 * 1024
"""So much of a sparse stream goes ahead of its class at the most; less on a slow link, where that takes long."""

FLOOR_SHARE = 0.05
"""What every class gets while higher ones would take all."""

PING_IDLE_US = 2_500_000
"""A link says something at least so often."""

PING_BUSY_US = 1_000_000
"""How often the round trip is asked for while data is on its way."""

DOUBT_US = 2_000_000
"""A link that leaves a question unanswered for so long is doubted: who dialled tries another connection beside it."""

DOUBT_ROUND_TRIPS = 3
"""Not before so many round trips, though: some lines hold seconds of somebody else's data."""

SILENCE_US = 10_000_000
"""A link that brought nothing for so long, though asked, is lost."""

HANDSHAKE_US = 10_000_000
"""From the connection to the end of the handshake."""

RESUME_US = 60_000_000
"""A pool without links keeps its resumable streams so long."""
