"""What an operator may set about the organisation's own sign-in."""

from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from msgspec import Meta

from playhead.base.config import Section
from playhead.base.ids import RoleId
from playhead.net.http.hosts import is_loopback

ROLES_MAX: Final = 200


class OidcConfig(Section, frozen=True):
    """``[oidc]``: signing in elsewhere, by OpenID Connect (authorization code with PKCE)."""

    issuer: Annotated[
        str,
        Meta(description="The provider, as its `/.well-known/openid-configuration` says. Empty: there is none."),
    ] = ""
    client_id: Annotated[str, Meta(description="What the provider calls this portal.")] = ""
    client_secret_file: Annotated[
        Path | None,
        Meta(description="File with the secret of the client, readable by the server alone. None for a public client."),
    ] = None
    name: Annotated[str, Meta(min_length=1, max_length=40, description="What the button says.")] = "Single sign-on"
    scopes: Annotated[tuple[str, ...], Meta(description="What the provider is asked for.")] = (
        "openid",
        "profile",
        "email",
    )
    user_claim: Annotated[
        str,
        Meta(
            description=(
                "Claim that names the user here, the first time; from then on the provider's `sub` does. With `email`, "
                "only a verified one is taken."
            )
        ),
    ] = "preferred_username"
    user_domain: Annotated[
        str,
        Meta(
            description=(
                "Where that claim is an address: the domain that it must have, which is left out, such as "
                "`example.org`. Empty: the claim is the user's id as it is, and addresses are refused."
            )
        ),
    ] = ""
    name_claim: Annotated[str, Meta(description="Claim with the name as people write it, for new users.")] = "name"
    groups_claim: Annotated[str, Meta(description="Claim with the names of groups.")] = "groups"
    roles: Annotated[
        tuple[str, ...],
        Meta(
            max_length=ROLES_MAX,
            description=(
                'Which groups give which roles, such as `["Call centre leads = supervisor", "IT = administrator"]`. '
                "Where set, roles follow the groups at every sign-in, and without any of them nobody gets in. Empty: "
                "roles are given here."
            ),
        ),
    ] = ()
    create_users: Annotated[
        bool, Meta(description="Whether somebody who is no user yet becomes one. Otherwise they are refused.")
    ] = False

    def __post_init__(self) -> None:
        """Bounds that concern several fields."""
        if bool(self.issuer) != bool(self.client_id):
            raise ValueError("Set issuer and client_id together, or neither.")
        address = urlsplit(self.issuer)
        is_safe = address.scheme == "https" or (address.scheme == "http" and is_loopback(address.hostname or ""))
        if self.issuer and not (is_safe and address.hostname):
            raise ValueError("issuer must be an https address.")
        for text in self.roles:
            read_mapping(text)

    @property
    def mapping(self) -> dict[str, tuple[RoleId, ...]]:
        """Roles by group."""
        found: dict[str, tuple[RoleId, ...]] = {}
        for text in self.roles:
            group, role = read_mapping(text)
            found[group] = (*found.get(group, ()), role)
        return found


def read_mapping(text: str) -> tuple[str, RoleId]:
    """``group = role``.

    Raises:
        ValueError: it is not that.
        InvalidInputError: ``id.malformed``.
    """
    group, equals, role = text.rpartition("=")
    if not equals or not group.strip() or not role.strip():
        raise ValueError(f"{text[:80]!r} is not of the form 'group = role'.")
    return group.strip(), RoleId(role.strip())
