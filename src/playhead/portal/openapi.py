"""The OpenAPI document: what FastAPI tells of the API, and what other services at this port say of themselves."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import FastAPI

_UUID: Final = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_NAME: Final = "^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$"
"""As `playhead.base.ids` takes them."""

_FORMS: Final[Mapping[str, Mapping[str, Any]]] = {
    "recording": {"pattern": _UUID},
    "workstation": {"pattern": _NAME},
    "user": {"pattern": _NAME},
    "group": {"pattern": _NAME},
    "role": {"pattern": _NAME},
}
"""What a parameter of this name is, everywhere, where its route calls it a text."""

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
                                    "required": ["status", "version"],
                                    "properties": {"status": {"const": "ok"}, "version": {"type": "string"}},
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
        app: with all its routes.
        others: ``paths`` and ``components`` of what is mounted beside them.
    """
    told = app.openapi()
    for operations in told["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                _form(parameter)
    for added in (_OWN, *others):
        told["paths"] |= added["paths"]
        for kind, members in added.get("components", {}).items():
            told["components"].setdefault(kind, {}).update(members)


def _form(parameter: dict[str, Any]) -> None:
    known = _FORMS.get(parameter["name"])
    schemas = [parameter["schema"], *parameter["schema"].get("anyOf", ())]
    for schema in schemas:
        if known is not None and schema.get("type") == "string":
            schema.update(known)
        if known is not None and schema.get("type") == "array" and schema["items"].get("type") == "string":
            schema["items"].update(known)
