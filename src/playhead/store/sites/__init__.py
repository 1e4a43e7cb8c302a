"""What a cloud knows of its tenants and their sites, and which of its processes has whose links, in SQL.

`open_control` opens the database; every other module here is about one table, as in `playhead.store.catalogue`. What
belongs to a tenant itself is not here but in a catalogue of its own (`playhead.store.tenants`).
"""

from playhead.store.sites.control import open_control

__all__ = ["open_control"]
