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
    sqlite_autoincrement=True,
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
