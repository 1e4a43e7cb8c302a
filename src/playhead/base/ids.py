"""Identifiers are types, never bare strings.

Recordings and segments are named by UUID version 7 (RFC 9562 §5.7): made where they begin, without asking anyone,
unique everywhere, and ordered by the time they were made. Workstations, tenants, sites, users, groups and roles have
names that people chose.
"""

import re
import secrets
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from playhead.base.clock import Clock
from playhead.base.errors import InvalidInputError

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?")

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
"""Short enough for a label of DNS (RFC 1035 §2.3.4) and, with a prefix, for a name in PostgreSQL (63 bytes)."""


def _uuid7(clock: Clock) -> UUID:
    """A UUID version 7: 48 bits of Unix milliseconds, version, 74 random bits, variant (RFC 9562 §5.7)."""
    milliseconds = clock.wall_us() // 1000
    value = (milliseconds & ((1 << 48) - 1)) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def _words(kind: type) -> str:
    """``site id`` of ``SiteId``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.__name__).lower()


@dataclass(frozen=True, slots=True, order=True)
class _UniqueId:
    value: UUID

    @classmethod
    def new(cls, clock: Clock) -> Self:
        """A fresh identifier that sorts after those made earlier."""
        return cls(_uuid7(clock))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the 32 hexadecimal digits, with or without hyphens.

        Raises:
            InvalidInputError: ``id.malformed``.
        """
        try:
            return cls(UUID(text))
        except (ValueError, AttributeError, TypeError):
            message = f"{text[:64]!r} is not a {_words(cls)}: it takes 32 hexadecimal digits."
            raise InvalidInputError("id.malformed", message) from None

    @property
    def bytes(self) -> bytes:
        """The 16 bytes in network order."""
        return self.value.bytes

    def __str__(self) -> str:
        return str(self.value)


class RecordingId(_UniqueId):
    """One recording: captured media of one interaction or period at one workstation."""

    __slots__ = ()


class SegmentId(_UniqueId):
    """One segment: a contiguous stored piece of a recording, one ``.vid`` file."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, order=True)
class _NameId:
    value: str

    def __post_init__(self) -> None:
        if _NAME.fullmatch(self.value) is None:
            message = f"{self.value[:64]!r} is not a {_words(type(self))}."
            hint = "Use 1 to 63 of a-z, 0-9, dot, hyphen and underscore, beginning and ending with a letter or digit."
            raise InvalidInputError("id.malformed", message, hint=hint)

    def __str__(self) -> str:
        return self.value


class WorkstationId(_NameId):
    """An enrolled workstation: the agent's PC and our program on it."""

    __slots__ = ()


class SiteId(_NameId):
    """A customer location with one premises server."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, order=True)
class TenantId:
    """An organisation in the cloud, with one site or several. Nothing of one is visible to another.

    Unlike other names it takes neither dot nor underscore: it is also the label of a host, a folder and a part of the
    name of a schema.
    """

    value: str

    def __post_init__(self) -> None:
        if _LABEL.fullmatch(self.value) is None:
            message = f"{self.value[:64]!r} is not a {_words(type(self))}."
            hint = "Use 1 to 40 of a-z, 0-9 and hyphen, beginning and ending with a letter or digit."
            raise InvalidInputError("id.malformed", message, hint=hint)

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True, order=True)
class TenantSite:
    """A site as the cloud knows it: by its tenant, and its name there."""

    tenant: TenantId
    site: SiteId

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``tenant/site``.

        Raises:
            InvalidInputError: ``id.malformed``.
        """
        tenant, _, site = text.partition("/")
        return cls(TenantId(tenant), SiteId(site))

    def __str__(self) -> str:
        return f"{self.tenant}/{self.site}"


class CloudId(_NameId):
    """A cloud: who issues the certificates of its sites."""

    __slots__ = ()


class UserId(_NameId):
    """A person who signs in to the portal."""

    __slots__ = ()


class GroupId(_NameId):
    """A group of agents and the people who supervise them."""

    __slots__ = ()


class RoleId(_NameId):
    """A named set of what may be done."""

    __slots__ = ()
