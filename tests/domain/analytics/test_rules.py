import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import InvalidInputError, LimitError, PlayheadError
from playhead.domain.analytics import rules
from playhead.domain.analytics.rules import Act, Action, Condition, Facts, Scene, parsed

CARD = """
[[rule]]
name = "card form"
when = { application = ["*firefox*", "*chrom*"], title = "*Card payment*", for = "1s" }
unless = { title = "*test shop*" }
then = [{ blackout = "start", lasts = "2m" }, { tag = "card" }, { field = "topic", value = "payment" }]
otherwise = [{ mark = "paid" }]

# another
[[rule]]
name = "long idle"
when = { idle = "> 2m" }
then = { alarm = "Nobody is here." }
"""


def test_a_text_becomes_rules():
    card, idle = parsed(CARD)
    assert card.when == Condition(
        (("application", ("*firefox*", "*chrom*")), ("title", ("*Card payment*",))), for_us=1_000_000
    )
    assert card.unless == Condition((("title", ("*test shop*",)),))
    assert card.then == (
        Action(Act.BLACKOUT, "start", 120_000_000),
        Action(Act.TAG, "card"),
        Action(Act.FIELD, "topic=payment"),
    )
    assert card.otherwise == (Action(Act.MARK, "paid"),)
    assert card.where == "shown"
    assert idle.where == "front"
    assert idle.when.idle_above_us == 120_000_000
    assert idle.then == (Action(Act.ALARM, "Nobody is here."),)
    assert card.needs("title")
    assert not card.needs("url")


def test_a_rule_within_a_time_after_something_else():
    text = '[[rule]]\nname="r"\nwhen={title="*refund*", within="30s"}\nafter={application="crm"}\nthen={tag="x"}'
    (rule,) = parsed(text)
    assert rule.when.within_us == 30_000_000
    assert rule.after == Condition((("application", ("crm",)),))


HEAD = '[[rule]]\nname = "a"\nwhen = { title = "x" }\nthen = { tag = "t" }\n\n'


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[[rule]]\nname = "b"\nwhen = { tilte = "x" }\nthen = { tag = "t" }', 3, "tilte"),
        ('[[rule]]\nname = "b"\nthen = { tag = "t" }', 1, "says when"),
        ('[[rule]]\nname = "b"\nwhen = { title = "x" }', 1, "does something"),
        ('[[rule]]\nname = "b"\nwhen = { }\nthen = { tag = "t" }', 3, "at least one"),
        ('[[rule]]\nname = "b"\nwhen = { idle = "2m" }\nthen = { tag = "t" }', 3, "> 2m"),
        ('[[rule]]\nname = "b"\nwhen = { idle = "> soon" }\nthen = { tag = "t" }', 3, "duration"),
        ('[[rule]]\nname = "b"\nwhen = { title = "x", for = "25h" }\nthen = { tag = "t" }', 3, "at most 1 d"),
        ('[[rule]]\nname = "b"\nwhen = { title = "x", for = "0s" }\nthen = { tag = "t" }', 3, "more than 0 s"),
        ('[[rule]]\nname = "b"\nwhen = { title = "x", within = "2s" }\nthen = { tag = "t" }', 3, "go together"),
        ('[[rule]]\nname = "b"\nwhen = { title = "x" }\nafter = { title = "y" }\nthen = { tag = "t" }', 4, "together"),
        ('[[rule]]\nname = "b"\nwhen = { title = "x" }\nthen = [\n  { blackout = "on" },\n]', 5, '"start" or "end"'),
        ('[[rule]]\nname = "b"\nwhen = { title = "x" }\nthen = { tag = "t", mark = "m" }', 4, "an action is one of"),
        ('[[rule]]\nname = "b"\nwhen = { title = "x" }\nthen = { field = "n" }', 4, "a value"),
        ('[[rule]]\nname = "b"\nwhen = { title = "x" }\nthen = { blackout = "end", lasts = "1s" }', 4, "belongs to"),
        ('[[rule]]\nname = "b"\nwhere = "behind"\nwhen = { title = "x" }\nthen = { tag = "t" }', 3, '"front" or'),
        ('[[rule]]\nname = "a"\nwhen = { title = "x" }\nthen = { tag = "t" }', 2, "another rule called"),
        ('[[rule]]\nname = ""\nwhen = { title = "x" }\nthen = { tag = "t" }', 2, "1 to 128"),
        ('[[rule]]\nname = "b"\nwhen = { title = [] }\nthen = { tag = "t" }', 3, "1 to 64 patterns"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text, line, said):
    with pytest.raises(InvalidInputError) as caught:
        parsed(HEAD + text, source="shop.toml")
    assert caught.value.code == "analytics.rule"
    assert f"shop.toml, line {line + 5}:" in caught.value.message
    assert said in caught.value.message


def test_what_is_no_toml_is_said_with_its_line():
    with pytest.raises(InvalidInputError, match="line 2"):
        parsed("[[rule]]\nname = \n")


@pytest.mark.parametrize("text", ["rules = 3", "rule = 3", '[rule]\nname = "a"'])
def test_other_tables_are_refused(text):
    with pytest.raises(InvalidInputError, match=r"\[\[rule\]\]"):
        parsed(text)


def test_no_rules_are_none():
    assert parsed("") == ()


def many(count):
    return "".join(HEAD.replace('"a"', f'"r{number}"') for number in range(count))


def test_as_many_as_there_may_be_and_no_more():
    assert len(parsed(many(rules.RULES_MAX))) == rules.RULES_MAX
    with pytest.raises(LimitError, match="more than 200"):
        parsed(many(rules.RULES_MAX + 1))
    assert parsed("#" * rules.TEXT_BYTES_MAX) == ()
    with pytest.raises(LimitError, match="longer"):
        parsed("#" * (rules.TEXT_BYTES_MAX + 1))


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        (Facts("firefox", "Card payment", url="https://shop/pay"), True),
        (Facts("firefox", "Card payment", url="https://news"), False),
        (Facts("firefox", "Card payment", url=None), None),
        (Facts("xterm", "Card payment", url=None), False),
    ],
)
def test_what_is_not_known_is_neither_so_nor_not(facts, verdict):
    condition = Condition((("application", ("fire*",)), ("url", ("*/pay",))))
    assert condition.fits(Scene(0, facts, (facts,)), "front") is verdict
    assert condition.fits(Scene(0, None, (Facts(), facts)), "shown") is verdict
    assert condition.fits(Scene(0, None, (Facts(), facts)), "front") is False


@given(st.text(max_size=200))
def test_garbage_is_refused_in_our_words(text):
    try:
        parsed("[[rule]]\n" + text)
    except PlayheadError as error:
        assert error.code in {"analytics.rule", "analytics.rules"}  # noqa: PT017 - either, or none at all
