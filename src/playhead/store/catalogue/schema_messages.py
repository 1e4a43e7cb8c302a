"""The tables of messaging: see `playhead.store.catalogue.schema`, of which they are a part."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from playhead.store.catalogue.schema_base import metadata, serial

# Events that wait to be delivered, in the order of their changes: written in the transaction of the change.
outbox = Table(
    "outbox",
    metadata,
    Column("id", serial, primary_key=True),
    Column("event_id", String(36), nullable=False),
    Column("type", String(64), nullable=False),
    # Order holds among those of one.
    Column("subject", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    # What the event names as its source; empty where it is this catalogue's own.
    Column("source", Text, nullable=False, server_default=""),
    sqlite_autoincrement=True,
)

# Who follows the events beside messaging, which is the cloud, and how far it has come. While there is one, a trigger
# (migration 0016) copies every event into the next table, where it stays until the cloud has it.
event_followers = Table(
    "event_followers",
    metadata,
    Column("name", String(63), primary_key=True),
    Column("position", BigInteger, nullable=False),
)

kept_events = Table(
    "kept_events",
    metadata,
    Column("id", serial, primary_key=True, autoincrement=False),
    Column("event_id", String(36), nullable=False),
    Column("type", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

# In the cloud: how far the events of each site were taken (`playhead.domain.event_batches.EventPlace`).
event_sources = Table(
    "event_sources",
    metadata,
    Column("site", String(63), primary_key=True),
    Column("stream", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("event_id", String(36), nullable=False),
)

# And the ids of those taken lately: a site that was put back tells some again.
taken_events = Table(
    "taken_events",
    metadata,
    Column("site", String(63), primary_key=True),
    Column("event_id", LargeBinary(16), primary_key=True),
    Column("taken_at_us", BigInteger, nullable=False),
    Index(None, "taken_at_us"),
)

# Which of the cloud's processes tells other programs what happens, and until when it may: one row.
event_teller = Table(
    "event_teller",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("process", String(63), nullable=False),
    Column("until_us", BigInteger, nullable=False),
)

# What could not be delivered, or not be acted on, and waits for somebody.
dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", serial, primary_key=True),
    # "out": an event of ours; "in": a command of somebody's.
    Column("direction", String(4), nullable=False),
    Column("message_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    # Whose command it is, or what the event is about.
    Column("subject", Text, nullable=False),
    Column("code", String(64), nullable=False),
    Column("message", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    sqlite_autoincrement=True,
)

# Commands that came by message, by who sent each and its id: none is carried out twice.
handled_messages = Table(
    "handled_messages",
    metadata,
    Column("sender", String(63), primary_key=True),
    Column("message_id", String(256), primary_key=True),
    Column("at_us", BigInteger, nullable=False),
    # The recording that it begins, made once: null for what begins none.
    Column("recording_id", String(36)),
    # Null until it was carried out.
    Column("answer", LargeBinary),
    Index(None, "at_us"),
)
