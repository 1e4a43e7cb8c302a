"""The filters of ``playhead recordings list``: as options, and as a question to the library."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

import click

from playhead.base.ids import GroupId, WorkstationId
from playhead.base.instants import wall_us
from playhead.base.quantities import Duration
from playhead.domain.access import Sight, agent_key
from playhead.domain.library import Order, Question
from playhead.domain.recordings import RecordingState
from playhead.domain.words import searched_words, tag_of

Command = TypeVar("Command", bound=Callable[..., Any])


class _Length(click.ParamType[Duration]):
    name = "length"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Duration:  # noqa: ANN401 # as click has it
        if isinstance(value, Duration):
            return value
        try:
            return Duration.parse(value)
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


_TIME: Final = click.DateTime(["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"])
_OPTIONS: Final = (
    click.option("--agent", "agents", multiple=True, help="Only of this agent, by their login; may be repeated."),
    click.option("--group", help="Only of agents in this group."),
    click.option("--workstation", "workstations", multiple=True, help="Only of this workstation; may be repeated."),
    click.option("--site", "sites", multiple=True, help="Only of this site; may be repeated."),
    click.option(
        "--state",
        "states",
        multiple=True,
        type=click.Choice([str(state) for state in RecordingState]),
        help="Only in this state; may be repeated.",
    ),
    click.option("--tag", "tags", multiple=True, help="Only with this tag; may be repeated: with any of them."),
    click.option("--from", "began_from", type=_TIME, help="Only what began at or after this local time."),
    click.option("--to", "began_to", type=_TIME, help="Only what began before this local time."),
    click.option("--min-length", type=_Length(), help="Only at least this long, such as '90 s' or '5 min'."),
    click.option("--max-length", type=_Length(), help="Only at most this long."),
    click.option("--gap/--no-gap", default=None, help="Only with a gap, or without one."),
    click.option("--blackout/--no-blackout", default=None, help="Only with a blackout, or without one."),
    click.option("--held/--not-held", default=None, help="Only what must not be deleted, or what may be."),
    click.option("--search", default="", help="Words of the agent, workstation, tags, bookmarks or hold."),
    click.option(
        "--order",
        type=click.Choice([str(order) for order in Order]),
        default=str(Order.NEWEST),
        show_default=True,
        help="By when it started or by its length; with a minus the greatest first.",
    ),
)


def filter_options(command: Command) -> Command:
    """Every filter of the library as an option; their values make a `Filters`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What was asked for on the command line."""

    agents: tuple[str, ...]
    group: str | None
    workstations: tuple[str, ...]
    sites: tuple[str, ...]
    states: tuple[str, ...]
    tags: tuple[str, ...]
    began_from: datetime | None
    began_to: datetime | None
    min_length: Duration | None
    max_length: Duration | None
    gap: bool | None
    blackout: bool | None
    held: bool | None
    search: str
    order: str

    @property
    def group_id(self) -> GroupId | None:
        """The group that is asked for.

        Raises:
            InvalidInputError: ``id.malformed``.
        """
        return None if self.group is None else GroupId(self.group)

    def question(self, members: frozenset[str] | None) -> Question:
        """The same for the library. Whoever may read the data folder sees everything.

        Args:
            members: of the group, where one is asked for.

        Raises:
            InvalidInputError: ``id.malformed``, ``tag.malformed``.
            LimitError: ``search.length``.
        """
        return Question(
            sight=Sight(everyone=True),
            agents=frozenset(agent_key(agent) for agent in self.agents),
            members=members,
            workstations=frozenset(str(WorkstationId(name)) for name in self.workstations),
            sites=frozenset(self.sites),
            states=frozenset(RecordingState(state) for state in self.states),
            tags=frozenset(tag_of(tag) for tag in self.tags),
            from_us=_local_us(self.began_from),
            to_us=_local_us(self.began_to),
            length_us_min=None if self.min_length is None else self.min_length.us,
            length_us_max=None if self.max_length is None else self.max_length.us,
            has_gap=self.gap,
            has_blackout=self.blackout,
            held=self.held,
            words=searched_words(self.search),
        )


def _local_us(instant: datetime | None) -> int | None:
    return None if instant is None else wall_us(instant.astimezone())
