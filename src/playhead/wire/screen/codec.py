"""Control messages to and from MessagePack (docs/wire/screen.md §4)."""

import msgspec
from typing_extensions import Buffer

from playhead.base.errors import ProtocolError
from playhead.wire.screen.messages import Control

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Control] = msgspec.msgpack.Decoder(Control)


def encode_control(message: Control) -> bytes:
    """The payload of a control frame.

    Raises:
        AssertionError: a field breaks the bounds its type declares. That is ours to mend, so that a peer of this very
            version never has to refuse what we send.
    """
    payload = _encoder.encode(message)
    try:
        _decoder.decode(payload)
    except msgspec.MsgspecError as error:
        raise AssertionError(f"{type(message).__name__} breaks its own bounds: {error}") from error
    return payload


def decode_control(payload: Buffer) -> Control:
    """The message in the payload of a control frame. Keeps no reference to ``payload``.

    Raises:
        ProtocolError: ``screen.message``.
    """
    try:
        return _decoder.decode(payload)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise ProtocolError("screen.message", f"A control message cannot be understood: {error}"[:512]) from None
