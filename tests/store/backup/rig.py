"""A site that is backed up, and a place to restore it into."""

from dataclasses import dataclass, field
from pathlib import Path

from playhead.base.ids import RecordingId
from playhead.store.backup import Backup, Done, Restore, Restored, Source, newest_whole
from playhead.store.backup.pace import Pace
from playhead.store.backup.recovery_key import PUBLIC_FILE, make_recovery_key, open_keys, read_private, read_public
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.segments import list_segments
from playhead.store.disk import Disk, SystemDisk
from playhead.store.erasure import Eraser
from playhead.store.keyring import Keyring
from playhead.store.segments.check import check_segments
from playhead.testing.clock import SimClock
from playhead.testing.site import Site

PRIVATE, PUBLIC = make_recovery_key(b"")


def source_of(root: Path) -> Source:
    return Source(
        catalogue=root / "catalogue.db",
        recordings=root / "segments",
        keys=root / "keys",
        erasures=root / "erasures",
        audit_head=root / "audit-head.json",
        server_id=root / "server-id",
        config=root.parent / "premises.toml",
    )


@dataclass
class Rig:
    """Backs a site up, and restores it."""

    site: Site
    folder: Path
    """Where backups go."""
    clock: SimClock = field(default_factory=SimClock)

    async def backup(self, *, disk: Disk | None = None, keys: bool = True, pace: Pace | None = None, **more) -> Done:
        (self.site.folder / "keys" / PUBLIC_FILE).write_bytes(PUBLIC)
        making = Backup(
            source_of(self.site.folder),
            self.folder,
            catalogue=self.site.catalogue,
            keyring=self.site.keyring,
            disk=disk or SystemDisk(),
            clock=self.site.clock,
            pace=pace or Pace(0),
        )
        public = read_public(SystemDisk(), self.site.folder / "keys") if keys else None
        return await making.make(recovery_key=public, **more)

    def eraser(self) -> Eraser:
        """Of the site that is backed up."""
        live = source_of(self.site.folder)
        return Eraser(
            live.recordings,
            live.erasures,
            catalogue=self.site.catalogue,
            disk=SystemDisk(),
            authority=self.site.keyring.authority,
            audit=self.site.audit,
            clock=self.site.clock,
        )

    async def restore(self, root: Path, *, disk: Disk | None = None, wanted: str = "", journals=()) -> Restored:
        disk = disk or SystemDisk()
        found = newest_whole(disk, self.folder, wanted)
        sealed = (found.folder / "keys.sealed").read_bytes()
        keys = open_keys(sealed, read_private(PRIVATE, b""), backup=found.manifest.id)
        restore = Restore(found.folder, found.manifest, keys=keys, journals=journals, disk=disk, clock=self.site.clock)
        return await restore.into(source_of(root), root)


async def assert_whole(root: Path, clock: SimClock) -> set[RecordingId]:
    """All that the catalogue in a restored place names is there, whole; the recordings."""
    Keyring.open_existing(root / "keys", clock)
    catalogue = await Catalogue.open(root / "catalogue.db")
    try:
        found = [one async for one in check_segments(catalogue, SystemDisk(), root / "segments")]
        assert found == []
        async with catalogue.reading() as connection:
            return {one.segment.recording for one in await list_segments(connection, after=None, limit=500)}
    finally:
        await catalogue.close()


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, but SQLite's own beside the catalogue."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }
