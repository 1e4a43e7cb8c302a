"""What the portal needs to change what is said of recordings, and to destroy them; here or at their sites."""

from collections.abc import Sequence
from typing import Protocol

from playhead.base.ids import RecordingId, UserId
from playhead.domain.annotations import Annotated, Annotation
from playhead.store.catalogue.erasures import Erasure
from playhead.store.erasure import Order


class Annotating(Protocol):
    """Tags and holds. `playhead.store.annotating.Annotator`; in the cloud `playhead.cloud.annotating`."""

    async def annotate(
        self, wanted: Annotation, recordings: Sequence[RecordingId], by: UserId, address: str, /
    ) -> Annotated:
        """Say something of some recordings, each once, and note it. Whether that is permitted, is decided before."""
        ...


class Erasing(Protocol):
    """Destroying recordings. `KeepingService` at the premises; in the cloud `playhead.cloud.erasing`."""

    async def erase(self, order: Order, /) -> Erasure:
        """Erase one recording.

        Raises:
            NotFoundError: ``recording.not_found``, ``recording.erased``.
            ConflictError: ``recording.held``, ``recording.recording``, ``recording.changing``.
            UnavailableError: ``site.away``, ``site.lost``: in the cloud.
        """
        ...
