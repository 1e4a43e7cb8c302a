import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.domain.analytics.events import Kind
from playhead.domain.analytics.presets import PRESETS
from playhead.domain.analytics.privacy import AWAY, CARD, OTHER, Glimpse, Hide, Privacy, Veil, without_cards

KEY = b"0123456789abcdef"
SEEN = Glimpse(Kind.ACTIVE, "Firefox", "Invoice 12 – Firefox", "https://me:pw@shop.example:8443/pay?card=1#x", 2)


def veil(**settings):
    return Veil(Privacy(**settings), KEY)


def test_all_is_told_but_what_may_be_secret_in_an_address():
    assert veil().over(SEEN) == Glimpse(
        Kind.ACTIVE, "Firefox", "Invoice 12 – Firefox", "https://shop.example:8443/pay", 2
    )
    assert veil(urls="site").over(SEEN).url == "https://shop.example:8443"
    assert veil(urls="all").over(SEEN).url == SEEN.url
    assert veil(urls="drop", titles="drop").over(SEEN) == Glimpse(Kind.ACTIVE, "Firefox", monitor=2)


def test_a_hash_tells_equal_from_other_and_no_more():
    hashed = veil(titles="hash", urls="hash")
    told = hashed.over(SEEN)
    assert told.title.startswith("#")
    assert told.title == hashed.over(SEEN).title != hashed.over(msgspec_replaced(title="Invoice 13")).title
    assert "Invoice" not in repr(told)
    assert Veil(Privacy(titles="hash"), b"f" * 16).over(SEEN).title != told.title
    of_site = Privacy(titles="hash", key="ab" * 16)
    assert Veil(of_site, KEY).over(SEEN) == Veil(of_site, b"f" * 16).over(SEEN)
    assert hashed.over(Glimpse(Kind.ACTIVE, "xterm")).title == ""


def msgspec_replaced(**changes):
    return Glimpse(SEEN.kind, SEEN.application, changes["title"], SEEN.url, SEEN.monitor)


def test_only_listed_applications_have_a_name():
    listed = veil(applications=("fire*",))
    assert listed.over(SEEN).application == "Firefox"
    assert listed.over(Glimpse(Kind.IDLE, "Solitaire", "Game 3", "file:///x", 1)) == Glimpse(
        Kind.IDLE, OTHER, monitor=1
    )
    assert veil(applications=()).over(SEEN).application == OTHER


@pytest.mark.parametrize(
    ("how", "told"),
    [("drop", Glimpse(Kind.ACTIVE, "Firefox", monitor=2)), ("away", AWAY)],
)
def test_some_windows_are_hidden(how, told):
    assert veil(hide=(Hide(title="*invoice*", how=how),)).over(SEEN) == told
    assert veil(hide=(Hide(title="*invoice*", application="chrome", how=how),)).over(SEEN).title == SEEN.title


def test_a_hidden_hash_tells_no_more_than_what_is_left_out_anyway():
    told = veil(titles="drop", hide=(Hide(application="*", how="hash"),)).over(SEEN)
    assert told.title == ""
    assert told.url.startswith("#")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Pay 4111 1111 1111 1111 now", f"Pay {CARD} now"),
        ("5500-0000-0000-0004", CARD),
        ("order 4111111111111112", "order 4111111111111112"),
        ("4111111", "4111111"),
    ],
)
def test_card_numbers_never_leave(text, told):
    assert without_cards(text) == told
    assert veil().over(Glimpse(Kind.ACTIVE, "a", text)).title == told


MONDAY_8, SATURDAY_8, FRIDAY_2359 = 8 * 60, 5 * 1440 + 8 * 60, 4 * 1440 + 1439


def test_hours_of_the_week():
    office = veil(hours=("mon-fri 08:00-18:00",))
    assert [office.is_open(at) for at in (MONDAY_8 - 1, MONDAY_8, SATURDAY_8)] == [False, True, False]
    assert not office.is_open(18 * 60)
    night = veil(hours=("fri-sun 22:00-06:00",))
    assert [night.is_open(at) for at in (FRIDAY_2359, 5 * 60, MONDAY_8)] == [True, True, False]
    assert veil().is_open(0)
    assert veil(hours=("sat 00:00-24:00",)).is_open(6 * 1440 - 1)


@pytest.mark.parametrize(
    "hours", ["mon 8-18", "mon 08:00-08:00", "mon 08:61-09:00", "mon 00:00-25:00", "day 08:00-09:00"]
)
def test_hours_that_cannot_be_meant(hours):
    with pytest.raises(ValueError, match="hours are such as"):
        Privacy(hours=(hours,))


def test_what_cannot_be_meant_is_refused():
    with pytest.raises(ValueError, match="has an application"):
        Hide(how="away")
    with pytest.raises(ValueError, match="32 hexadecimal"):
        Privacy(key="abcd")
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"titels": "drop"}', type=Privacy)


@pytest.mark.parametrize("name", PRESETS)
def test_each_preset_survives_its_way_and_says_why(name):
    preset = PRESETS[name]
    assert msgspec.json.decode(msgspec.json.encode(preset.privacy), type=Privacy) == preset.privacy
    assert preset.reason
    Veil(preset.privacy, KEY).over(SEEN)


def test_a_preset_of_a_country_with_councils_names_nothing_unlisted():
    assert Veil(PRESETS["de"].privacy, KEY).over(SEEN) == Glimpse(Kind.ACTIVE, OTHER, monitor=2)


@given(st.text(max_size=3_000), st.text(max_size=3_000), st.sampled_from(["all", "path", "site", "hash", "drop"]))
def test_whatever_is_shown_fits_into_an_event(title, url, urls):
    told = veil(urls=urls).over(Glimpse(Kind.ACTIVE, title, title, url))
    assert len(told.application) <= 128
    assert len(told.title) <= 512
    assert len(told.url) <= 2048
