"""The token service as OpenAPI 3.1 describes it: by hand, for its routes are bare."""

from typing import Any, Final

_ERROR: Final[dict[str, Any]] = {
    "description": "Any refusal, in the one shape.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorAnswer"}}},
}

_WISH: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["recording", "actions"],
    "additionalProperties": False,
    "properties": {
        "recording": {"type": "string", "format": "uuid"},
        "actions": {
            "type": "array",
            "items": {"enum": ["play", "live"]},
            "minItems": 1,
            "maxItems": 8,
        },
    },
}

_TOKEN: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["token", "expiresAt", "actions"],
    "properties": {
        "token": {"type": "string", "description": "JWT (RFC 7519), Ed25519 (RFC 8037)."},
        "expiresAt": {"type": "string", "format": "date-time"},
        "actions": {"type": "array", "items": {"enum": ["play", "live"]}, "description": "Those that are allowed."},
    },
}


def description(port: int) -> dict[str, Any]:
    """What it adds to the document of the portal, which gives tokens at its own port, too.

    Args:
        port: where the service listens, on the same host.
    """
    servers = [
        {"url": "/", "description": "The portal's own port."},
        {
            "url": f"{{scheme}}://{{host}}:{port}",
            "description": "The token service.",
            "variables": {"scheme": {"enum": ["http", "https"], "default": "http"}, "host": {"default": "localhost"}},
        },
    ]
    return {
        "paths": {
            "/token": {
                "servers": servers,
                "post": {
                    "operationId": "giveToken",
                    "summary": "A token that opens one recording for a minute.",
                    "tags": ["tokens"],
                    "security": [{"session": []}],
                    "requestBody": {"required": True, "content": {"application/json": {"schema": _WISH}}},
                    "responses": {
                        "200": {"description": "OK", "content": {"application/json": {"schema": _TOKEN}}},
                        "default": _ERROR,
                    },
                },
            },
            "/keys": {
                "servers": servers[1:],
                "get": {
                    "operationId": "getKeys",
                    "summary": "The public keys that tokens are verified with (RFC 7517 §5).",
                    "tags": ["tokens"],
                    "security": [],
                    "responses": {
                        "200": {
                            "description": "OK",
                            "content": {
                                "application/jwk-set+json": {"schema": {"type": "object", "required": ["keys"]}}
                            },
                        },
                        "default": _ERROR,
                    },
                },
            },
        }
    }
