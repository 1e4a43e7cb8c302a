"""What a site tells a workstation to go by: rules and privacy, with a digest by which each knows what the other has."""

import hashlib
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from playhead.base.errors import InvalidInputError, LimitError
from playhead.domain.analytics.events import NAME_CHARS_MAX
from playhead.domain.analytics.privacy import Privacy
from playhead.domain.analytics.rules import RULES_MAX, TEXT_BYTES_MAX, Rule, parsed

SETS_MAX: Final = 32
"""Of rules, for one workstation."""
ROLLOUT_BYTES_MAX: Final = 2 << 20
"""Of the whole as it is sent."""


class RuleSet(msgspec.Struct, frozen=True, kw_only=True):
    """Rules that were rolled out together."""

    name: Annotated[str, Meta(min_length=1, max_length=NAME_CHARS_MAX)]
    text: Annotated[
        str, Meta(max_length=TEXT_BYTES_MAX, description="TOML, as `playhead.domain.analytics.rules` has it.")
    ]


class Rollout(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to ``GET /v1/rules``."""

    schema: int = 1
    sets: Annotated[tuple[RuleSet, ...], Meta(max_length=SETS_MAX)] = ()
    privacy: Privacy = Privacy()

    @property
    def digest(self) -> str:
        """Of all of it: equal where it says the same. Hexadecimal."""
        return hashlib.sha256(encoded(self)).hexdigest()[:32]


def encoded(rollout: Rollout) -> bytes:
    """As it is sent, and kept."""
    return msgspec.json.encode(rollout)


def decoded(data: bytes) -> Rollout:
    """As it came.

    Raises:
        InvalidInputError: ``analytics.rollout``.
        LimitError: ``analytics.rollout``.
    """
    if len(data) > ROLLOUT_BYTES_MAX:
        raise LimitError("analytics.rollout", f"Rules for a workstation are at most {ROLLOUT_BYTES_MAX} bytes.")
    try:
        return _ROLLOUTS.decode(data)
    except msgspec.MsgspecError as error:
        raise InvalidInputError("analytics.rollout", f"These are no rules for a workstation: {error}.") from error


def rules_of(rollout: Rollout) -> tuple[Rule, ...]:
    """All rules, in the order of their sets.

    Raises:
        InvalidInputError: ``analytics.rule``: a text is wrong, or two sets have a rule of the same name.
        LimitError: ``analytics.rules``.
    """
    found: dict[str, Rule] = {}
    for one in rollout.sets:
        for rule in parsed(one.text, source=one.name):
            if rule.name in found:
                message = f"{one.name}: another set has a rule called {rule.name!r}."
                raise InvalidInputError("analytics.rule", message, hint="Give each rule a name of its own.")
            found[rule.name] = rule
    if len(found) > RULES_MAX:
        raise LimitError("analytics.rules", f"A workstation has at most {RULES_MAX} rules.", hint="Leave some out.")
    return tuple(found.values())


_ROLLOUTS: Final = msgspec.json.Decoder(Rollout)
