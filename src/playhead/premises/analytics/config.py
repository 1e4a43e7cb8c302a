"""What an operator may set about desktop analytics."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from playhead.base.addresses import Address
from playhead.base.config import Section
from playhead.base.errors import InvalidInputError, UnavailableError
from playhead.base.quantities import Duration, Size
from playhead.domain.analytics.presets import PRESETS
from playhead.domain.analytics.privacy import Privacy
from playhead.environment.ports import Service, port_of

_DAY_US = 86_400_000_000


class AnalyticsConfig(Section, frozen=True):
    """``[analytics]``: what workstations tell of applications and windows. Off unless enabled."""

    enabled: Annotated[bool, Meta(description="Whether desktop events are taken, kept and shown at all.")] = False
    listen: Annotated[Address, Meta(description="Address and port to listen on, where it is enabled.")] = Address(
        "0.0.0.0",  # noqa: S104 # workstations are elsewhere
        port_of(Service.ANALYTICS).number,
    )
    transport: Annotated[
        Literal["tls", "plain"],
        Meta(
            description="`tls` asks every workstation for its certificate. `plain` trusts whoever connects to be who "
            "they say: only for tests, or inside a tunnel that authenticates."
        ),
    ] = "tls"
    connections_max: Annotated[
        int, Meta(ge=1, le=8_000, description="Connections at a time; more are turned away.")
    ] = 4_000
    kept: Annotated[
        Duration, Meta(description="How long events are kept, in whole days, 1 d to 3650 d. Older ones are not taken.")
    ] = Duration(180 * _DAY_US)
    disk_free_min: Annotated[
        Size,
        Meta(
            description="Room that events leave free on their disk. With less, workstations keep what they have. More "
            "than `screen.disk_free_min`, so that they never take the room of recordings."
        ),
    ] = Size(1 << 30)
    query_memory: Annotated[
        Size, Meta(description="What all questions together may hold in memory, 128 MiB to 64 GiB.")
    ] = Size(1 << 30)
    preset: Annotated[
        str,
        Meta(description=f"Privacy to begin with: one of {', '.join(f'`{name}`' for name in PRESETS)}."),
    ] = "general"
    privacy: Annotated[
        Path | None,
        Meta(description="A TOML file with settings of privacy instead of the preset's; the page on it has its keys."),
    ] = None
    known: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=128)], ...],
        Meta(
            max_length=1_000,
            description="Applications that are known, with `*` and `?`; reports list all others as unknown.",
        ),
    ] = ()

    def __post_init__(self) -> None:
        """Refuse what would not work.

        Raises:
            ValueError: which key, and what to write.
        """
        if not Duration(_DAY_US) <= self.kept <= Duration(3650 * _DAY_US):
            raise ValueError("kept is 1 d to 3650 d")
        if not Size(128 << 20) <= self.query_memory <= Size(64 << 30):
            raise ValueError(f"query_memory is {Size(128 << 20)} to {Size(64 << 30)}")
        if self.preset not in PRESETS:
            raise ValueError(f"preset is one of {', '.join(PRESETS)}")

    @property
    def kept_days(self) -> int:
        """In whole days."""
        return self.kept.us // _DAY_US

    def load_privacy(self) -> Privacy:
        """What workstations are to go by. Blocks.

        Raises:
            InvalidInputError: ``analytics.privacy``: the file is wrong.
            UnavailableError: ``analytics.privacy``: it cannot be read.
        """
        if self.privacy is None:
            return PRESETS[self.preset].privacy
        try:
            return msgspec.toml.decode(self.privacy.read_bytes(), type=Privacy)
        except OSError as error:
            message = f"{self.privacy} cannot be read: {error.strerror}."
            hint = "It is named in [analytics] privacy."
            raise UnavailableError("analytics.privacy", message, hint=hint) from error
        except (msgspec.MsgspecError, ValueError) as error:
            raise InvalidInputError("analytics.privacy", f"{self.privacy}: {error}.") from error
