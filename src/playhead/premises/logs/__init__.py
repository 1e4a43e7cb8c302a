"""The logging service, port 5638: syslog and RELP of whoever sends it, kept and found again.

``config`` is what an operator may set, ``rules`` what becomes of a message, ``connection`` drives one sender, ``own``
keeps this process's own lines, ``following`` tells who watches, ``exporting`` makes files of lines, ``levels`` has logs
say more for a while, ``service`` runs it. `docs/services/logs.md` is its page.
"""
