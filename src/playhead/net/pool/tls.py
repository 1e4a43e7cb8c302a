"""TLS of the links between premises and cloud: version 1.3, certificates of both sides, one authority (RFC 8446).

ALPN says HTTP/1.1 (RFC 7301), for a link begins as that, and the port may answer other requests, too.
"""

import ssl
from pathlib import Path

from playhead.net.tls import load_certificate

ALPN = "http/1.1"


def accepting_context(certificate: Path, key: Path, authority: bytes) -> ssl.SSLContext:
    """For who accepts: nobody is let in without a certificate of the authority (DER).

    Raises:
        UnavailableError: ``net.tls_files``.
    """
    context = _mutual(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), certificate, key, authority)
    context.num_tickets = 0  # links last for days
    return context


def dialing_context(certificate: Path, key: Path, authority: bytes) -> ssl.SSLContext:
    """For who dials. Host names play no part: the certificate names whom it leads to, and the caller compares that.

    Raises:
        UnavailableError: ``net.tls_files``.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    return _mutual(context, certificate, key, authority)


def _mutual(context: ssl.SSLContext, certificate: Path, key: Path, authority: bytes) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.load_verify_locations(cadata=authority)
    context.set_alpn_protocols([ALPN])
    load_certificate(context, certificate, key)
    return context
