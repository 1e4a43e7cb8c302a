"""Column types that keep identifiers typed all the way into a row."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Dialect, String, Uuid
from sqlalchemy.types import TypeDecorator

from playhead.base.ids import GroupId, RecordingId, RoleId, SegmentId, SiteId, TenantId, UserId, WorkstationId

NAME_CHARACTERS_MAX = 63
"""What `playhead.base.ids` allows a name to have."""

Unique = TypeVar("Unique", RecordingId, SegmentId)
Name = TypeVar("Name", WorkstationId, UserId, GroupId, RoleId, SiteId, TenantId)


class UniqueIdType(TypeDecorator[Unique]):
    """A UUID: 32 hexadecimal digits in SQLite, ``uuid`` in PostgreSQL; both sort as the identifiers do."""

    impl = Uuid
    cache_ok = True

    def __init__(self, kind: type[Unique]) -> None:
        super().__init__(as_uuid=True)
        self.kind = kind

    def process_bind_param(self, value: Unique | None, dialect: Dialect) -> UUID | None:
        """The bare UUID."""
        del dialect
        return None if value is None else value.value

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Unique | None:  # noqa: ANN401 # as SQLAlchemy has it
        """The typed identifier."""
        del dialect
        return None if value is None else self.kind(value)


class NameIdType(TypeDecorator[Name]):
    """A name that people chose."""

    impl = String
    cache_ok = True

    def __init__(self, kind: type[Name]) -> None:
        super().__init__(NAME_CHARACTERS_MAX)
        self.kind = kind

    def process_bind_param(self, value: Name | None, dialect: Dialect) -> str | None:
        """The bare text."""
        del dialect
        return None if value is None else value.value

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Name | None:  # noqa: ANN401 # as SQLAlchemy has it
        """The typed name."""
        del dialect
        return None if value is None else self.kind(value)
