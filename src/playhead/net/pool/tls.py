"""TLS of the links between premises and cloud: version 1.3, certificates of both sides, one authority (RFC 8446).

ALPN says HTTP/1.1 (RFC 7301), for a link begins as that, and the port may answer other requests, too.
"""

import ssl
from pathlib import Path

from playhead.net.tls import load_certificate

ALPN = "http/1.1"

_NO_CHECK_TIME = ssl.VerifyFlags(0x200000)
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL, which Python has no name for."""


def accepting_context(
    certificate: Path, key: Path, authority: bytes, *, strangers: bool = False, judged_later: bool = False
) -> ssl.SSLContext:
    """For who accepts: nobody is let in without a certificate of the authority (DER).

    With ``strangers``, who shows none at all is let in, too, and is told from others by that (`Caller.stranger`).
    With ``judged_later`` it need not hold now: whoever identifies callers looks, and can say so. A handshake that fails
    says nothing to the other end.

    Raises:
        UnavailableError: ``net.tls_files``.
    """
    context = _mutual(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), authority)
    load_certificate(context, certificate, key)
    if strangers:
        context.verify_mode = ssl.CERT_OPTIONAL
    if judged_later:
        context.verify_flags |= _NO_CHECK_TIME
    context.num_tickets = 0  # links last for days
    return context


def dialing_context(certificate: Path, key: Path, authority: bytes) -> ssl.SSLContext:
    """For who dials. Host names play no part: the authority lets nobody but its own accept.

    Raises:
        UnavailableError: ``net.tls_files``.
    """
    context = stranger_context(authority)
    load_certificate(context, certificate, key)
    return context


def stranger_context(authority: bytes | None) -> ssl.SSLContext:
    """For who dials and has no certificate yet. Without ``authority`` it trusts anyone: nothing secret may be said."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context if authority is None else _mutual(context, authority)


def _mutual(context: ssl.SSLContext, authority: bytes) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.load_verify_locations(cadata=authority)
    context.set_alpn_protocols([ALPN])
    return context
