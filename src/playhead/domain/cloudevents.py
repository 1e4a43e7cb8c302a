"""CloudEvents 1.0.2 in the JSON format, structured mode: what stands in every message, in both directions.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
"""

from typing import Final

import msgspec

from playhead.base.errors import InvalidInputError, LimitError
from playhead.base.ids import SiteId, TenantSite
from playhead.base.instants import rfc3339
from playhead.domain.events import Event

CONTENT_TYPE: Final = "application/cloudevents+json"
SPEC_VERSION: Final = "1.0"

MESSAGE_BYTES_MAX: Final = 64 << 10
"""Of one message, in either direction; every intermediary forwards this much (CloudEvents 1.0.2, Size Limits)."""

TEXT_CHARS_MAX: Final = 256
"""Of an id, a source, a type, a subject that somebody sends."""


class CloudEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A message as it came. Members that are not here (extensions, a later version) are left aside."""

    specversion: str
    id: str
    source: str
    type: str
    subject: str = ""
    time: str = ""
    datacontenttype: str = "application/json"
    data: msgspec.Raw = msgspec.Raw(b"null")


_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(CloudEvent)


def source_of(site: SiteId | TenantSite) -> str:
    """What all events of a site name as their ``source``; in the cloud its tenant stands in it, too."""
    return f"/playhead/sites/{site}"


def encode(event: Event, source: str) -> bytes:
    """A message.

    Raises:
        LimitError: ``message.too_large``.
    """
    written = _ENCODER.encode(
        CloudEvent(
            specversion=SPEC_VERSION,
            id=event.id,
            source=source,
            type=event.type,
            subject=event.subject,
            time=rfc3339(event.at_us),
            data=msgspec.Raw(event.data),
        )
    )
    if len(written) > MESSAGE_BYTES_MAX:
        text = f"The event {event.id} takes {len(written)} bytes; a message holds {MESSAGE_BYTES_MAX}."
        raise LimitError("message.too_large", text)
    return written


def decode(body: bytes) -> CloudEvent:
    """Read a message.

    Raises:
        LimitError: ``message.too_large``.
        InvalidInputError: ``message.malformed``.
    """
    if len(body) > MESSAGE_BYTES_MAX:
        raise LimitError("message.too_large", f"A message holds {MESSAGE_BYTES_MAX} bytes, not {len(body)}.")
    try:
        found = _DECODER.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        hint = "Send a CloudEvent in the JSON format: docs/integrating.md shows one."
        raise InvalidInputError("message.malformed", f"This is not a CloudEvent: {error}.", hint=hint) from error
    texts = (found.id, found.source, found.type, found.subject, found.time)
    if found.specversion != SPEC_VERSION or not found.id or not found.source or max(map(len, texts)) > TEXT_CHARS_MAX:
        hint = f"It takes specversion {SPEC_VERSION}, and id and source of 1 to {TEXT_CHARS_MAX} characters."
        raise InvalidInputError("message.malformed", "This CloudEvent lacks what each must have.", hint=hint)
    return found
