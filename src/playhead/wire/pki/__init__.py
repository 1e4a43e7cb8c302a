"""Certificates and enrolment codes of a site or a cloud, as pure functions of keys, serial numbers and the time."""

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
from playhead.wire.pki.cloud import (
    CloudAuthority,
    create_cloud_authority,
    issue_cloud,
    issue_site,
    read_cloud_authority,
)
from playhead.wire.pki.codes import SECRET_BYTES, EnrolmentCode
from playhead.wire.pki.names import Holder, fingerprint, holder_of, key_of, require_site, signer_of, workstation_of

__all__ = [
    "SECRET_BYTES",
    "SERIAL_BITS",
    "Authority",
    "CloudAuthority",
    "EnrolmentCode",
    "Holder",
    "Validity",
    "check_request",
    "create_authority",
    "create_cloud_authority",
    "create_request",
    "fingerprint",
    "holder_of",
    "issue_cloud",
    "issue_server",
    "issue_site",
    "issue_workstation",
    "key_of",
    "read_authority",
    "read_cloud_authority",
    "require_site",
    "signer_of",
    "validity_of",
    "workstation_of",
]
