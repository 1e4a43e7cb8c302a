"""A bucket of a real S3 server, and how a configuration names it."""

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

from playhead.base.clock import SystemClock
from playhead.store.disk import SystemDisk
from playhead.store.objects import ObjectStore, StoreConfig, open_store
from playhead.store.objects.s3 import S3Store
from playhead.testing import s3

URL = "s3://recordings"


@dataclass(frozen=True)
class Bucket:
    """An empty one."""

    store: ObjectStore
    settings: str
    """Lines for a table of a configuration."""

    async def keys(self) -> list[str]:
        """What lies in it."""
        return [one.key async for one in self.store.stored("")]


@contextlib.asynccontextmanager
async def serving(folder: Path) -> AsyncGenerator[Bucket, None]:
    """The server with the bucket, as long as it is needed."""
    with s3.serving(folder) as server:
        credentials = folder / "credentials"
        credentials.write_text(f"aws_access_key_id = {s3.KEY_ID}\naws_secret_access_key = {s3.SECRET}\n")
        credentials.chmod(0o600)
        config = StoreConfig(url=URL, endpoint=server.endpoint, credentials=credentials)
        store = open_store(config, disk=SystemDisk(), clock=SystemClock())
        assert isinstance(store, S3Store)
        await store.make()
        lines = f'url = "{URL}"\nendpoint = "{server.endpoint}"\ncredentials = "{credentials}"\n'
        try:
            yield Bucket(store, lines)
        finally:
            await store.close()
