"""Objects: segments that were uploaded, in a bucket of S3 or a folder elsewhere (docs/storage.md).

``interface`` is what both can do; `Objects` finds the store that a location is in, and opens what lies there as if it
were a file; ``outline`` is the small object beside each, so that an index is made without reading the media.
"""

from playhead.store.objects.config import StoreConfig, open_store
from playhead.store.objects.interface import ObjectStore
from playhead.store.objects.objects import Objects

__all__ = ["ObjectStore", "Objects", "StoreConfig", "open_store"]
