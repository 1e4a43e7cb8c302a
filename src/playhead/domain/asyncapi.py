"""The messages as an AsyncAPI 3.0.0 document, made from the tables of events and commands."""

from collections.abc import Mapping, Sequence
from inspect import getdoc
from typing import Any, Final, Protocol

import msgspec

from playhead.domain.cloudevents import CONTENT_TYPE, MESSAGE_BYTES_MAX, SPEC_VERSION, TEXT_CHARS_MAX
from playhead.domain.commands import ANSWER, COMMANDS, Answer
from playhead.domain.events import KINDS

_SCHEMAS: Final = "#/components/schemas/"


class _Row(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def shape(self) -> type[Any]: ...


def document(version: str) -> dict[str, Any]:
    """The whole of it.

    Args:
        version: of Playhead.
    """
    shapes = {row.name: row.shape for row in (*KINDS, *COMMANDS)} | {ANSWER: Answer}
    _, schemas = msgspec.json.schema_components(set(shapes.values()), ref_template=f"{_SCHEMAS}{{name}}")
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Playhead",
            "version": version,
            "description": "Events that Playhead publishes, and commands that it takes: CloudEvents 1.0 in the JSON "
            f"format, structured mode, up to {MESSAGE_BYTES_MAX} bytes. Versions grow by members; leave aside "
            "what you do not know. The same event may come more than once: tell them apart by `id`.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {
            "events": _channel("playhead.events", KINDS, "Events; bind a queue of yours to the types you want."),
            "commands": _channel("playhead.commands", COMMANDS, "Commands to workstations."),
            "answers": {
                "address": None,
                "description": "Where `reply_to` of a command says: direct reply-to, or a queue of the sender's.",
                "messages": {ANSWER: {"$ref": f"#/components/messages/{ANSWER}"}},
            },
        },
        "operations": {
            "publishEvents": {"action": "send", "channel": {"$ref": "#/channels/events"}},
            "takeCommands": {
                "action": "receive",
                "channel": {"$ref": "#/channels/commands"},
                "reply": {
                    "address": {"location": "$message.header#/replyTo"},
                    "channel": {"$ref": "#/channels/answers"},
                },
            },
        },
        "components": {
            "messages": {name: _message(name, shape) for name, shape in shapes.items()},
            "schemas": {"CloudEvent": _envelope(), **{name: schemas[name] for name in sorted(schemas)}},
        },
    }


def _channel(exchange: str, rows: Sequence[_Row], description: str) -> dict[str, Any]:
    return {
        "address": exchange,
        "description": description,
        "messages": {row.name: {"$ref": f"#/components/messages/{row.name}"} for row in rows},
        "bindings": {
            "amqp": {"is": "routingKey", "exchange": {"name": exchange, "type": "topic", "durable": True}},
        },
    }


def _message(name: str, shape: type[Any]) -> dict[str, Any]:
    title = {row.name: f"When {row.when}." for row in KINDS}.get(name, "")
    payload = {
        "allOf": [
            {"$ref": f"{_SCHEMAS}CloudEvent"},
            {"type": "object", "properties": {"type": {"const": name}, "data": {"$ref": _SCHEMAS + shape.__name__}}},
        ]
    }
    words = {"summary": title or (getdoc(shape) or "").partition("\n")[0]}
    return {"name": name, **words, "contentType": CONTENT_TYPE, "payload": payload}


def _envelope() -> Mapping[str, Any]:
    text = {"type": "string", "maxLength": TEXT_CHARS_MAX}
    return {
        "type": "object",
        "description": "https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md",
        "properties": {
            "specversion": {"const": SPEC_VERSION},
            "id": {**text, "minLength": 1, "description": "Tells it from every other of its source."},
            "source": {**text, "minLength": 1},
            "type": text,
            "subject": {**text, "description": "What it is about; events of one subject come in order."},
            "time": {"type": "string", "format": "date-time"},
            "datacontenttype": {"type": "string", "const": "application/json"},
            "data": {"type": "object"},
        },
        "required": ["specversion", "id", "source", "type", "data"],
    }
