"""A player of recordings that lie in stores of objects: all of the player's media but what is live."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager

from starlette.routing import BaseRoute

from playhead.base.clock import Clock
from playhead.base.errors import CorruptError, UnavailableError
from playhead.base.ids import RecordingId, SegmentId, WorkstationId
from playhead.premises.player.config import PlayerConfig
from playhead.premises.player.demand import Demand
from playhead.premises.player.routes import Media
from playhead.premises.player.service import BUSY
from playhead.premises.player.shelf import Shelf
from playhead.premises.player.streamed import Turns
from playhead.premises.player.tidying import tidying
from playhead.premises.player.viewings import Viewings
from playhead.premises.screen.live import Subscription
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.grants import grants_of
from playhead.store.disk import Readable
from playhead.store.keyring import Keyring
from playhead.store.objects import Objects
from playhead.store.segments.layout import is_object
from playhead.wire import vid

_NOT_LIVE = UnavailableError("media.not_live", "Nothing is live here.")


class StoredPlayer:
    """Media of recordings in objects, decrypted for those who hold a token.

    Args:
        config: what the operator set.
        catalogue: open; says where segments lie, and has the envelopes that were granted.
        objects: the stores that may be read. A location in no other is.
        keyring: opens what was granted to it, and verifies tokens.
        audit: where views and refusals are noted.
        clock: tells the time.
    """

    def __init__(
        self,
        config: PlayerConfig,
        *,
        catalogue: Catalogue,
        objects: Objects,
        keyring: Keyring,
        audit: AuditTrail,
        clock: Clock,
    ) -> None:
        async def granted(segment: SegmentId) -> Sequence[vid.Envelope]:
            async with catalogue.reading() as connection:
                return [one.envelope for one in await grants_of(connection, [segment])]

        self._shelf = Shelf(_OnlyObjects(objects), keyring, clock, granted)
        self._viewings = Viewings(catalogue, audit, clock)
        nobody = _Nobody()
        media = Media(
            config=config,
            clock=clock,
            catalogue=catalogue,
            keyring=keyring,
            shelf=self._shelf,
            screen=nobody,
            demand=Demand(nobody, 0.0),
            audit=audit,
            answers=Turns(config.responses_max, BUSY),
            viewers=Turns(0, _NOT_LIVE),
            viewings=self._viewings,
        )
        self.routes: list[BaseRoute] = media.routes()

    def forget(self, segments: Iterable[SegmentId]) -> None:
        """Keep nothing at hand of segments that were erased."""
        self._shelf.forget(segments)

    async def run(self) -> None:
        """Tidy up until cancelled. The routes work while this runs."""
        await tidying(self._shelf, self._viewings)


class _OnlyObjects:
    """Segments that are a file of their site are not to be had here, whatever the path says."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def view(self, location: str) -> Readable:
        if not is_object(location):
            raise CorruptError("store.missing", "The segment is at its site still.")
        return self._objects.view(location)


class _Nobody:
    """Where no workstation is connected."""

    def watching(self, workstation: WorkstationId, /) -> AbstractAsyncContextManager[None]:
        """Never: no turn is given for it."""
        raise UnavailableError(_NOT_LIVE.code, f"{workstation} is not live here.")

    def subscribe(self, recording: RecordingId | None = None, /) -> Subscription:
        """Likewise."""
        raise UnavailableError(_NOT_LIVE.code, f"{recording} is not live here.")
