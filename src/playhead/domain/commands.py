"""Commands to workstations as messages: what they say, what is answered, and which are too old.

They are CloudEvents (`playhead.domain.cloudevents`), as events are. A version is for ever, and grows by members that
may be left out.
"""

from dataclasses import dataclass
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from playhead.base.errors import InvalidInputError, PlayheadError
from playhead.base.ids import WorkstationId
from playhead.base.instants import from_rfc3339
from playhead.domain.access import Action
from playhead.domain.blackouts import REASON_CHARS_MAX
from playhead.domain.cloudevents import CloudEvent

AGE_US_MAX: Final = 60_000_000
"""A command that is older is not carried out: the conversation that it was about has moved on."""

AHEAD_US_MAX: Final = 60_000_000
"""How far a sender's clock may be ahead."""

MINUTES_MAX: Final = 24 * 60

OFFLINE: Final = {"screen.not_connected": "workstation.offline", "screen.no_answer": "workstation.no_answer"}
"""What those who give orders are told of what the screen service says."""

ANSWER: Final = "playhead.command.answered.v1"
"""Type of every answer."""

_Workstation = Annotated[str, Meta(description="Name of the workstation.")]


class Command(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What somebody wants of a workstation. Members that are not here are left aside."""

    workstation: _Workstation


class Start(Command, frozen=True):
    """Begin a recording, with what was captured just before. One that runs already goes on, and is answered."""


class Stop(Command, frozen=True):
    """End the recording that runs."""


class BlackoutOn(Command, frozen=True):
    """Capture nothing, until it is ended or for some minutes."""

    reason: Annotated[str, Meta(max_length=REASON_CHARS_MAX, description="Goes into the recording.")] = ""
    minutes: Annotated[int, Meta(ge=0, le=MINUTES_MAX, description="0: until it is ended.")] = 0


class BlackoutOff(Command, frozen=True):
    """Capture again: ends what the sender asked for; for who may end blackouts, all but what a decision source says."""


class Answer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What became of a command."""

    command: Annotated[str, Meta(description="The id of the command.")]
    ok: bool
    recording: Annotated[str | None, Meta(description="The recording that began, goes on or ended.")] = None
    code: Annotated[str, Meta(description="Stable code of why not; empty where it was done.")] = ""
    message: Annotated[str, Meta(description="The same as a sentence.")] = ""
    hint: Annotated[str, Meta(description="What to do about it.")] = ""


@dataclass(frozen=True, slots=True)
class CommandKind:
    """A row of the table of commands."""

    name: str
    """The ``type`` of the CloudEvent, and the key that it is routed by."""
    shape: type[Command]
    action: str
    """What is noted in the audit log, as for the same by the API."""
    needs: tuple[Action, ...]
    """One of these has to be allowed to the sender."""


START: Final = CommandKind("playhead.command.start.v1", Start, "recording.start", (Action.RECORD,))
STOP: Final = CommandKind("playhead.command.stop.v1", Stop, "recording.stop", (Action.RECORD,))
BLACKOUT_ON: Final = CommandKind("playhead.command.blackout-on.v1", BlackoutOn, "blackout.on", (Action.BLACKOUT_ON,))
BLACKOUT_OFF: Final = CommandKind(
    "playhead.command.blackout-off.v1", BlackoutOff, "blackout.off", (Action.BLACKOUT_OFF, Action.BLACKOUT_ON)
)
COMMANDS: Final = (START, STOP, BLACKOUT_ON, BLACKOUT_OFF)
"""All that can be ordered."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """A command that was read."""

    id: str
    kind: CommandKind
    workstation: WorkstationId
    wish: Command
    at_us: int | None
    """When it was given, if that was said."""


def read(event: CloudEvent) -> Ordered:
    """What a CloudEvent orders.

    Raises:
        InvalidInputError: ``command.unknown``, ``command.malformed``, ``id.malformed``.
    """
    kind = next((one for one in COMMANDS if one.name == event.type), None)
    if kind is None:
        hint = f"There are: {', '.join(one.name for one in COMMANDS)}."
        raise InvalidInputError("command.unknown", f"There is no command {event.type[:64]!r}.", hint=hint)
    try:
        wish = msgspec.json.decode(event.data, type=kind.shape)
        at_us = from_rfc3339(event.time) if event.time else None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        hint = "docs/integrating.md shows one of each."
        raise InvalidInputError("command.malformed", f"This is not a {kind.name}: {error}.", hint=hint) from error
    return Ordered(event.id, kind, WorkstationId(wish.workstation), wish, at_us)


def is_stale(ordered: Ordered, now_us: int) -> bool:
    """Whether its moment is over, or has not come."""
    return ordered.at_us is not None and not -AHEAD_US_MAX <= now_us - ordered.at_us <= AGE_US_MAX


def may_be_answered(reply_to: str, sender: str) -> bool:
    """Whether an answer may go there: to a queue that belongs to the sender, and to nobody else's.

    Direct reply-to and the queues that the broker names are the sender's, because nobody else can know their names.
    """
    return sender != "" and reply_to.startswith(("amq.rabbitmq.reply-to.", "amq.gen-", f"{sender}."))


def refusal(command: str, error: PlayheadError) -> Answer:
    """The answer to what was not done."""
    return Answer(command=command, ok=False, code=error.code, message=error.message, hint=error.hint)
