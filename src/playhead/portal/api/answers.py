"""What the API's document says about refusals."""

from typing import Any, Final

from playhead.portal.api.models import ErrorAnswer

ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    400: {"model": ErrorAnswer, "description": "Malformed."},
    401: {"model": ErrorAnswer, "description": "Not signed in, or the token is not valid."},
    403: {"model": ErrorAnswer, "description": "Not permitted."},
    404: {"model": ErrorAnswer, "description": "There is no such thing, or it is not visible to you."},
    409: {"model": ErrorAnswer, "description": "It contradicts the present state."},
    429: {"model": ErrorAnswer, "description": "Too often; see Retry-After."},
    503: {"model": ErrorAnswer, "description": "Not possible right now."},
    "default": {"model": ErrorAnswer, "description": "Any other refusal, in the same shape."},
}
