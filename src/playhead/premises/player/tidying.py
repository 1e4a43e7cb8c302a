"""What a player does by itself, now and then."""

import asyncio
from typing import Final

from playhead.premises.player.shelf import Shelf
from playhead.premises.player.viewings import Viewings

TIDY_S: Final = 60.0
"""How often keys that nobody used lately are forgotten, and what was played is noted."""


async def tidying(shelf: Shelf, viewings: Viewings) -> None:
    """Tidy up until cancelled; then close the shelf, and note what was played until then."""
    try:
        while True:
            await asyncio.sleep(TIDY_S)
            shelf.tidy()
            await viewings.note()
    finally:
        shelf.close()
        await viewings.note(everything=True)
