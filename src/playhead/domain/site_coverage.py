"""Accounts of coverage that the cloud asks of a site."""

from typing import Annotated, Final, TypeVar

import msgspec
from msgspec import Meta

from playhead.base.errors import InvalidInputError, PlayheadError
from playhead.base.ids import WorkstationId
from playhead.domain.accounts import DayAccount, RecordingAccount

WORKSTATIONS_MAX: Final = 500
"""Of one question."""

QUESTION_BYTES_MAX: Final = 64 << 10
"""Their names."""

ANSWER_BYTES_MAX: Final = 16 << 20
"""500 days of 1,000 stretches each."""


class DayQuestion(msgspec.Struct, frozen=True):
    """Of which workstations, by the names that they have in the cloud."""

    site: Annotated[str, Meta(max_length=63)]
    """What the site is called there."""
    workstations: Annotated[tuple[str, ...], Meta(max_length=WORKSTATIONS_MAX)]


class DayAnswer(msgspec.Struct, frozen=True):
    """The accounts of those that the site has, by the names that they have in the cloud."""

    accounts: dict[str, DayAccount]


class RecordingAnswer(msgspec.Struct, frozen=True):
    """The account of a recording."""

    account: RecordingAccount


_T = TypeVar("_T", DayQuestion, DayAnswer, RecordingAnswer)

_ENCODER: Final = msgspec.msgpack.Encoder()


def write_coverage(told: DayQuestion | DayAnswer | RecordingAnswer) -> bytes:
    """For a request or an answer."""
    return _ENCODER.encode(told)


def read_coverage(body: bytes, kind: type[_T]) -> _T:
    """Read what `write_coverage` wrote.

    Raises:
        InvalidInputError: ``coverage.malformed``.
    """
    try:
        found = msgspec.msgpack.decode(body, type=kind)
        if isinstance(found, DayAnswer):
            for name in found.accounts:
                WorkstationId(name)
    except (msgspec.MsgspecError, RecursionError, PlayheadError) as error:
        raise InvalidInputError("coverage.malformed", f"This is no account of coverage: {error}.") from None
    return found
