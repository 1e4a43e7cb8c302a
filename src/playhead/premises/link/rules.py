"""Pure decisions about the link: how much it may carry now, and what to say of why it is down."""

from typing import Final
from zoneinfo import ZoneInfo

from playhead.base.errors import PlayheadError, RefusedError, UnavailableError
from playhead.domain.health import Problem
from playhead.domain.link import LinkState
from playhead.premises.coverage.hours import Hours
from playhead.premises.link.config import LinkConfig
from playhead.wire.pki import Validity

BYTES_PER_KBIT: Final = 125
DOWN_US: Final = 30_000_000
"""A link that is down for less is none of anybody's business."""

_SAID: Final = {
    "site.revoked": (
        "The cloud has shut this site out.",
        "If that is a mistake, ask its administrator for a code and run: playhead premises join CODE",
    ),
    "site.unknown": (
        "The cloud does not know this site.",
        "Ask its administrator for a code and run: playhead premises join CODE",
    ),
    "site.enrolled_anew": (
        "The cloud knows this site by another certificate: it was enrolled again.",
        "Two servers must not share one enrolment. Ask for a code of its own for this one.",
    ),
    "site.expired": (
        "The site's certificate has ended, by the cloud's clock.",
        "If that clock is right, ask its administrator for a code and run: playhead premises join CODE",
    ),
    "site.not_yet": (
        "The site's certificate is from a later time, by the cloud's clock, which is behind.",
        "Have the clocks of the cloud's machines set, and kept by NTP.",
    ),
    "cloud.stopping": ("The cloud's process stops, for example for an update.", "Nothing: the link comes back."),
    "pool.refused": (
        "Something on the way does not let the link begin (an Upgrade of HTTP).",
        "Have the proxy pass port 2010 by CONNECT, or without looking into it.",
    ),
    "pool.http": (
        "Something on the way answers in the cloud's place.",
        "Have the proxy pass port 2010 by CONNECT, or without looking into it.",
    ),
    "net.untrusted_server": (
        "Who answers at the cloud's address is not the cloud that this site joined.",
        "Is the address right, does a proxy open TLS on the way, and is this machine's clock right?",
    ),
}

_PLAIN: Final = (
    "The other end closed the connection without a word.",
    "Does the cloud allow plain HTTP (`links.plain`)? Otherwise leave `cloud.transport` at tls.",
)


def rate_of(config: LinkConfig, now_us: int, zone: ZoneInfo) -> float | None:
    """Bytes a second that the site may send now; None for as many as the line carries."""
    kbit_s = config.cap_kbit_s
    if config.night_cap_kbit_s is not None and Hours.parse(config.night).between(now_us, now_us + 1, zone):
        kbit_s = config.night_cap_kbit_s
    return None if kbit_s is None else float(kbit_s * BYTES_PER_KBIT)


def problem_of(state: LinkState, now_us: int) -> Problem | None:
    """That the link is down, where somebody should see to it: it comes back by itself after what is short."""
    if not state.joined or state.up or state.since_us is None or now_us - state.since_us < DOWN_US:
        return None
    why = f" {state.message}" if state.message else ""
    hint = state.hint or "Is the cloud reached from here? `playhead pool status` says more."
    return Problem(
        "link.down",
        f"The link to the cloud is down.{why}",
        f"{hint} Nothing is lost: it is told later.",
        state.since_us,
    )


def check_clock(validity: Validity, now_us: int) -> None:
    """Whether the site's certificate holds by this machine's clock.

    Raises:
        UnavailableError: ``link.clock``: it does not hold yet.
        RefusedError: ``link.expired``.
    """
    if now_us < validity.not_before_us:
        text = "This machine's clock is behind: the site's certificate is from a later time."
        raise UnavailableError("link.clock", text, hint="Set the clock, and keep it by NTP.")
    if now_us > validity.not_after_us:
        hint = "If the clock is right, ask the cloud's administrator for a code and run: playhead premises join CODE"
        raise RefusedError("link.expired", "The site's certificate has ended, by this machine's clock.", hint=hint)


def explain(trouble: PlayheadError, *, plain: bool = False) -> PlayheadError:
    """The same with words for a person, where there are better ones than those of the protocol."""
    said = _PLAIN if plain and trouble.code == "pool.unanswered" else _SAID.get(trouble.code)
    if said is None:
        return trouble
    return type(trouble)(trouble.code, said[0], hint=said[1])
