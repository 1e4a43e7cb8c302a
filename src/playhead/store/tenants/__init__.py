"""The catalogues of the organisations in the cloud: one each, and the one way to them.

Nothing else in the cloud opens a catalogue, so that no query is possible without saying whose it is, and a forgotten
condition in a query shows nobody anything of others (docs/decisions/0009-tenants.md).
"""

from playhead.store.tenants.homes import FolderHomes, Homes, PostgresHomes, homes_at
from playhead.store.tenants.tenants import Tenants

__all__ = ["FolderHomes", "Homes", "PostgresHomes", "Tenants", "homes_at"]
