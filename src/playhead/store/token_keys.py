"""The token keys of a keyring, as `playhead.wire.tokens` takes them."""

from playhead.store.keyring import Keyring
from playhead.wire.tokens import SigningKey, VerifyingKeys


def signing_key(keyring: Keyring) -> SigningKey:
    """What new tokens are signed with."""
    current = keyring.tokens.current
    return SigningKey(current.kid, current.key)


def verifying_keys(keyring: Keyring) -> VerifyingKeys:
    """What tokens that are still valid may have been signed with."""
    tokens = keyring.tokens
    return {one.kid: one.key.public_key() for one in (tokens.current, tokens.previous) if one is not None}
