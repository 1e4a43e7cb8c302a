"""What somebody says of recordings: tags, and holds that keep them from being deleted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from playhead.base.errors import InvalidInputError
from playhead.base.ids import RecordingId
from playhead.domain.words import tag_of

AnnotationKind = Literal["tag", "untag", "hold", "release"]

BULK_MAX: Final = 500
"""Recordings of one order."""

REASON_CHARS_MAX: Final = 200
"""Of the reason of a hold: a case number and a sentence."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """What to say of some recordings."""

    kind: AnnotationKind
    tag: str = ""
    """For tags."""
    reason: str = ""
    """Of a hold."""

    @property
    def needs(self) -> Literal["annotate", "hold"]:
        """What whoever orders it has to be allowed."""
        return "annotate" if self.kind in {"tag", "untag"} else "hold"

    @property
    def said(self) -> str:
        """For the audit log."""
        return self.tag or self.reason


@dataclass(frozen=True, slots=True)
class Annotated:
    """What became of an order."""

    changed: tuple[RecordingId, ...]
    """Those that were not so before."""
    refused: Mapping[RecordingId, str]
    """Those that stayed as they were, and a code that says why. All others are so now."""


def checked(wanted: Annotation) -> Annotation:
    """An order as it is carried out.

    Raises:
        InvalidInputError: ``tag.malformed``, ``hold.reason``.
    """
    if wanted.needs == "annotate":
        return replace(wanted, tag=tag_of(wanted.tag), reason="")
    reason = wanted.reason.strip() if wanted.kind == "hold" else ""
    if len(reason) > REASON_CHARS_MAX:
        raise InvalidInputError("hold.reason", f"A hold needs a reason of up to {REASON_CHARS_MAX} characters.")
    if wanted.kind == "hold" and not reason:
        raise InvalidInputError("hold.reason", "A hold needs a reason.", hint="Such as a case number.")
    return replace(wanted, tag="", reason=reason)
