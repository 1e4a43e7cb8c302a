"""One's own account, and ways to sign in, as the API says and hears them."""

from typing import Annotated

from pydantic import Field

from playhead.portal.api.shapes import Answer, Input

_User = Annotated[str, Field(max_length=128)]
_Password = Annotated[str, Field(max_length=1024)]
_Code = Annotated[str, Field(max_length=64)]


class OutsideSignIn(Answer):
    """The organisation's own sign-in."""

    name: str = Field(description="What the button says.")
    url: str = Field(description="Where it begins; takes `next`, a path of this site.")


class SignInWays(Answer):
    """How people sign in here."""

    oidc: OutsideSignIn | None
    passwords: bool = Field(description="Whether a name and a password are taken.")
    min_length: int = Field(description="Characters of a new password.")


class Renewal(Input):
    """Another password, on the strength of the one it replaces."""

    user: _User
    old: _Password
    new: _Password
    code: _Code | None = Field(default=None, description="Of the second factor, or a recovery code.")


class AccountItem(Answer):
    """How the caller signs in."""

    totp: bool = Field(description="A code is asked for beside the password.")
    recovery_left: int | None = Field(description="Recovery codes that were not used yet; null without second factor.")
    oidc: bool = Field(description="Signs in with the organisation's own sign-in.")
    password: bool = Field(description="Has a password here.")


class PasswordChange(Input):
    """Another password for oneself."""

    old: _Password
    new: _Password


class TotpOffer(Answer):
    """A new secret for an authenticator. It holds once it is confirmed, within ten minutes."""

    secret: str = Field(description="Base32, for typing.")
    uri: str = Field(description="For an authenticator on the same device (`otpauth:`).")
    qr: str = Field(description="The same as a QR code: SVG as text.")


class TotpConfirmation(Input):
    """A code of the offered secret."""

    code: _Code


class RecoveryCodes(Answer):
    """Each is taken once, in place of a code. They are told only here."""

    recovery: list[str]


class PasswordProof(Input):
    """One's password, typed again."""

    password: _Password
