"""What waits to be told to other programs. Pure.

Recordings do not depend on it, so nothing here is worse than a warning.
"""

from playhead.environment.doctor.codes import finding
from playhead.environment.doctor.findings import Finding

_SUBJECT = "events for other programs"


def look_at_outbox(*, events: int, waited_s: int, patience_s: int, kept: str) -> Finding:
    """What was not delivered yet.

    Args:
        events: how many wait.
        waited_s: how long the oldest of them has.
        patience_s: how long is no concern.
        kept: how long one may wait, in words.
    """
    text = f"{events} wait, the oldest for {waited_s} s." if events else "None waits."
    code = "messaging.behind" if waited_s > patience_s else "messaging.current"
    return finding(code, _SUBJECT, text, events=events, waited_s=waited_s, kept=kept)
