"""A port of the site's server on which TLS of its authority is spoken from the first byte."""

from collections.abc import Sequence

from playhead.environment.doctor.checks.reaching import Failure, hear, reach, shake
from playhead.environment.doctor.checks.screen import Trust, judge_holder
from playhead.environment.doctor.checks.target import Target
from playhead.environment.doctor.findings import Finding
from playhead.net.tls import inquiry_context


async def look_at_tls(target: Target, trust: Trust) -> Sequence[Finding]:
    """What is wrong there, up to who answers; nothing where all is well.

    Args:
        target: the port.
        trust: whom it must be of.
    """
    reached = await reach(target.numeric)
    if reached.connection is None:
        return target.unreached(reached)
    shaken = await shake(reached.connection, inquiry_context())
    if shaken.failure is Failure.SILENT:
        return [target.find("port.silent", f"It takes the connection, and does not answer TLS ({shaken.reason}).")]
    if shaken.failure is not None:
        said = await hear(target.numeric)
        if said:
            return [target.find("port.foreign", f"It speaks no TLS, and says {said!r}.", said=said)]
        return [target.find("tls.failed", f"The TLS handshake fails: {shaken.reason}.")]
    wrong = judge_holder(target, shaken.certificate, trust) if trust.authority else None
    return [wrong] if wrong else []
