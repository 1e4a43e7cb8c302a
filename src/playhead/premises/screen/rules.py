"""The decisions of the screen service, as pure functions: whom to let in, what to take, which state to show."""

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from playhead.base.errors import LimitError, RefusedError
from playhead.base.ids import SiteId, WorkstationId
from playhead.domain.recordings import Recording, RecordingState, Segment
from playhead.store.catalogue.workstations import Workstation
from playhead.wire.screen.messages import AsideName, CommandName, Elsewhere, Hello, Offer
from playhead.wire.vid import Header

GUESSES_MAX: Final = 10
"""Enrolment codes that one address may get wrong within `GUESSES_WINDOW_US`."""
GUESSES_WINDOW_US: Final = 600_000_000
GUESSING_ADDRESSES_MAX: Final = 4_096
"""Addresses whose wrong codes are counted; the one that was wrong longest ago is forgotten first."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an offered segment is not taken."""

    code: str
    message: str
    final: bool = True
    """Trying again cannot help."""


def admit(claimed: WorkstationId, known: Workstation | None, key: bytes | None) -> Workstation:
    """Whether a workstation that says hello is let in.

    Args:
        claimed: its name, as its certificate (on plain TCP: it itself) says.
        known: what the catalogue has of that name.
        key: the public key of its certificate; None on plain TCP.

    Raises:
        RefusedError: ``screen.not_enrolled``, ``screen.revoked``, ``screen.superseded``.
    """
    hint = "Enrol it with a new code."
    if known is None:
        raise RefusedError("screen.not_enrolled", f"Workstation {claimed} is not enrolled here.", hint=hint)
    if known.revoked_at_us is not None:
        raise RefusedError("screen.revoked", f"Workstation {claimed} has been revoked.", hint=hint)
    if key is not None and key != known.signer:
        text = f"Workstation {claimed} has been enrolled anew, with another key than this one."
        raise RefusedError("screen.superseded", text, hint=hint)
    return known


def unknown_commands(hello: Hello) -> frozenset[CommandName]:
    """What the program of a workstation cannot be asked to do, for it is older than the command."""
    of_aside: tuple[CommandName, ...] = get_args(AsideName)
    of_logs: tuple[CommandName, ...] = ("log_level",)
    return frozenset((() if hello.aside else of_aside) + (() if hello.levels else of_logs))


def judge_offer(
    offer: Offer,
    header: Header,
    *,
    site: SiteId,
    workstation: Workstation,
    signers: Collection[bytes],
    recording: Recording | None,
) -> Refusal | None:
    """Why an offered segment is not taken, or None.

    Args:
        offer: as it came.
        header: the file header in it, decoded.
        site: this one.
        workstation: who offers it.
        signers: every key that it was enrolled with. What an earlier one sealed may come after a new enrolment; that
            it comes from this workstation is what the connection proves.
        recording: what the catalogue has of the recording that it names.
    """
    if (header.recording.bytes, header.segment.bytes) != (offer.recording, offer.segment):
        return Refusal("segment.ids", "The header is not of the recording and segment offered.")
    if header.site != site:
        return Refusal("segment.site", f"The segment was recorded for site {header.site}, not for {site}.")
    if header.workstation != workstation.id:
        return Refusal("segment.workstation", f"The segment is of workstation {header.workstation}.")
    if header.signer not in signers:
        return Refusal("segment.signer", "The segment names a signer that the workstation was never enrolled with.")
    if recording is not None and recording.workstation != workstation.id:
        return Refusal("segment.recording", "The recording belongs to another workstation.")
    return None


def judge_elsewhere(
    told: Elsewhere, *, own: bytes, workstation: WorkstationId, recording: Recording | None
) -> Literal["nothing", "refuse", "supersede"]:
    """What to do where a workstation says that another server has all of a segment.

    Args:
        told: what it says.
        own: which server this is; empty where it does not say.
        workstation: who says it.
        recording: the one that the segment belongs to here; None where the segment is not here.
    """
    if recording is None or told.server == own:  # reached by another address, it is the same server
        return "nothing"
    if recording.workstation != workstation or recording.id.bytes != told.recording:
        return "refuse"
    return "supersede"


def state_of(segments: Sequence[Segment], *, connected: bool, making: bool) -> RecordingState:
    """The state of a recording.

    Args:
        segments: in time order.
        connected: whether its workstation is.
        making: the workstation says, or said last, that it is making this recording.

    A segment without anything in it that the recording has gone on behind is not waited for: a power cut may have taken
    its file from the workstation, which knows nothing of it any more.
    """
    ended = all(segment.ended for segment in segments if segment.covered_us or segment is segments[-1])
    if connected and (making or not ended):
        return RecordingState.RECORDING
    if segments and ended and segments[-1].sealed and not making:
        return RecordingState.COMPLETE
    return RecordingState.INTERRUPTED


def end_of(segments: Sequence[Segment], state: RecordingState) -> int | None:
    """Wall time at which a recording ends, as far as is known; None while it goes on."""
    if state is RecordingState.RECORDING:
        return None
    return max((segment.started_at_us + segment.covered_us for segment in segments), default=None)


class Guesses:
    """Counts wrong enrolment codes by address."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, list[int]] = OrderedDict()

    def check(self, address: str, now_us: int) -> None:
        """Before a code is looked at.

        Raises:
            LimitError: ``enrolment.too_many``.
        """
        recent = [at_us for at_us in self._wrong.get(address, ()) if now_us - at_us < GUESSES_WINDOW_US]
        if len(recent) >= GUESSES_MAX:
            text = "Too many wrong enrolment codes came from this address."
            raise LimitError("enrolment.too_many", text, hint="Wait ten minutes.")

    def wrong(self, address: str, now_us: int) -> None:
        """Note a wrong code."""
        recent = [at_us for at_us in self._wrong.pop(address, ()) if now_us - at_us < GUESSES_WINDOW_US]
        self._wrong[address] = [*recent[-GUESSES_MAX:], now_us]
        while len(self._wrong) > GUESSING_ADDRESSES_MAX:
            self._wrong.popitem(last=False)


def next_command(last: int, wall_us: int) -> int:
    """The id of a new command: grows within a site for ever, over restarts as well (docs/wire/screen.md §8)."""
    return max(last + 1, wall_us)
