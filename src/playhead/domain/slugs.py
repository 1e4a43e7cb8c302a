"""Ids that are made of names: short, readable in an address, and never changed afterwards."""

import re
import unicodedata
from collections.abc import Container
from typing import Final

SLUG_CHARS_MAX: Final = 40


def slug(name: str, taken: Container[str], *, otherwise: str) -> str:
    """An id for something called ``name``, as `playhead.base.ids` takes them.

    Args:
        name: as people write it.
        taken: ids that are in use.
        otherwise: for a name without a letter or digit that an id may have.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_CHARS_MAX].strip("-") or otherwise
    found, number = base, 1
    while found in taken:
        number += 1
        found = f"{base}-{number}"
    return found
