"""Signing in elsewhere: OpenID Connect Core 1.0 by authorization code with PKCE (RFC 7636), state and nonce.

What is under way is kept in memory, bound to the browser by a cookie: a restart of the server costs a second try.
"""

import asyncio
import hashlib
import hmac
import secrets
import ssl
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError, RefusedError, UnavailableError
from playhead.portal.oidc_config import OidcConfig
from playhead.portal.oidc_http import BoundedTransport
from playhead.portal.oidc_rules import Outsider, local_path, outsider_of

UNDER_WAY_MAX: Final = 1_000
"""Sign-ins under way; past it the oldest is forgotten."""

WITHIN_US: Final = 600_000_000
"""From leaving for the provider to coming back."""

METADATA_US: Final = 3_600_000_000
"""How long the provider's description and keys are kept."""

AGAIN_US: Final = 5_000_000
"""How long a provider that could not be asked is not asked again: or requests would queue for one that is away."""

KEYS_AGAIN_US: Final = 30_000_000
"""How often at most its keys are asked for again because of one that is not known."""

TIMEOUT_S: Final = 10.0
LEEWAY_S: Final = 30
"""For clocks that differ."""

VERIFIER_BYTES: Final = 48

ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures that only the provider can make; never ``none`` or one by a shared secret (RFC 8725 §3.1)."""

_ENDPOINTS: Final = {"authorization_endpoint", "token_endpoint", "jwks_uri"}

_UNKNOWN_KEY: Final = "The provider signs with a key that it does not publish."


@dataclass(frozen=True, slots=True)
class _UnderWay:
    cookie_hash: bytes
    nonce: str
    verifier: str
    redirect_uri: str
    next: str
    begun_at_us: int


@dataclass(frozen=True, slots=True)
class _Provider:
    """What it says of itself (OpenID Connect Discovery 1.0 §3)."""

    metadata: Mapping[str, Any]
    keys: KeySet
    fetched_at_us: int


@dataclass(frozen=True, slots=True)
class Leaving:
    """Where a browser is sent, and the cookie that it comes back with."""

    url: str
    cookie: str


class Oidc:
    """One provider.

    Args:
        config: its address, and how its claims are read.
        secret: of the client; empty for a public one.
        clock: tells the time.
    """

    def __init__(self, config: OidcConfig, secret: str, clock: Clock) -> None:
        self.config = config
        self.name = config.name
        self._secret = secret
        self._clock = clock
        self._tls = ssl.create_default_context()
        self._under_way: OrderedDict[str, _UnderWay] = OrderedDict()
        self._provider: _Provider | None = None
        self._away: tuple[PlayheadError, int] | None = None
        self._turn = asyncio.Lock()

    @classmethod
    def of(cls, config: OidcConfig, clock: Clock) -> "Oidc | None":
        """The provider of a configuration, or None where it names none. Blocks.

        Raises:
            UnavailableError: ``oidc.secret``.
        """
        if not config.issuer:
            return None
        secret = ""
        if config.client_secret_file is not None:
            try:
                secret = config.client_secret_file.read_text().strip()
            except (OSError, UnicodeDecodeError) as error:
                message = f"The client's secret cannot be read from {config.client_secret_file}."
                raise UnavailableError("oidc.secret", message, hint="See client_secret_file in [oidc].") from error
        return cls(config, secret, clock)

    async def leave(self, redirect_uri: str, next_path: str) -> Leaving:
        """Begin a sign-in.

        Args:
            redirect_uri: where the provider sends the browser back to; registered with it.
            next_path: where the person goes on afterwards.

        Raises:
            UnavailableError: ``oidc.unavailable``.
        """
        provider = await self._described()
        state, nonce, cookie = (secrets.token_urlsafe(32) for _ in range(3))
        verifier = secrets.token_urlsafe(VERIFIER_BYTES)
        address = str(provider.metadata["authorization_endpoint"])
        async with self._client(redirect_uri) as client:
            url, _ = client.create_authorization_url(address, state=state, nonce=nonce, code_verifier=verifier)
        now_us = self._clock.monotonic_us()
        self._under_way[state] = _UnderWay(_hash(cookie), nonce, verifier, redirect_uri, local_path(next_path), now_us)
        while len(self._under_way) > UNDER_WAY_MAX:
            self._under_way.popitem(last=False)
        return Leaving(url, cookie)

    async def come_back(self, query: Mapping[str, str], cookie: str) -> tuple[Outsider, str]:
        """End a sign-in: who it is, and where they go on.

        Args:
            query: what the provider sent the browser back with (RFC 6749 §4.1.2).
            cookie: of the browser.

        Raises:
            RefusedError: ``oidc.state``, ``oidc.refused``, ``oidc.token``, ``oidc.subject``.
            UnavailableError: ``oidc.unavailable``.
        """
        begun = self._under_way.pop(query.get("state", ""), None)
        late = begun is None or self._clock.monotonic_us() - begun.begun_at_us > WITHIN_US
        if begun is None or late or not hmac.compare_digest(begun.cookie_hash, _hash(cookie)):
            raise RefusedError("oidc.state", "This sign-in was not begun here, or too long ago.", hint="Begin again.")
        provider = await self._described()
        # Mixed-up providers (RFC 9207 §2.4).
        tells = provider.metadata.get("authorization_response_iss_parameter_supported") is True
        if query.get("iss", "" if tells else self.config.issuer) != self.config.issuer:
            raise RefusedError("oidc.refused", "The answer is another provider's.")
        if "error" in query or "code" not in query:
            raise RefusedError("oidc.refused", "The provider did not let you in.", hint="Ask who runs it.")
        token = await self._redeemed(provider, query["code"], begun)
        claims = await self._verified(provider, token, begun.nonce)
        claims = await self._completed(provider, token, claims)
        return outsider_of(self.config, claims), begun.next

    async def _described(self) -> _Provider:
        async with self._turn:
            known, now_us = self._provider, self._clock.monotonic_us()
            if known is not None and now_us - known.fetched_at_us <= METADATA_US:
                return known
            if self._away is not None and now_us - self._away[1] < AGAIN_US:
                raise self._away[0]
            try:
                self._provider = known = await self._fetched(now_us)
            except PlayheadError as error:
                self._away = error, self._clock.monotonic_us()
                raise
            self._away = None
            return known

    async def _fetched(self, now_us: int) -> _Provider:
        address = f"{self.config.issuer.rstrip('/')}/.well-known/openid-configuration"
        async with self._http() as client:
            metadata = await _json_of(client, address)
            if missing := _ENDPOINTS - metadata.keys():
                raise UnavailableError("oidc.unavailable", f"The provider has no {', '.join(sorted(missing))}.")
            if metadata.get("issuer") != self.config.issuer:
                hint = "Set issuer in [oidc] exactly as the provider writes it."
                raise UnavailableError("oidc.unavailable", "The provider calls itself otherwise.", hint=hint)
            keys = await self._keys(client, metadata)
        return _Provider(metadata, keys, now_us)

    async def _keys(self, client: httpx2.AsyncClient, metadata: Mapping[str, Any]) -> KeySet:
        try:
            return KeySet.import_key_set(cast("Any", await _json_of(client, str(metadata["jwks_uri"]))))
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise UnavailableError("oidc.unavailable", "The provider's keys cannot be read.") from error

    async def _redeemed(self, provider: _Provider, code: str, begun: _UnderWay) -> Mapping[str, Any]:
        try:
            async with self._client(begun.redirect_uri) as client:
                address = str(provider.metadata["token_endpoint"])
                return await client.fetch_token(
                    address, grant_type="authorization_code", code=code, code_verifier=begun.verifier
                )
        except AuthlibBaseError as error:
            raise RefusedError("oidc.refused", "The provider did not accept the code.") from error
        except (httpx2.HTTPError, ValueError, KeyError) as error:
            raise _unavailable(error) from error

    async def _verified(self, provider: _Provider, token: Mapping[str, Any], nonce: str) -> dict[str, object]:
        """The claims of an ID token (OpenID Connect Core 1.0 §3.1.3.7)."""
        text = token.get("id_token")
        if not isinstance(text, str):
            raise RefusedError("oidc.token", "The provider gave no ID token.", hint="Ask for the scope openid.")
        try:
            try:
                read = jwt.decode(text, provider.keys, algorithms=ALGORITHMS)
            except ValueError:  # no key of that name: the provider may have a new one
                read = jwt.decode(text, await self._newer_keys(provider), algorithms=ALGORITHMS)
            claims: Any = CodeIDToken(
                read.claims,
                cast("Any", read.header),
                options={
                    "iss": {"essential": True, "value": self.config.issuer},
                    "aud": {"essential": True, "value": self.config.client_id},
                },
                params={
                    "nonce": nonce,
                    "client_id": self.config.client_id,
                    "access_token": str(token.get("access_token", "")),
                },
            )
            claims.validate(now=self._clock.wall_us() // 1_000_000, leeway=LEEWAY_S)
        except (JoseError, AuthlibBaseError, ValueError, TypeError, AttributeError) as error:
            raise RefusedError("oidc.token", "The provider's ID token is not valid.") from error
        return {str(name): value for name, value in read.claims.items()}

    async def _newer_keys(self, provider: _Provider) -> KeySet:
        async with self._turn:
            now_us = self._clock.monotonic_us()
            if now_us - provider.fetched_at_us < KEYS_AGAIN_US:
                raise RefusedError("oidc.token", _UNKNOWN_KEY)
            async with self._http() as client:
                keys = await self._keys(client, provider.metadata)
            self._provider = _Provider(provider.metadata, keys, now_us)
            return keys

    async def _completed(
        self, provider: _Provider, token: Mapping[str, Any], claims: dict[str, object]
    ) -> dict[str, object]:
        """With what only the UserInfo endpoint tells (OpenID Connect Core 1.0 §5.3)."""
        wanted = {self.config.user_claim, self.config.name_claim}
        if self.config.roles:
            wanted.add(self.config.groups_claim)
        address = provider.metadata.get("userinfo_endpoint")
        if wanted <= claims.keys() or not isinstance(address, str):
            return claims
        headers = {"authorization": f"Bearer {token.get('access_token', '')}"}
        async with self._http() as client:
            more = await _json_of(client, address, headers)
        if more.get("sub") != claims.get("sub"):
            raise RefusedError("oidc.token", "The provider tells of somebody else.")
        return {**more, **claims}

    def _client(self, redirect_uri: str) -> Any:  # noqa: ANN401 - authlib has no types
        return AsyncOAuth2Client(
            self.config.client_id,
            self._secret or None,
            token_endpoint_auth_method="client_secret_basic" if self._secret else "none",
            scope=" ".join(self.config.scopes),
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            transport=BoundedTransport(self._tls),
            timeout=TIMEOUT_S,
        )

    def _http(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=BoundedTransport(self._tls), timeout=TIMEOUT_S)


async def _json_of(
    client: httpx2.AsyncClient, address: str, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    try:
        answer = await client.get(address, headers=dict(headers or {}))
        answer.raise_for_status()
        found = answer.json()
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise _unavailable(error) from error
    if not isinstance(found, dict):
        raise UnavailableError("oidc.unavailable", "The provider answers something else than was asked for.")
    return cast("dict[str, Any]", found)


def _unavailable(error: Exception) -> PlayheadError:
    return UnavailableError(
        "oidc.unavailable", f"The provider cannot be asked ({type(error).__name__}).", hint="Try again in a moment."
    )


def _hash(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode("utf-8", "surrogatepass")).digest()
