"""How much may be sent when, and what is said of why the link is down."""

from zoneinfo import ZoneInfo

import pytest

from playhead.base.errors import RefusedError, UnavailableError
from playhead.base.instants import from_rfc3339
from playhead.domain.link import LinkState
from playhead.premises.link.config import LinkConfig
from playhead.premises.link.rules import DOWN_US, check_clock, explain, problem_of, rate_of
from playhead.wire.pki import Validity

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = ("mon-sun 00:00-05:00", "mon-sun 22:00-24:00")


@pytest.mark.parametrize(
    ("at", "kbit_s"),
    [
        ("2026-11-23T20:59:59Z", 2_000),  # 21:59:59 in Berlin
        ("2026-11-23T21:00:00Z", 10_000),
        ("2026-11-24T03:59:59Z", 10_000),
        ("2026-11-24T04:00:00Z", 2_000),
    ],
)
def test_the_night_has_an_allowance_of_its_own(at, kbit_s):
    config = LinkConfig(cap_kbit_s=2_000, night_cap_kbit_s=10_000, night=NIGHT)
    assert rate_of(config, from_rfc3339(at), BERLIN) == kbit_s * 125


def test_without_a_cap_the_line_decides():
    assert rate_of(LinkConfig(), 0, BERLIN) is None
    assert rate_of(LinkConfig(cap_kbit_s=64), 0, BERLIN) == 8_000


@pytest.mark.parametrize(
    "options",
    [{"night_cap_kbit_s": 100}, {"proxy_user": "x"}, {"night": ("22:00-05:00",)}],
)
def test_what_does_not_go_together_is_refused(options):
    with pytest.raises(ValueError, match=r"cap_kbit_s|proxy|hours"):
        LinkConfig(**options)


def test_a_clock_that_is_wrong_is_named_as_that():
    validity = Validity(1_000, 2_000)
    check_clock(validity, 1_000)
    check_clock(validity, 2_000)
    with pytest.raises(UnavailableError) as early:
        check_clock(validity, 999)
    with pytest.raises(RefusedError) as late:
        check_clock(validity, 2_001)
    assert (early.value.code, late.value.code) == ("link.clock", "link.expired")
    assert "NTP" in early.value.hint


def test_codes_of_the_protocol_are_told_in_words():
    told = explain(UnavailableError("site.revoked", "The link ended: site.revoked."))
    assert (told.code, "shut this site out" in told.message) == ("site.revoked", True)
    other = UnavailableError("pool.silent", "The link ended: pool.silent.")
    assert explain(other) is other


def test_only_what_is_down_for_a_while_is_a_problem():
    down = LinkState(joined=True, up=False, since_us=1_000, message="Nobody answers.")
    assert problem_of(LinkState(joined=False), 10**12) is None
    assert problem_of(LinkState(joined=True, up=True, since_us=0), 10**12) is None
    assert problem_of(down, 999 + DOWN_US) is None
    problem = problem_of(down, 1_000 + DOWN_US)
    assert (problem.code, problem.since_us) == ("link.down", 1_000)
    assert "Nobody answers." in problem.message
