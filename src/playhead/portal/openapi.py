"""The OpenAPI document: what FastAPI tells of the API, and what other services at this port say of themselves."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from fastapi import FastAPI

_UUID: Final = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_NAME: Final = "^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$"
"""As `playhead.base.ids` takes them."""
_OPAQUE: Final = "^[A-Za-z0-9_-]{1,64}$"
"""What the server has made."""

_FORMS: Final[Mapping[str, str]] = {
    "recording": _UUID,
    "recordings": _UUID,
    "workstation": _NAME,
    "user": _NAME,
    "group": _NAME,
    "groups": _NAME,
    "role": _NAME,
    "supervisors": _NAME,
    "bookmark": _OPAQUE,
    "view": _OPAQUE,
    "rules": _OPAQUE,
    "session": _OPAQUE,
    "export": _OPAQUE,
}
"""The pattern of what is sent under this name, everywhere, where its route calls it a text or a list of texts."""

_ONE_OF: Final = frozenset({"recording", "user"})
"""Those that a query names one of. What lists are filtered by may be any text."""

_OWN: Final[dict[str, Any]] = {
    "paths": {
        "/healthz": {
            "get": {
                "operationId": "getHealth",
                "summary": "Whether the server serves.",
                "tags": ["operation"],
                "security": [],
                "responses": {
                    "200": {
                        "description": "It does.",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "required": ["status", "version", "problems"],
                                    "properties": {
                                        "status": {"enum": ["ok", "degraded"]},
                                        "version": {"type": "string"},
                                        "problems": {
                                            "type": "array",
                                            "items": {"type": "string"},
                                            "description": "Codes of what is wrong, such as `disk.full`.",
                                        },
                                    },
                                }
                            }
                        },
                    }
                },
            }
        },
        "/metrics": {
            "get": {
                "operationId": "getMetrics",
                "summary": "Metrics for Prometheus; without a token only for this machine.",
                "tags": ["operation"],
                "security": [{}, {"operator": []}],
                "responses": {
                    "200": {"description": "OK", "content": {"text/plain": {"schema": {"type": "string"}}}},
                    "default": {
                        "description": "Any refusal, in the one shape.",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorAnswer"}}},
                    },
                },
            }
        },
    }
}


def describe(app: FastAPI, others: Sequence[Mapping[str, Any]]) -> None:
    """Let ``app`` tell of everything that is served here.

    Args:
        app: with all its routes. Its document is made once, when it is first asked for: it takes a third of a second.
        others: ``paths`` and ``components`` of what is mounted beside them.
    """
    plain = app.openapi

    @cache
    def whole() -> dict[str, Any]:
        return _completed(plain(), others)

    app.openapi = whole


def _completed(told: dict[str, Any], others: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    for operations in told["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                _form(parameter["name"], parameter["schema"], sent=parameter["in"], needed=parameter["required"])
    for schema in told["components"]["schemas"].values():
        if schema.get("additionalProperties") is False:  # what is heard; what is said may be more than is taken
            for name, member in schema["properties"].items():
                _form(name, member, sent="body")
    for added in (_OWN, *others):
        told["paths"] |= added["paths"]
        for kind, members in added.get("components", {}).items():
            told["components"].setdefault(kind, {}).update(members)
    return told


def _form(name: str, schema: dict[str, Any], *, sent: str, needed: bool = True) -> None:
    pattern = _FORMS.get(name)
    if pattern is None or (sent == "query" and name not in _ONE_OF):
        return
    if not needed:
        pattern = f"^({pattern.strip('^$')})?$"  # nothing between = and & is as if it were not sent
    for one in (schema, *schema.get("anyOf", ())):
        text = one["items"] if one.get("type") == "array" else one
        if text.get("type") == "string" and "pattern" not in text:
            text["pattern"] = pattern
