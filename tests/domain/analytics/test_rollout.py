import msgspec
import pytest

from playhead.base.errors import InvalidInputError, LimitError
from playhead.domain.analytics.privacy import Hide, Privacy
from playhead.domain.analytics.rollout import ROLLOUT_BYTES_MAX, SETS_MAX, Rollout, RuleSet, decoded, encoded, rules_of
from playhead.domain.analytics.rules import RULES_MAX

RULE = '[[rule]]\nname = "{}"\nwhen = {{ title = "x" }}\nthen = {{ tag = "t" }}\n'


def of(*texts):
    return Rollout(sets=tuple(RuleSet(name=f"s{number}", text=text) for number, text in enumerate(texts)))


def test_it_comes_as_it_was_sent():
    rollout = Rollout(
        sets=(RuleSet(name="a", text=RULE.format("r")),), privacy=Privacy(applications=("x",), hide=(Hide(title="y"),))
    )
    back = decoded(encoded(rollout))
    assert back.digest == rollout.digest
    assert [rule.name for rule in rules_of(back)] == ["r"]
    assert back.privacy == rollout.privacy
    assert of(RULE.format("s")).digest != of(RULE.format("r")).digest


def test_no_two_rules_have_one_name():
    with pytest.raises(InvalidInputError, match="another set has a rule called 'r'"):
        rules_of(of(RULE.format("r"), RULE.format("r")))


def test_as_many_as_there_may_be_and_no_more():
    half = "".join(RULE.format(f"a{number}") for number in range(RULES_MAX))
    assert len(rules_of(of(half))) == RULES_MAX
    with pytest.raises(LimitError, match="at most 200"):
        rules_of(of(half, RULE.format("one more")))
    sets = [RuleSet(name=f"{number}", text="") for number in range(SETS_MAX + 1)]
    assert decoded(msgspec.json.encode({"sets": sets[:-1]})).sets
    with pytest.raises(InvalidInputError):
        decoded(msgspec.json.encode({"sets": sets}))
    assert decoded(encoded(Rollout()).ljust(ROLLOUT_BYTES_MAX)) == Rollout()
    with pytest.raises(LimitError):
        decoded(encoded(Rollout()).ljust(ROLLOUT_BYTES_MAX + 1))


def test_garbage_is_refused():
    with pytest.raises(InvalidInputError, match="no rules for a workstation"):
        decoded(b"{")
