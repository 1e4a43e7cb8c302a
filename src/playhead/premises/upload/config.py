"""What an operator may set about uploading recordings."""

from typing import Annotated

from msgspec import Meta

from playhead.base.config import KeyFaultError
from playhead.base.quantities import Duration, Size
from playhead.store.objects import StoreConfig
from playhead.store.objects.interface import PART_BYTES_MIN
from playhead.store.objects.verifying import Verify

PART_BYTES_MAX = 64 << 20
"""As many parts are held in memory as are sent at a time."""


class UploadConfig(StoreConfig, frozen=True):
    """``[upload]``: where recordings go beside this server, and when the files here may go."""

    part: Annotated[Size, Meta(description="Sent of a recording that is under way, as soon as there is so much.")] = (
        Size(8 << 20)
    )
    parallel: Annotated[int, Meta(ge=1, le=16, description="Segments sent at a time.")] = 3
    rate: Annotated[
        Size | None, Meta(description="A second, of all uploads together; none for as fast as the line takes it.")
    ] = None
    verify: Annotated[
        Verify,
        Meta(
            description=(
                "How an object is proven before the file here may go. `read_back`: all of it is read again. "
                "`checksum`: the store checked each part; length and end are looked at, for who pays for what is read."
            )
        ),
    ] = "read_back"
    keep_local: Annotated[
        Duration | None,
        Meta(
            description="How long the file here is kept after its object was proven; none for as long as there is room."
        ),
    ] = None
    disk_free: Annotated[
        Size, Meta(description="With less room than this on the disk, proven files go before their time, oldest first.")
    ] = Size(10 << 30)
    cloud_key: Annotated[
        str,
        Meta(
            pattern=r"^(?:[0-9a-f]{64})?$",
            description=(
                "Public key (X25519, 64 hexadecimal digits) of the cloud, which then can play what is uploaded. Empty: "
                "only this site's key opens it, and the cloud plays through this server."
            ),
        ),
    ] = ""
    before: Annotated[
        tuple[StoreConfig, ...], Meta(description="Stores in which older recordings lie: they are read there.")
    ] = ()

    def __post_init__(self) -> None:
        """What is said fits together."""
        super().__post_init__()
        if not PART_BYTES_MIN <= self.part.bytes <= PART_BYTES_MAX:
            raise KeyFaultError(["part"], "A part has 5 MiB to 64 MiB.")
        if self.rate is not None and self.rate.bytes < 1 << 10:
            raise KeyFaultError(["rate"], "Write at least 1 KiB, or leave it out.")

    @property
    def stores(self) -> tuple[StoreConfig, ...]:
        """Where objects may lie; the first is where new ones go."""
        here = StoreConfig(
            url=self.url,
            endpoint=self.endpoint,
            region=self.region,
            credentials=self.credentials,
            storage_class=self.storage_class,
        )
        return tuple(one for one in (here, *self.before) if one.url)
