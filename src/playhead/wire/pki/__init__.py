"""Certificates and enrolment codes of a site, as pure functions of keys, serial numbers and the time."""

from playhead.wire.pki.authority import (
    SERIAL_BITS,
    Authority,
    Validity,
    check_request,
    create_authority,
    create_request,
    issue_server,
    issue_workstation,
    read_authority,
    validity_of,
)
from playhead.wire.pki.codes import SECRET_BYTES, EnrolmentCode
from playhead.wire.pki.names import fingerprint, holder_of, require_site, signer_of, workstation_of

__all__ = [
    "SECRET_BYTES",
    "SERIAL_BITS",
    "Authority",
    "EnrolmentCode",
    "Validity",
    "check_request",
    "create_authority",
    "create_request",
    "fingerprint",
    "holder_of",
    "issue_server",
    "issue_workstation",
    "read_authority",
    "require_site",
    "signer_of",
    "validity_of",
    "workstation_of",
]
