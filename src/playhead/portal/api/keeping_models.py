"""What ``/api/retention`` and ``/api/erasures`` say and hear."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from playhead.base.instants import utc
from playhead.domain.retention import DAYS_MAX, NAME_CHARS_MAX, RULES_MAX, VALUES_MAX, Pending, Policy, Rule, checked
from playhead.domain.words import TAG_CHARS_MAX
from playhead.portal.api.shapes import Answer, Input
from playhead.store.catalogue.erasures import Erasure
from playhead.store.catalogue.retention import Run
from playhead.store.erasure.eraser import REASON_CHARS_MAX

_Text = Annotated[str, Field(max_length=256)]
_Values = Annotated[list[_Text], Field(max_length=VALUES_MAX)]
_Tags = Annotated[list[Annotated[str, Field(max_length=4 * TAG_CHARS_MAX)]], Field(max_length=VALUES_MAX)]
_Days = Annotated[int | None, Field(ge=1, le=DAYS_MAX, strict=True, description="Null: for ever.")]


class RuleItem(Answer):
    """A rule of the policy. Of each kind that it names, one has to fit."""

    id: str
    name: str
    days: int | None = Field(description="Null: for ever.")
    agents: list[str]
    groups: list[str]
    tags: list[str]
    states: list[str]
    position: int = Field(description="From 0. The first rule that fits decides.")


class RuleInput(Input):
    """A rule of a policy that somebody wants. The order of the list counts, not `position`."""

    id: Annotated[str | None, Field(max_length=63, pattern=r"^[a-z0-9._-]+$", description="Null for a new one.")] = None
    name: Annotated[str, Field(min_length=1, max_length=4 * NAME_CHARS_MAX)]
    days: _Days
    agents: _Values = Field(default_factory=list[str])
    groups: _Values = Field(default_factory=list[str])
    tags: _Tags = Field(default_factory=list[str])
    states: Annotated[list[Literal["complete", "interrupted"]], Field(max_length=2)] = Field(
        default_factory=list[Literal["complete", "interrupted"]]
    )
    position: Annotated[int | None, Field(strict=True)] = None


class PolicyInput(Input):
    """A policy that somebody wants."""

    rules: Annotated[list[RuleInput], Field(max_length=RULES_MAX)]
    default_days: _Days

    def policy(self, new_id: Callable[[], str]) -> Policy:
        """The policy as it is kept.

        Raises:
            PlayheadError: as `playhead.domain.retention.checked`.
        """
        return checked(Policy(tuple(_rule(one, new_id) for one in self.rules), self.default_days))


class RunItem(Answer):
    """The newest run."""

    at: datetime
    deleted: int
    bytes: int
    held: int = Field(description="Would have been due, and were held.")
    failed: int
    waiting: int = Field(description="Were due and left, because nobody had confirmed so many.")


class PendingItem(Answer):
    """What a run would take now."""

    recordings: int
    bytes: int
    share: float = Field(description="Of all recordings, 0 to 1.")
    needs_confirmation: bool = Field(description="More than a run may take without it, and nobody has given it.")


class PreviewItem(Answer):
    """What a run under another policy would take now."""

    recordings: int
    bytes: int
    share: float
    held: int = Field(description="Would be due, and are held.")


class RetentionItem(Answer):
    """The policy of retention, and what becomes of it."""

    rules: list[RuleItem]
    default_days: int | None = Field(description="Where no rule fits. Null: for ever.")
    last: RunItem | None
    pending: PendingItem


class ConfirmOrder(Input):
    """Let one run take so many."""

    recordings: Annotated[int, Field(ge=1, strict=True, description="The number that was shown.")]


class DeleteOrder(Input):
    """Erase a recording."""

    reason: Annotated[str, Field(min_length=1, max_length=REASON_CHARS_MAX, description="Goes into the certificate.")]


class ErasureItem(Answer):
    """A recording that was erased."""

    id: str
    recording: str
    agent: str
    started_at: datetime
    erased_at: datetime | None = Field(description="When its keys were destroyed; null where the disk keeps refusing.")
    by: str = Field(description="A user, `operator`, or `policy`.")
    reason: str
    phase: Literal["begun", "shredded", "removed"] = Field(
        description="`begun`: decided. `shredded`: its keys are destroyed. `removed`: its files are gone, too."
    )


class ErasureList(Answer):
    """Some erasures, newest first."""

    items: list[ErasureItem]
    next: str | None = Field(description="`before` of the next page, which may be empty; null at the end.")


def retention_item(policy: Policy, last: Run | None, pending: Pending) -> RetentionItem:
    """The policy for the wire."""
    rules = [
        RuleItem(
            id=rule.id,
            name=rule.name,
            days=rule.days,
            agents=sorted(rule.agents),
            groups=sorted(rule.groups),
            tags=sorted(rule.tags),
            states=sorted(rule.states),
            position=position,
        )
        for position, rule in enumerate(policy.rules)
    ]
    return RetentionItem(
        rules=rules,
        default_days=policy.default_days,
        last=None if last is None else _run_item(last),
        pending=PendingItem(
            recordings=pending.recordings,
            bytes=pending.size_bytes,
            share=pending.share,
            needs_confirmation=pending.needs_confirmation,
        ),
    )


def preview_item(pending: Pending) -> PreviewItem:
    """What would be taken, for the wire."""
    return PreviewItem(recordings=pending.recordings, bytes=pending.size_bytes, share=pending.share, held=pending.held)


def erasure_item(erasure: Erasure) -> ErasureItem:
    """An erasure for the wire."""
    return ErasureItem(
        id=str(erasure.id),
        recording=str(erasure.recording),
        agent=erasure.agent,
        started_at=utc(erasure.started_at_us),
        erased_at=None if erasure.shredded_at_us is None else utc(erasure.shredded_at_us),
        by=erasure.by,
        reason=erasure.reason,
        phase=erasure.phase,  # pyright: ignore[reportArgumentType] # one of three, by `erasures`
    )


def _rule(wanted: RuleInput, new_id: Callable[[], str]) -> Rule:
    return Rule(
        wanted.id or new_id(),
        wanted.name,
        wanted.days,
        frozenset(wanted.agents),
        frozenset(wanted.groups),
        frozenset(wanted.tags),
        frozenset(wanted.states),
    )


def _run_item(run: Run) -> RunItem:
    return RunItem(
        at=utc(run.at_us),
        deleted=run.deleted,
        bytes=run.size_bytes,
        held=run.held,
        failed=run.failed,
        waiting=run.waiting,
    )
