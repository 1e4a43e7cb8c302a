"""Probing (docs/wire/screen.md §13): what a workstation's doctor says, on a connection that records nothing."""

from typing import Annotated

import msgspec
from msgspec import Meta

from playhead.wire.screen import limits

Padding = Annotated[bytes, Meta(max_length=limits.MAX_PADDING_BYTES)]
"""Counts for its length alone."""


class Listens(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A service of the server, as it is configured."""

    service: Annotated[str, Meta(min_length=1, max_length=limits.MAX_NAME_CHARACTERS)]
    """As the port registry calls it."""
    port: Annotated[int, Meta(ge=1, le=65535)]
    certificate: Annotated[bytes, Meta(max_length=32)] = b""
    """SHA-256 of the TLS certificate that it shows (DER); empty where it speaks plain."""
    local: bool = False
    """Whether the server's own machine alone reaches it."""


class Probe(msgspec.Struct, frozen=True, tag_field="type", tag="probe", rename="camel", omit_defaults=True):
    """Asks how the server sees this workstation, and what gets through. May be said many times on one connection."""

    versions: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=65535)], ...], Meta(min_length=1, max_length=limits.MAX_VERSIONS)
    ]
    """As in `Hello`."""
    answer_bytes: Annotated[int, Meta(ge=0, le=limits.MAX_PADDING_BYTES)] = 0
    """How long the padding of the answer is to be."""
    padding: Padding = b""


class Probed(msgspec.Struct, frozen=True, tag_field="type", tag="probed", rename="camel", omit_defaults=True):
    """Answer to each `Probe`, in order."""

    versions: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=65535)], ...], Meta(min_length=1, max_length=limits.MAX_VERSIONS)
    ]
    """That the server speaks."""
    software: Annotated[str, Meta(max_length=limits.MAX_TEXT_CHARACTERS)]
    site: Annotated[str, Meta(min_length=1, max_length=limits.MAX_NAME_CHARACTERS)]
    wall_time_us: Annotated[int, Meta(ge=0, le=limits.MAX_OFFSET)]
    code: Annotated[str, Meta(max_length=limits.MAX_CODE_CHARACTERS)] = ""
    """Why `Hello` would be refused; empty where it would not."""
    listeners: Annotated[tuple[Listens, ...], Meta(max_length=limits.MAX_LISTENERS)] = ()
    """What else the server listens on."""
    padding: Padding = b""
