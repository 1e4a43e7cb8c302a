from pathlib import Path
from typing import Annotated, Literal

import pytest
from msgspec import Meta

from playhead.base.config import Section
from playhead.base.config_reference import Key, documented_keys, reference
from playhead.base.ids import WorkstationId
from playhead.base.quantities import Duration


class Inner(Section):
    id: Annotated[WorkstationId, Meta(description="Who it is.")]
    fps: Annotated[int, Meta(ge=1, le=15, description="Frames a second.")] = 5
    form: Annotated[Literal["json", "human"], Meta(description="How.")] = "json"
    before: Annotated[Duration, Meta(description="How\n    long.")] = Duration(10_000_000)
    places: Annotated[tuple[str, ...], Meta(description="Where.")] = ("a:1",)
    folder: Annotated[Path | None, Meta(description="Folder.")] = None


class File(Section):
    inner: Inner | None = None


def test_every_key_with_type_bounds_default_and_description() -> None:
    assert documented_keys(File) == [
        Key("inner.id", "workstation name", "", "Who it is."),
        Key("inner.fps", "whole number, 1 to 15", "5", "Frames a second."),
        Key("inner.form", '`"json"` or `"human"`', '"json"', "How."),
        Key("inner.before", "duration", '"10 s"', "How long."),
        Key("inner.places", "list of text", '["a:1"]', "Where."),
        Key("inner.folder", "path", "none", "Folder."),
    ]


def test_reference_is_a_table() -> None:
    assert reference(Inner, "inner").splitlines()[2] == "| `inner.id` | workstation name | (must be set) | Who it is. |"


def test_a_key_without_description_is_our_mistake() -> None:
    class Bare(Section):
        fps: int = 5

    with pytest.raises(AssertionError, match="fps has no description"):
        documented_keys(Bare)
