"""Decisions about people who signed in elsewhere: pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

from playhead.base.errors import InvalidInputError, RefusedError
from playhead.base.ids import RoleId, UserId
from playhead.portal.oidc_config import OidcConfig

NAME_CHARS_MAX: Final = 64
GROUPS_MAX: Final = 1_000
"""Groups of one person that are looked at."""

SUBJECT_CHARS_MAX: Final = 255
"""OpenID Connect Core 1.0 §2."""

NEXT_CHARS_MAX: Final = 1_000


@dataclass(frozen=True, slots=True)
class Outsider:
    """Somebody, as the provider says."""

    issuer: str
    subject: str
    user: UserId | None
    """Who they would be here; None where no claim says it."""
    name: str
    roles: tuple[RoleId, ...] | None
    """None where roles are given here."""


def outsider_of(config: OidcConfig, claims: Mapping[str, object]) -> Outsider:
    """Read verified claims.

    Raises:
        RefusedError: ``oidc.subject``.
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_CHARS_MAX:
        raise RefusedError("oidc.subject", "The provider does not say who this is.")
    name = _text(claims, config.name_claim).strip()[:NAME_CHARS_MAX]
    user = _user(config, claims)
    return Outsider(config.issuer, subject, user, name or str(user or ""), _roles(config, claims))


def _user(config: OidcConfig, claims: Mapping[str, object]) -> UserId | None:
    if config.user_claim == "email" and claims.get("email_verified") is not True:
        return None
    login = _text(claims, config.user_claim).strip().lower()
    if config.user_domain:
        login, _, domain = login.rpartition("@")
        # Guests of other domains must not be taken for ours of the same name.
        if domain != config.user_domain.lower():
            return None
    try:
        return UserId(login)
    except InvalidInputError:
        return None


def _roles(config: OidcConfig, claims: Mapping[str, object]) -> tuple[RoleId, ...] | None:
    mapping = config.mapping
    if not mapping:
        return None
    given = claims.get(config.groups_claim)
    groups = cast("list[object]", given)[:GROUPS_MAX] if isinstance(given, list) else [given]
    found: dict[RoleId, None] = {}
    for group in groups:
        if isinstance(group, str):
            found.update(dict.fromkeys(mapping.get(group, ())))
    return tuple(found)


def _text(claims: Mapping[str, object], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def local_path(text: str) -> str:
    """Where somebody goes on after signing in: only to a path of this site, whatever was asked for."""
    is_path = text.startswith("/") and not text.startswith("//") and len(text) <= NEXT_CHARS_MAX
    is_plain = text.isascii() and text.isprintable() and "\\" not in text and " " not in text
    return text if is_path and is_plain else "/"
