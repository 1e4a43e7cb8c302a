"""What an operator may set about a workstation."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from msgspec import Meta

from playhead.base.addresses import Address
from playhead.base.config import Section
from playhead.base.ids import WorkstationId
from playhead.base.quantities import Duration, Size
from playhead.domain.blackouts import NAME_CHARS_MAX, Binding
from playhead.domain.leases import Failing
from playhead.environment.ports import Service, port_of
from playhead.workstation.analytics.config import AnalyticsConfig
from playhead.workstation.capture.masks import MASKS_MAX, Mask
from playhead.workstation.darkness import WATCHING, BlackoutRules
from playhead.workstation.indicator.keys import Keys
from playhead.workstation.route import ADDRESSES_MAX, PLACES_MAX, Places
from playhead.workstation.spool_room import WhenFull

_SECOND_US = 1_000_000
_Quantity = TypeVar("_Quantity", Duration, Size)


class WorkstationConfig(Section, frozen=True):
    """``[workstation]``: the program on the agent's PC."""

    id: Annotated[WorkstationId, Meta(description="The workstation's name at the premises, as it was enrolled.")]
    data: Annotated[
        Path,
        Meta(description="Folder for everything that must survive a restart: identity, spool, state."),
    ] = Path("workstation")
    premises: Annotated[
        tuple[str | tuple[str, ...], ...],
        Meta(
            description=(
                "Addresses of the premises, tried in this order; without a port, the registry's for screen recording. "
                'Up to 4 premises servers, each as one address or as a list of up to 3: `[["a1", "a2"], "b"]`. The '
                "workstation goes back to the first that is steady again."
            )
        ),
    ] = ("127.0.0.1",)
    plain: Annotated[
        bool,
        Meta(
            description=(
                "Connect without TLS and without enrolment: the network is trusted. Only for tests, or inside a "
                "tunnel that authenticates."
            )
        ),
    ] = False
    display: Annotated[
        str,
        Meta(
            description=(
                "X11 display to record, such as `:0`; empty for the one in the environment. `test-card` is a made-up "
                "desktop on which something moves."
            )
        ),
    ] = ""
    agent: Annotated[
        str, Meta(max_length=256, description="Who works here; empty for the login at the operating system.")
    ] = ""
    fps: Annotated[int, Meta(ge=1, le=15, description="Most pictures a second. Fewer come while little changes.")] = 5
    quality: Annotated[
        int, Meta(ge=18, le=34, description="Rate factor of the encoder: 18 is best, 34 is smallest.")
    ] = 26
    pre_buffer: Annotated[
        Duration,
        Meta(
            description="How long before its command a recording begins, 0 s to 60 s. With 0 s nothing is captured "
            "until then."
        ),
    ] = Duration(10 * _SECOND_US)
    continuous: Annotated[
        bool, Meta(description="Record from start to stop of the program, without being told to.")
    ] = False
    continuous_length: Annotated[
        Duration, Meta(description="With `continuous`: a recording of this length is followed by another.")
    ] = Duration(12 * 3600 * _SECOND_US)
    segment_length: Annotated[
        Duration, Meta(description="A recording is stored in segments of at most this length, 10 s to 24 h.")
    ] = Duration(3600 * _SECOND_US)
    segment_size: Annotated[Size, Meta(description="And of at most about this size, 1 MiB to 64 GiB.")] = Size(1 << 30)
    spool_max: Annotated[
        Size,
        Meta(
            description="What may wait for the premises on this machine's disk. A busy desktop takes about 55 MB an "
            "hour: 20 GiB last two weeks."
        ),
    ] = Size(20 << 30)
    spool_when_full: Annotated[
        WhenFull,
        Meta(
            description="What happens then: `stop` pauses recording and says so; `drop-oldest` gives up the oldest "
            "segments of what was recorded continuously, says so in the recording and to the premises, and pauses only "
            "when there are none. What a person or the premises ordered is never dropped."
        ),
    ] = "stop"
    disk_free_min: Annotated[
        Size, Meta(description="Recording also pauses when less than this is free on the disk, to leave it to others.")
    ] = Size(1 << 30)

    logs_port: Annotated[
        int, Meta(ge=1, le=65535, description="Where the premises takes logs, at the same addresses.")
    ] = port_of(Service.LOGGING).number
    logs_max: Annotated[
        Size,
        Meta(description="What this machine keeps of its own log, sent or not: at least 4 MiB. The oldest goes first."),
    ] = Size(64 << 20)

    blackout_max: Annotated[
        Duration,
        Meta(
            description="Longest time of a blackout; then it ends by itself, and that is an alarm. 0 s for no limit, "
            "otherwise 10 s to 24 h. What the decision source says has none."
        ),
    ] = Duration(1800 * _SECOND_US)
    blackout_binding: Annotated[
        Literal["none", "agent", "interaction", "both"],
        Meta(
            description="What ends a blackout besides its order and its time: another agent at this workstation, the "
            "end of the recording in which it began, whichever of `both` comes first, or `none`. Bound to the agent, "
            "it also follows them to another workstation."
        ),
    ] = "both"
    blackout_source: Annotated[
        str,
        Meta(
            max_length=NAME_CHARS_MAX,
            description="The program that must say all the time, at the control socket, whether it is to be black; "
            "empty for none.",
        ),
    ] = ""
    blackout_lease: Annotated[
        Duration, Meta(description="How long its word holds, 500 ms to 60 s. After that it counts as silent.")
    ] = Duration(5 * _SECOND_US)
    blackout_failing: Annotated[
        Literal["closed", "open"],
        Meta(
            description="What its silence means: `closed` is black; `open` leaves it as it said last, black for at "
            "most `blackout_max`."
        ),
    ] = "closed"
    blackout_hotkey: Annotated[
        str,
        Meta(
            description="Keys with which the agent begins and ends a blackout of their own: ctrl, alt, shift and super "
            "with one other key; empty for none."
        ),
    ] = "ctrl+alt+b"

    masks: tuple[Mask, ...] = ()

    analytics: AnalyticsConfig = AnalyticsConfig()

    def __post_init__(self) -> None:
        """Refuse what would not work.

        Raises:
            ValueError: which key, and what to write.
            InvalidInputError: ``address.malformed``.
        """
        if not 1 <= len(self.premises) <= PLACES_MAX:
            raise ValueError(f"premises is 1 to {PLACES_MAX} servers")
        if not all(1 <= len(addresses) <= ADDRESSES_MAX for addresses in self.places):
            raise ValueError(f"premises: each server has 1 to {ADDRESSES_MAX} addresses")
        _within("pre_buffer", self.pre_buffer, Duration(0), Duration(60 * _SECOND_US))
        _within("segment_length", self.segment_length, Duration(10 * _SECOND_US), Duration(24 * 3600 * _SECOND_US))
        _within("segment_size", self.segment_size, Size(1 << 20), Size(64 << 30))
        _within("continuous_length", self.continuous_length, self.segment_length, Duration(7 * 86_400 * _SECOND_US))
        if self.blackout_max.us:
            _within("blackout_max", self.blackout_max, Duration(10 * _SECOND_US), Duration(86_400 * _SECOND_US))
        if len(self.masks) > MASKS_MAX:
            raise ValueError(f"masks are at most {MASKS_MAX}")
        if self.blackout_hotkey:
            _ = self.hotkey
        if self.blackout_source == WATCHING:
            raise ValueError(f"blackout_source is not {WATCHING!r}, which decides by itself")
        _within("blackout_lease", self.blackout_lease, Duration(500_000), Duration(60 * _SECOND_US))
        if self.logs_max < Size(4 << 20):
            raise ValueError(f"logs_max is at least {Size(4 << 20)}")
        if self.spool_max < Size(16 << 20):
            raise ValueError(f"spool_max is at least {Size(16 << 20)}")

    @property
    def hotkey(self) -> Keys | None:
        """The agent's keys for a blackout; None for none."""
        try:
            return Keys.parse(self.blackout_hotkey) if self.blackout_hotkey else None
        except ValueError as error:
            raise ValueError(f"blackout_hotkey: {error}") from error

    @property
    def blackouts(self) -> BlackoutRules:
        """What is set about blackouts."""
        return BlackoutRules(
            max_us=self.blackout_max.us,
            binding=Binding(self.blackout_binding),
            source=self.blackout_source,
            failing=Failing(self.blackout_failing),
            lease_us=self.blackout_lease.us,
            watching=Failing(self.analytics.failing) if self.analytics.on else None,
        )

    @property
    def places(self) -> Places:
        """The addresses of each premises, with their ports."""
        port = port_of(Service.SCREEN).number
        listed = [(each,) if isinstance(each, str) else each for each in self.premises]
        return tuple(tuple(Address.parse(text, default_port=port) for text in texts) for texts in listed)

    @property
    def log_places(self) -> Places:
        """The addresses of each premises' logging service."""
        return tuple(tuple(replace(address, port=self.logs_port) for address in group) for group in self.places)

    @property
    def analytics_places(self) -> Places:
        """The addresses of each premises' desktop analytics."""
        return tuple(tuple(replace(address, port=self.analytics.port) for address in group) for group in self.places)


def _within(key: str, value: _Quantity, low: _Quantity, high: _Quantity) -> None:
    if not low <= value <= high:
        raise ValueError(f"{key} is {low} to {high}")
