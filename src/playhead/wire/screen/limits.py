"""Everything a peer of the screen protocol can make us hold, with its bound and the reason for it."""

VERSIONS: tuple[int, ...] = (1,)
"""Protocol versions this code speaks, best first."""

MAX_CONTROL_BYTES = 128 * 1024
"""Payload of a control frame. The largest, ``Offer``, carries a whole ``.vid`` header of at most 64 KiB and a bit."""

MAX_FIRST_BYTES = 20 * 1024
"""Payload of a control frame up to `Welcome`: a stranger may not make us hold more than two certificates. `Records` are
refused from their head."""

MAX_RECORDS_BYTES = 256 * 1024
"""``.vid`` bytes in one `Records` frame. Senders should stay at 64 KiB, so that acknowledgements are not held up."""

MAX_PADDING_BYTES = 16 * 1024
"""Padding of a `Probe` and of its answer: with the rest of it, below `MAX_FIRST_BYTES`."""

MAX_PROBES = 256
"""Probes of one connection: 4 MiB each way, enough to measure a link, too little to keep one busy."""

MAX_LISTENERS = 16
"""Services that a `Probed` may name: more than the port registry has."""

MAX_CHANNELS = 64
"""Channels offered and not yet closed in one connection. Two are usual: the open segment and one being caught up."""

MAX_COMMANDS = 32
"""Commands without a `Result` in one connection."""

MAX_OFFSET = 2**63 - 1
"""The largest file offset (signed 64 bits, as file systems have it)."""

MAX_HEADER_BYTES = 96 * 1024
"""``Offer.header``: a ``.vid`` header's body is at most 64 KiB."""

MAX_CERTIFICATE_BYTES = 8 * 1024
"""A DER certificate or certification request; ours are below 1 KiB."""

MAX_NAME_CHARACTERS = 63
"""Site and workstation names, as `playhead.base.ids` has them."""

MAX_CODE_CHARACTERS = 64
"""Error codes and enrolment codes."""

MAX_TEXT_CHARACTERS = 1024
"""Sentences for people: messages and reasons."""

MAX_VERSIONS = 16
"""Versions a `Hello` may list."""

MAX_MONITORS = 32
"""Monitors a `Status` may name."""

MAX_MONITOR_CHARACTERS = 255
"""A monitor's name."""

MAX_JOURNAL_ENTRIES = 64
"""Entries of one `Journal`: at their longest they take half a control frame. The next ones follow its `JournalAck`."""

MAX_DETAIL_CHARACTERS = 200
"""What a journal entry says beside its state."""

MAX_REPORT_BYTES = 96 * 1024
"""What the doctor found on a workstation, as JSON: a hundred findings at their usual length take half of it."""

MAX_BLACKOUTS = 48
"""Requests for blackouts a `Status` may tell of: `playhead.domain.blackouts.REQUESTS_MAX`."""

MAX_ASKER_CHARACTERS = 120
"""Name of the party that asks for a blackout, and of what for."""

MAX_LOG_ORDER_MS = 86_400_000
"""How long a workstation's log may be told to say more: a day."""

HANDSHAKE_S = 10.0
"""From the connection (after TLS) to the answer of the first message; also how long a TLS handshake may take."""

HEARTBEAT_S = 10.0
"""Longest silence a side may keep: then it sends a `Heartbeat`."""

SILENCE_S = 30.0
"""After this long without one whole message the other side is taken for gone."""

STALL_S = 60.0
"""After this long without one byte written, though there are some, the other side is taken for stuck."""
