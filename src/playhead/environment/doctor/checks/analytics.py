"""Port 5634 as a workstation sees it that tells of its desktop: connection, and TLS of our authority.

Recordings do not depend on it, so nothing here is worse than a warning.
"""

from collections.abc import Sequence

from playhead.environment.doctor.checks.screen import Trust
from playhead.environment.doctor.checks.secured import look_at_tls
from playhead.environment.doctor.checks.target import Target
from playhead.environment.doctor.findings import Finding, Severity


async def look_at_analytics(target: Target, trust: Trust) -> Sequence[Finding]:
    """Go there as a workstation would, and tell nothing.

    Args:
        target: the port.
        trust: whom it must be of.
    """
    found = await look_at_tls(target, trust) or [target.find("port.reached", "It answers TLS as this site's server.")]
    return [one.at_most(Severity.WARNING) for one in found]
