"""The player's media as OpenAPI 3.1 describes them: by hand, for their routes are bare."""

from typing import Any, Final

_UUID: Final[dict[str, Any]] = {"type": "string", "format": "uuid"}
_NUMBER: Final[dict[str, Any]] = {"type": "integer", "minimum": 0, "maximum": 4_294_967_295}
_ERROR: Final[dict[str, Any]] = {
    "description": "Any refusal, in the one shape.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorAnswer"}}},
}


def _path(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema, "description": description}


def _query(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": True, "schema": _NUMBER, "description": description}


_RECORDING: Final = _path("recording", _UUID, "Id of the recording that the token is for.")
_SEGMENT: Final = _path("segment", _UUID, "Id of one of its segments.")


def _get(
    operation: str, summary: str, answer: dict[str, Any], *parameters: dict[str, Any], segment: bool = True
) -> dict[str, Any]:
    return {
        "get": {
            "operationId": operation,
            "summary": summary,
            "tags": ["media"],
            "security": [{"media": []}],
            "parameters": [_RECORDING, *([_SEGMENT] if segment else []), *parameters],
            "responses": {"200": answer, "default": _ERROR},
        }
    }


def _binary(media_type: str, description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {media_type: {"schema": {"type": "string", "contentMediaType": media_type}}},
    }


_US: Final[dict[str, Any]] = {"type": "integer", "description": "Microseconds."}
_COLUMN: Final[dict[str, Any]] = {"type": "array", "items": {"type": "integer"}}
_TRACK: Final[dict[str, Any]] = {"type": "integer", "minimum": 1}


def _record(**members: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(members), "properties": members}


def _list(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


SEGMENT: Final = _record(
    id=_UUID,
    offsetUs={**_US, "description": "Where it begins on the recording's timeline, in microseconds."},
    sealed={"type": "boolean"},
    coveredUs=_US,
    epochs=_list(
        _record(
            track=_TRACK,
            epoch=_NUMBER,
            record=_NUMBER,
            atUs=_US,
            codec={"type": "string"},
            width={"type": "integer"},
            height={"type": "integer"},
        )
    ),
    pieces={
        "type": "object",
        "description": "By track, a column for each fact.",
        "additionalProperties": _record(record=_COLUMN, atUs=_COLUMN, epoch=_COLUMN, key=_COLUMN, bytes=_COLUMN),
    },
    thumbnails=_list(_record(record=_NUMBER, track=_TRACK, atUs=_US)),
    sprites=_list(
        _record(
            first=_NUMBER,
            track=_TRACK,
            count={"type": "integer", "minimum": 1, "maximum": 25},
            columns={"type": "integer"},
            width={"type": "integer"},
            height={"type": "integer"},
            atUs=_COLUMN,
        )
    ),
    markers=_list(_record(atUs=_US)),
)

INDEX: Final = _record(
    recording=_UUID,
    state={"enum": ["recording", "complete", "interrupted"]},
    startedAtUs=_US,
    nowUs=_US,
    durationUs=_US,
    tracks=_list(_record(id=_TRACK, name={"type": "string"})),
    segments=_list({"$ref": "#/components/schemas/MediaSegment"}),
    gaps=_list(_record(fromUs=_US, toUs=_US, reason={"type": "string"})),
)

_BASE: Final = "/media/{recording}"
_OF_SEGMENT: Final = f"{_BASE}/{{segment}}"
_IN_FORCE: Final = _query("track", "Id of a track.")

DESCRIPTION: Final[dict[str, Any]] = {
    "paths": {
        f"{_BASE}/index": _get(
            "getIndex",
            "Everything that can be played of a recording, up to what is durable now.",
            {
                "description": "OK",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/MediaIndex"}}},
            },
            segment=False,
        ),
        f"{_BASE}/live": _get(
            "watchLive",
            "Follow a recording that grows. The stream ends with the token.",
            _binary("application/octet-stream", "Messages `type u8 ‖ length u32, big-endian ‖ payload`."),
            {
                "name": "after",
                "in": "query",
                "required": False,
                "schema": {"type": "string", "pattern": "^[0-9a-f-]{36}:[0-9]{1,10}$"},
                "description": "`segment:record` that was reached before.",
            },
            segment=False,
        ),
        f"{_OF_SEGMENT}/init": _get(
            "getInit",
            "The initialisation segment of an epoch.",
            _binary("video/mp4", "`ftyp moov`."),
            _IN_FORCE,
            _query("epoch", "Number of the epoch."),
        ),
        f"{_OF_SEGMENT}/pieces": _get(
            "getPieces",
            "A track's pieces whose record numbers lie between, both included.",
            _binary("video/mp4", "At most 16 MiB and 2,000 pieces, but one piece always."),
            _IN_FORCE,
            _query("from", "The first record."),
            _query("to", "The last record."),
        ),
        f"{_OF_SEGMENT}/thumbnails/{{record}}": _get(
            "getThumbnail",
            "One thumbnail.",
            _binary("image/jpeg", "At most 320 × 180."),
            _path("record", _NUMBER, "Its record."),
        ),
        f"{_OF_SEGMENT}/sprites/{{first}}": _get(
            "getSprite",
            "Up to 25 thumbnails in one picture.",
            _binary("image/jpeg", "Tiles in rows of five, from the left."),
            _path("first", _NUMBER, "The record of its first thumbnail."),
        ),
    },
    "components": {
        "schemas": {"MediaIndex": INDEX, "MediaSegment": SEGMENT},
        "securitySchemes": {
            "media": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "For one recording, from `POST /token`; lasts a minute.",
            }
        },
    },
}
