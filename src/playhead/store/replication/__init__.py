"""A catalogue's changes told to another catalogue: read at a site, applied in the cloud (docs/services/cloud.md).

`outgoing` reads what changed since a position; `incoming` applies what came, once, however often it comes.
"""

from playhead.store.replication.incoming import Applied, apply_batch, apply_erasure, origins_of, place_of, set_origins
from playhead.store.replication.outgoing import Outgoing, begin_stream, erasure_document, newest_place, next_batch

__all__ = [
    "Applied",
    "Outgoing",
    "apply_batch",
    "apply_erasure",
    "begin_stream",
    "erasure_document",
    "newest_place",
    "next_batch",
    "origins_of",
    "place_of",
    "set_origins",
]
