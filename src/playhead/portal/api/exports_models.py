"""What ``/api/exports`` says and hears."""

from typing import Annotated, Literal

from pydantic import Field

from playhead.portal.api.shapes import Answer, Input

MS_MAX = 1 << 40
"""Some 34 years: longer than any recording."""


class ExportOrder(Input):
    """Make a file of a recording, or of a part of it."""

    recording: Annotated[str, Field(max_length=64)]
    from_ms: Annotated[int, Field(ge=0, le=MS_MAX)] | None = Field(
        None, description="From its beginning. The file begins exactly there."
    )
    to_ms: Annotated[int, Field(ge=1, le=MS_MAX)] | None = None


class ExportBegun(Answer):
    """It is being made."""

    id: str


class ExportItem(Answer):
    """How far it is."""

    recording: str
    state: Literal["working", "ready", "failed"]
    done: float = Field(ge=0, le=1)
    bytes: int = Field(description="Of the finished file; 0 before.")
    code: str | None = Field(description="Why it failed.")
    url: str | None = Field(description="Where the finished file is.")
    faults: int = Field(
        description="Places where the recording is damaged; what follows them in their segment is left out."
    )
