"""The log store: JSON lines, appended and synced in groups, packed with a light index, found again within a second.

``writer`` appends, ``packing`` makes of a finished ``*.log`` blocks of zstd with an index beside them, ``search`` finds
lines in both, ``keeping`` says which files go. [docs/services/logs.md](docs/services/logs.md) is its page.
"""

from playhead.store.logs.files import LogFile, list_files
from playhead.store.logs.search import LogSearch
from playhead.store.logs.writer import LogWriter

__all__ = ["LogFile", "LogSearch", "LogWriter", "list_files"]
