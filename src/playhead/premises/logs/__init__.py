"""The logging service, port 5638: syslog and RELP of whoever sends it, kept and found again.

``config`` is what an operator may set, ``rules`` what becomes of a message, ``connection`` drives one sender, ``own``
keeps this process's own lines, ``following`` tells who watches, ``service`` runs it. `docs/services/logs.md` is its
page.
"""

from playhead.premises.logs.config import LogsConfig
from playhead.premises.logs.own import OwnLines
from playhead.premises.logs.service import LogsService

__all__ = ["LogsConfig", "LogsService", "OwnLines"]
