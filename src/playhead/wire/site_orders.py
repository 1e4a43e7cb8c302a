"""Orders to a site's workstations that come from the cloud, over the link."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from playhead.base.errors import InvalidInputError
from playhead.wire.screen.blackouts import BY_API, BlackoutOrder
from playhead.wire.screen.messages import CommandName


class SiteOrder(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a workstation shall do. The fields are those of a command on port 5633 (docs/wire/screen.md)."""

    name: CommandName
    recording: Annotated[str, Meta(max_length=36)] = ""
    reason: Annotated[str, Meta(max_length=1024)] = ""
    blackout: BlackoutOrder = BY_API


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(SiteOrder)


def write_order(order: SiteOrder) -> bytes:
    """For a request."""
    return _ENCODER.encode(order)


def read_order(body: bytes) -> SiteOrder:
    """Read what `write_order` wrote.

    Raises:
        InvalidInputError: ``order.malformed``.
    """
    try:
        return _DECODER.decode(body)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise InvalidInputError("order.malformed", f"This is no order to a workstation: {error}.") from None
