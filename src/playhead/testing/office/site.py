"""The site of an office: its keys, and a catalogue in which its workstations are enrolled, made once for all runs."""

import asyncio
import hashlib
from functools import cache, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from playhead.base.addresses import Address
from playhead.base.ids import SiteId, WorkstationId
from playhead.store.catalogue import Catalogue, workstations
from playhead.store.keyring import Keyring
from playhead.store.small_files import write_small_file
from playhead.testing.clock import SimClock
from playhead.testing.disk import SimulatedDisk
from playhead.workstation.enrolment import IDENTITY_FOLDER
from playhead.workstation.identity import IdentityFolder

SITE: Final = SiteId("site")
PREMISES: Final = Address("premises", 5633)

_KEPT: dict[tuple[tuple[str, bytes], ...], bytes] = {}


@cache
def site_keyring() -> Keyring:
    """The site's secrets."""
    disk = SimulatedDisk()
    disk.make_folder(Path("/keys"))
    return Keyring.open(Path("/keys"), SITE, SimClock(), disk)


@lru_cache
def signer_of(name: str) -> Ed25519PrivateKey:
    """A workstation's key."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


def provision(signers: dict[str, bytes]) -> bytes:
    """A catalogue's file in which these workstations are enrolled, by name and public key."""
    return _KEPT[tuple(sorted(signers.items()))]


def prepare(signers: dict[str, bytes]) -> None:
    """Make what `provision` gives; outside of any loop, for the catalogue has threads."""
    key = tuple(sorted(signers.items()))
    if key not in _KEPT:
        _KEPT[key] = asyncio.run(_made(signers))


async def _made(signers: dict[str, bytes]) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "catalogue.db"
        catalogue = await Catalogue.open(path)
        async with catalogue.writing() as connection:
            for name, signer in signers.items():
                await workstations.enrol_workstation(
                    connection,
                    workstation=WorkstationId(name),
                    signer=signer,
                    certificate_hash=bytes(32),
                    now_us=SimClock().wall_us(),
                )
        await catalogue.close()
        return path.read_bytes()


def settle_in(disk: SimulatedDisk, data: Path, name: str, signer: Ed25519PrivateKey) -> None:
    """Give a workstation its identity, durably: it was enrolled long ago."""
    folder = data / IDENTITY_FOLDER
    disk.make_folder(folder)
    write_small_file(disk, folder / "key.pem", _pem(signer.private_bytes_raw()))
    IdentityFolder(disk, folder).save_plain(WorkstationId(name), SITE, site_keyring().site_key)
    for above in folder.parents:
        disk.sync_folder(above)
    disk.restart()


@lru_cache
def _pem(secret: bytes) -> bytes:
    key = Ed25519PrivateKey.from_private_bytes(secret)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
