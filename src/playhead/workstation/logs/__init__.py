"""The workstation's own logs: written to a bounded spool, and sent to the premises with acknowledgement (port 5638).

``throttle`` keeps a crash loop from drowning the site, ``spool`` is the log on this machine's disk, ``sending`` one
connection, ``service`` all of it, beside the recorder. `docs/services/logs.md` is its page.
"""

from playhead.workstation.logs.service import WorkstationLogs

__all__ = ["WorkstationLogs"]
