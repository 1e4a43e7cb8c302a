"""All stores that this process knows, by the locations of what lies in them."""

from collections.abc import Iterable, Sequence
from typing import Final

from playhead.base.errors import UnavailableError
from playhead.base.ids import SiteId
from playhead.store.objects.interface import ObjectStore
from playhead.store.objects.keys import key_of
from playhead.store.objects.reading import Cache, ObjectFile

PRESIGNED_S: Final = 60
"""How long an address holds under which somebody may read an object."""


class Objects:
    """The stores of this server.

    Args:
        stores: to read from; the first one is where new objects go, where there is a site.
        site: whose objects are written here; None where none are.
    """

    def __init__(self, stores: Sequence[ObjectStore], site: SiteId | None = None) -> None:
        self.stores = tuple(stores)
        """All of them."""
        self._site = site
        self._cache = Cache()

    @property
    def to(self) -> ObjectStore | None:
        """Where new objects go; None where nothing is uploaded."""
        return self.stores[0] if self.stores and self._site is not None else None

    def find(self, location: str) -> tuple[ObjectStore, str]:
        """The store that a location is in, and the key there.

        Raises:
            UnavailableError: ``objects.unknown``: no such store is configured.
        """
        within = [one for one in self.stores if location.startswith(f"{one.url}/")]
        if not within:
            hint = "Name the store in [upload] or [[upload.before]] of the configuration."
            raise UnavailableError("objects.unknown", f"No store is configured that has {location}.", hint=hint)
        found = max(within, key=lambda one: len(one.url))
        return found, location.removeprefix(f"{found.url}/")

    def view(self, location: str, *, plain: bool = False) -> ObjectFile:
        """An object as a file; with ``plain`` nothing but the object is read, and nothing that was read before.

        Raises:
            UnavailableError: ``objects.unknown``.
        """
        store, key = self.find(location)
        return ObjectFile(store, key, Cache() if plain else self._cache, plain=plain)

    def view_moved(self, location: str) -> ObjectFile | None:
        """The object that a segment's file became, by the path that it had; None where nothing is uploaded."""
        if self.to is None or self._site is None:
            return None
        return ObjectFile(self.to, key_of(self._site, location), self._cache)

    def presigned(self, location: str) -> str | None:
        """An address that holds for a minute; None where the store has no such thing.

        Raises:
            UnavailableError: ``objects.unknown``.
        """
        store, key = self.find(location)
        return store.presign(key, PRESIGNED_S)

    def forget(self, locations: Iterable[str]) -> None:
        """Keep nothing of objects that are gone."""
        for location in locations:
            self._cache.forget(location)

    async def close(self) -> None:
        """Let go of connections."""
        for store in self.stores:
            await store.close()
