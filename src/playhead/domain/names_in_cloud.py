"""What a site's workstations are called in the cloud, beside those of other sites."""

import hashlib
from typing import Final

from playhead.base.ids import SiteId, WorkstationId

NAME_CHARS_MAX: Final = 63
"""As `playhead.base.ids` allows names."""

_HASH_CHARS: Final = 16
_SITE_CHARS: Final = 20


def workstation_in_cloud(site: SiteId, workstation: WorkstationId) -> WorkstationId:
    """What a site's workstation is called beside those of the other sites, which have names of their own.

    ``vienna.desk-7``. Where that would be too long, or could mean two, ``at-vienna..desk-7-`` and a hash of both: two
    dots follow a site in no other name.
    """
    plain = f"{site}.{workstation}"
    if len(plain) <= NAME_CHARS_MAX and "." not in str(site):
        return WorkstationId(plain)
    digest = hashlib.sha256(f"{site}/{workstation}".encode()).hexdigest()[:_HASH_CHARS]
    shown = f"{str(site).replace('.', '-')[:_SITE_CHARS]}..{workstation}"
    return WorkstationId(f"{shown[: NAME_CHARS_MAX - _HASH_CHARS - 1]}-{digest}")


def may_be_called_so(site: SiteId, workstation: WorkstationId) -> bool:
    """Whether a workstation of a site may have this name in the cloud.

    Sure for names that are not shortened; two sites whose names begin with the same 20 characters share the others.
    """
    plain, shortened = f"{site}.", f"{str(site).replace('.', '-')[:_SITE_CHARS]}.."
    name = str(workstation)
    if name.startswith(shortened):
        return True
    return "." not in str(site) and name.startswith(plain) and not name.startswith(f"{plain}.")
