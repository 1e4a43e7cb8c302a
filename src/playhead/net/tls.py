"""TLS of the links between workstations and premises (TLS 1.2 and 1.3; RFC 8446, RFC 5246).

A server asks for a client certificate and lets in whoever shows none: such a stranger may only enrol, as the state
machine of the protocol sees to. A certificate that the site's authority has not signed ends the handshake.
Host names play no part in trust: `playhead.wire.pki.require_site` checks after the handshake whose server it is.
"""

import ssl
from pathlib import Path

from playhead.base.errors import UnavailableError

ALPN = "playhead-screen"
"""Application protocol (RFC 7301): no server of another protocol with the same keys is mistaken for this one."""

_CIPHERS_TLS12 = "ECDHE+AESGCM:ECDHE+CHACHA20"


def server_context(certificate: Path, key: Path, authority: bytes, *, alpn: str = ALPN) -> ssl.SSLContext:
    """For a premises server.

    Args:
        certificate: the server's certificate, a PEM file.
        key: its private key, PEM.
        authority: the site's authority, DER: whose client certificates are believed.
        alpn: the protocol's name; empty for one that has none, such as syslog.

    Raises:
        UnavailableError: ``net.tls_files`` where the files cannot be used.
    """
    context = _hardened(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), alpn)
    context.verify_mode = ssl.CERT_OPTIONAL
    context.load_verify_locations(cadata=authority)
    context.num_tickets = 0  # no resumption: connections last for hours, and tickets would be kept for each
    load_certificate(context, certificate, key)
    return context


def anonymous_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """For a server whose clients have no certificates and show who they are otherwise, such as native players.

    Arguments and errors are `server_context`'s.
    """
    context = _hardened(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), alpn="")
    context.num_tickets = 0
    load_certificate(context, certificate, key)
    return context


def load_certificate(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    """Show this certificate from the next handshake on.

    Raises:
        UnavailableError: ``net.tls_files``.
    """
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        text = f"The certificate {certificate} and the key {key} cannot be used: {error.strerror or error}."
        raise UnavailableError("net.tls_files", text) from error


def client_context(
    authority: bytes, certificate: Path | None = None, key: Path | None = None, *, alpn: str = ALPN
) -> ssl.SSLContext:
    """For a workstation: trusts nothing but servers of the site's authority (DER); shows its own certificate, if any.

    ``alpn`` is as `server_context`'s.

    Raises:
        UnavailableError: ``net.tls_files``.
    """
    context = _hardened(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), alpn)
    context.check_hostname = False  # the certificate names the site; the caller compares that
    context.load_verify_locations(cadata=authority)
    if certificate is not None and key is not None:
        load_certificate(context, certificate, key)
    return context


def inquiry_context() -> ssl.SSLContext:
    """For one question only: which authority a server claims. Trusts anyone, so nothing secret may be sent over it."""
    context = _hardened(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ALPN)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _hardened(context: ssl.SSLContext, alpn: str) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS_TLS12)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_TICKET
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    if alpn:
        context.set_alpn_protocols([alpn])
    return context
