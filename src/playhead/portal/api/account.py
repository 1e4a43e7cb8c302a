"""``/api/account``: one's own password and second factor; ``/api/signin``: how people sign in here."""

from fastapi import APIRouter, Request, Response

from playhead.base.errors import ConflictError, RefusedError
from playhead.portal.api.account_models import (
    AccountItem,
    OutsideSignIn,
    PasswordChange,
    PasswordProof,
    RecoveryCodes,
    SignInWays,
    TotpConfirmation,
    TotpOffer,
)
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.permissions import needs
from playhead.portal.callers import Caller, Changing, Reading
from playhead.portal.parts import parts_of
from playhead.portal.rules import key_hash
from playhead.portal.sessions import SignedIn
from playhead.store.catalogue import outside_identities, sign_ins

router = APIRouter(prefix="/api", tags=["account"], responses=ERRORS)
_SIGNED_IN = needs("signed_in")


@router.get("/signin", operation_id="getSignInWays", openapi_extra=needs("nothing"))
async def get_ways(request: Request) -> SignInWays:
    """How people sign in here."""
    parts = parts_of(request)
    oidc = None if parts.oidc is None else OutsideSignIn(name=parts.oidc.name, url="/oidc/start")
    return SignInWays(oidc=oidc, passwords=parts.sign_in.takes_passwords, min_length=parts.sign_in.passwords.chars_min)


@router.get("/account", operation_id="getAccount", openapi_extra=_SIGNED_IN)
async def get_account(request: Request, caller: Reading) -> AccountItem:
    """How the caller signs in."""
    parts = parts_of(request)
    user = _session_of(caller).who.user
    factors = parts.sign_in.factors
    totp = await factors.holds(user)
    async with parts.catalogue.reading() as connection:
        facts = (await sign_ins.sign_in_facts(connection, [user]))[user]
        oidc = bool(await outside_identities.with_identity(connection, [user]))
    left = await factors.recovery_left(user) if totp else None
    return AccountItem(totp=totp, recovery_left=left, oidc=oidc, password=facts.has_password)


@router.post("/account/password", operation_id="changePassword", status_code=204, openapi_extra=_SIGNED_IN)
async def change_password(request: Request, caller: Changing, wanted: PasswordChange) -> Response:
    """Replace the caller's password. Their sessions in other browsers end."""
    session = _session_of(caller)
    await parts_of(request).sign_in.change_password(
        session.who.user, wanted.old, wanted.new, caller.address, keep=key_hash(session.secret)
    )
    return Response(status_code=204)


@router.post("/account/totp", operation_id="offerTotp", openapi_extra=_SIGNED_IN)
async def offer_totp(request: Request, caller: Changing) -> TotpOffer:
    """Begin to set up a second factor. It holds once a code of it has come back."""
    parts = parts_of(request)
    user = _session_of(caller).who.user
    async with parts.catalogue.reading() as connection:
        facts = (await sign_ins.sign_in_facts(connection, [user]))[user]
    if not facts.has_password:
        hint = "Set up a second factor where you sign in."
        raise ConflictError("totp.no_password", "There is no password here to add a second factor to.", hint=hint)
    offer = await parts.sign_in.factors.offer(user)
    return TotpOffer(secret=offer.secret, uri=offer.uri, qr=offer.qr)


@router.put("/account/totp", operation_id="confirmTotp", openapi_extra=_SIGNED_IN)
async def confirm_totp(request: Request, caller: Changing, wanted: TotpConfirmation) -> RecoveryCodes:
    """Turn the second factor on. The recovery codes are told only here."""
    parts = parts_of(request)
    user = _session_of(caller).who.user
    codes = await parts.sign_in.factors.confirm(user, wanted.code)
    await parts.audit.note(str(user), "totp.on", str(user), caller.address)
    return RecoveryCodes(recovery=codes)


@router.delete("/account/totp", operation_id="turnTotpOff", status_code=204, openapi_extra=_SIGNED_IN)
async def turn_totp_off(request: Request, caller: Changing, proof: PasswordProof) -> Response:
    """Turn the second factor off, on the strength of the password."""
    parts = parts_of(request)
    user = _session_of(caller).who.user
    await parts.sign_in.confirm(user, proof.password, caller.address)
    async with parts.catalogue.writing() as connection:
        await parts.sign_in.factors.turn_off(connection, user)
    await parts.audit.note(str(user), "totp.off", str(user), caller.address)
    return Response(status_code=204)


def _session_of(caller: Caller) -> SignedIn:
    if caller.session is None:
        raise RefusedError("session.none", "A token is not a session.")
    return caller.session
