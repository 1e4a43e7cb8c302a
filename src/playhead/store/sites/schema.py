"""Tables of the control catalogue, and how they come to be."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    insert,
    inspect,
    select,
)

from playhead.base.errors import ConflictError
from playhead.base.ids import SiteId, TenantId
from playhead.store.catalogue.schema_base import metadata as catalogue_metadata
from playhead.store.catalogue.types import NAME_CHARACTERS_MAX, NameIdType

VERSION: Final = 1
"""Of the schema. The first one that differs brings a migration along (alembic, as the catalogue's)."""

HASH_BYTES: Final = 32
HOST_CHARACTERS_MAX: Final = 253
"""RFC 1035 §2.3.4."""
TITLE_CHARACTERS_MAX: Final = 200

metadata = MetaData(naming_convention=catalogue_metadata.naming_convention)

tenants = Table(
    "tenants",
    metadata,
    Column("id", NameIdType(TenantId), primary_key=True),
    Column("name", String(TITLE_CHARACTERS_MAX), nullable=False),
    Column("created_at_us", BigInteger, nullable=False),
)

tenant_hosts = Table(
    "tenant_hosts",
    metadata,
    Column("host", String(HOST_CHARACTERS_MAX), primary_key=True),
    Column("tenant_id", NameIdType(TenantId), nullable=False, index=True),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)
"""By which name browsers come to the portal of which tenant."""

sites = Table(
    "sites",
    metadata,
    Column("tenant_id", NameIdType(TenantId), primary_key=True),
    Column("id", NameIdType(SiteId), primary_key=True),
    Column("name", String(TITLE_CHARACTERS_MAX), nullable=False),
    Column("created_at_us", BigInteger, nullable=False),
    Column("certificate_hash", LargeBinary(HASH_BYTES)),
    Column("previous_hash", LargeBinary(HASH_BYTES)),
    Column("enrolled_at_us", BigInteger),
    Column("revoked_at_us", BigInteger),
    Column("seen_at_us", BigInteger),
    ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
)
"""``certificate_hash`` is that of the certificate it may come with, ``previous_hash`` of the one before a renewal."""

site_codes = Table(
    "site_codes",
    metadata,
    Column("code_hash", LargeBinary(HASH_BYTES), primary_key=True),
    Column("tenant_id", NameIdType(TenantId), nullable=False),
    Column("site_id", NameIdType(SiteId), nullable=False),
    Column("created_at_us", BigInteger, nullable=False),
    Column("expires_at_us", BigInteger, nullable=False),
    Column("used_at_us", BigInteger),
    ForeignKeyConstraint(["tenant_id", "site_id"], ["sites.tenant_id", "sites.id"]),
)

processes = Table(
    "processes",
    metadata,
    Column("id", String(NAME_CHARACTERS_MAX), primary_key=True),
    Column("address", String(HOST_CHARACTERS_MAX + 8), nullable=False),
    Column("seen_at_us", BigInteger, nullable=False, index=True),
)
"""Processes of the cloud, and where the others reach each."""

site_links = Table(
    "site_links",
    metadata,
    Column("tenant_id", NameIdType(TenantId), primary_key=True),
    Column("site_id", NameIdType(SiteId), primary_key=True),
    Column("process_id", String(NAME_CHARACTERS_MAX), primary_key=True),
    ForeignKeyConstraint(["tenant_id", "site_id"], ["sites.tenant_id", "sites.id"]),
    ForeignKeyConstraint(["process_id"], ["processes.id"], ondelete="CASCADE"),
)
"""Which process has links of which site."""

state = Table(
    "state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("roster", BigInteger, nullable=False),
)
"""One row. ``roster`` grows with every change of who may connect, so that it is cheap to see that there was none."""


def require_newest(connection: Connection) -> None:
    """Refuse tables of another version than this program's, and change nothing.

    Raises:
        ConflictError: ``catalogue.older``, ``catalogue.newer``.
    """
    known = inspect(connection).has_table(state.name)
    version = connection.execute(select(state.c.version)).scalar() if known else None
    if version is None or version < VERSION:
        hint = "The cloud brings it up to date when it starts: `playhead cloud run`."
        raise ConflictError("catalogue.older", "The control catalogue was made by an older Playhead.", hint=hint)
    if version > VERSION:
        raise _made_by_newer()


def upgrade(connection: Connection) -> None:
    """Make the tables where there are none.

    Raises:
        ConflictError: ``catalogue.newer``.
    """
    metadata.create_all(connection)
    version = connection.execute(select(state.c.version)).scalar()
    if version is None:
        connection.execute(insert(state), {"id": 1, "version": VERSION, "roster": 0})
    elif version > VERSION:
        raise _made_by_newer()


def _made_by_newer() -> ConflictError:
    message = "The control catalogue was made by a newer Playhead than this one."
    return ConflictError("catalogue.newer", message, hint="Install that version or a later one.")
