"""Port 943 as a player of old sees it, and whether what is granted there is too much.

Recordings do not depend on it, so nothing here is worse than a warning.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from playhead.environment.doctor.checks.reaching import Outcome, reach
from playhead.environment.doctor.checks.target import Target
from playhead.environment.doctor.codes import finding
from playhead.environment.doctor.findings import Finding, Severity
from playhead.wire.policy import REQUEST, TERMINATOR

ANSWER_S: Final = 2.0
ANSWER_BYTES_MAX: Final = 64 * 1024
"""Ours has less than 16 KiB."""

NAMED_MAX: Final = 3
"""Origins that a finding names; the others it counts."""

_SUBJECT: Final = "cross-domain policy"


async def look_at_policy(target: Target) -> Sequence[Finding]:
    """Ask for the policy."""
    return [one.at_most(Severity.WARNING) for one in await _look(target)]


async def _look(target: Target) -> Sequence[Finding]:
    reached = await reach(target.numeric)
    reached.close()
    if reached.outcome is not Outcome.OPEN:
        return target.unreached(reached)
    try:
        async with asyncio.timeout(ANSWER_S):
            answer = await _ask(target)
    except TimeoutError:
        return [target.find("port.silent", f"It does not answer within {ANSWER_S:g} s.")]
    except OSError as error:
        return [target.find("port.silent", f"The connection breaks: {error.strerror or type(error).__name__}.")]
    if b"<cross-domain-policy>" not in answer or not answer.endswith(TERMINATOR):
        return [target.find("port.foreign", "What it answers is no policy.", said="")]
    return [target.find("port.reached", "It answers with the policy.")]


async def _ask(target: Target) -> bytes:
    reader, writer = await asyncio.open_connection(target.address, target.port)
    try:
        writer.write(REQUEST + TERMINATOR)
        answer = bytearray()
        while len(answer) < ANSWER_BYTES_MAX and (data := await reader.read(4096)):
            answer += data
        return bytes(answer)
    finally:
        writer.transport.abort()


def look_at_grants(origins: Sequence[str], wide: Sequence[str]) -> Finding:
    """What the policy grants to whom.

    Args:
        origins: as they are configured.
        wide: those that stand for more than one host.
    """
    if wide:
        return finding(
            "policy.wide", _SUBJECT, f"Programs of any host of {_named(wide)} may connect.", origins=_named(wide)
        )
    if not origins:
        return finding("policy.empty", _SUBJECT, "It is on, and names nobody.")
    return finding("policy.narrow", _SUBJECT, f"Programs of {_named(origins)} may connect, and no others.")


def _named(origins: Sequence[str]) -> str:
    more = f" and {len(origins) - NAMED_MAX} more" if len(origins) > NAMED_MAX else ""
    return ", ".join(origins[:NAMED_MAX]) + more
