"""The end of an office: a month later its recordings are due, one is held, and the server dies over it now and then."""

from pathlib import Path
from typing import Final

from playhead.base.ids import RecordingId, UserId
from playhead.domain.retention import Policy
from playhead.premises.keeping.config import KeepingConfig
from playhead.premises.keeping.service import KeepingService
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.holds import Hold, add_hold
from playhead.store.catalogue.retention import save_policy
from playhead.store.erasure import Eraser
from playhead.testing.office.footage import bodies, recording_of
from playhead.testing.office.hosts import SEGMENTS
from playhead.testing.office.office import Office
from playhead.testing.office.promises import BrokenPromise, recordings_of
from playhead.testing.office.site import site_keyring

DAYS: Final = 30
DAY_US: Final = 86_400_000_000
DEATHS: Final = 3
"""So many times the server is to die over it."""
ATTEMPTS: Final = 30


async def retention_is_kept(office: Office, catalogue: Catalogue) -> None:
    """Nothing is erased early, nothing that is held, and everything else in the end."""
    recordings = sorted(await recordings_of(catalogue))
    if not recordings:
        return
    held = office.chance.choice(recordings)
    office.on_death = lambda _host: None  # what was acknowledged may go now
    async with catalogue.writing() as connection:
        await save_policy(connection, Policy((), DAYS))
        await add_hold(connection, Hold(held, "a dispute", UserId("auditor"), office.premises.clock.wall_us()))
    office.premises.clock.off_us += (DAYS - 2) * DAY_US  # clocks may have been set by an hour
    await _purge(office, deaths=0)
    if sorted(await recordings_of(_catalogue(office))) != recordings:
        raise BrokenPromise("Retention is never early")
    office.premises.clock.off_us += 4 * DAY_US
    await _purge(office, deaths=DEATHS)
    office.premises.clock.off_us += 30 * DAY_US  # by now files are removed, too
    await _purge(office, deaths=0)
    left = await recordings_of(_catalogue(office))
    if left != {held}:
        what = "never takes what is held" if held not in left else "takes all that is due in the end"
        raise BrokenPromise(f"Retention {what}: {len(recordings)} recordings, left are {sorted(left)}")
    _nothing_can_be_played_but(office, held)


async def _purge(office: Office, *, deaths: int) -> None:
    premises = office.premises
    for attempt in range(ATTEMPTS):
        if attempt < deaths:
            premises.cut_soon(office.chance.randint(1, 40), silent=False)
        else:
            premises.disk.cut_at = 0
        done, error = await office.on(premises, _one_run(office))
        if done and error is None and attempt >= deaths:
            return
        await office.until_open()
    raise BrokenPromise(f"Retention goes on after a crash: {ATTEMPTS} attempts have not ended it")


async def _one_run(office: Office) -> None:
    premises, catalogue = office.premises, _catalogue(office)
    audit = AuditTrail(catalogue, premises.clock)
    eraser = Eraser(
        SEGMENTS,
        Path("/data/erasures"),
        catalogue=catalogue,
        disk=premises.disk,
        authority=site_keyring().authority,
        audit=audit,
        clock=premises.clock,
    )
    keeping = KeepingService(KeepingConfig(), catalogue=catalogue, eraser=eraser, audit=audit, clock=premises.clock)
    await eraser.replay()
    await keeping.finish()
    await keeping.purge()
    await keeping.finish()


def _nothing_can_be_played_but(office: Office, held: RecordingId) -> None:
    for path, content in office.premises.disk.remains():
        if next(bodies(content), None) is not None and recording_of(content) != held:
            raise BrokenPromise(f"What retention took cannot be played: {path}")


def _catalogue(office: Office) -> Catalogue:
    catalogue = office.premises.catalogue
    if catalogue is None:
        raise AssertionError("the premises is not open")
    return catalogue
