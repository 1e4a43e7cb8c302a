"""The pool between a premises and the cloud (port 2010, docs/wire/pool.md) over asyncio.

`Dialing` keeps links from one end up, `Pools` accepts them at the other; between them are `PoolEnd.open` and the
streams that it and the peer open. Each link begins as an Upgrade of HTTP/1.1.
"""

from playhead.net.pool.accepting import Caller, Pools
from playhead.net.pool.dialing import Dialing
from playhead.net.pool.end import PoolEnd
from playhead.net.pool.streams import PoolStream
from playhead.net.pool.upgrade import Answering, Asking

__all__ = ["Answering", "Asking", "Caller", "Dialing", "PoolEnd", "PoolStream", "Pools"]
