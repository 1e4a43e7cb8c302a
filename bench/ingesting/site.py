"""A site with its workstations, enrolled without asking: keys, certificates and rows in a folder."""

import asyncio
import ssl
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from playhead.base.clock import SystemClock
from playhead.base.ids import SiteId, WorkstationId
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.workstations import enrol_workstation
from playhead.store.keyring import Keyring
from playhead.wire.pki import create_request

SITE = SiteId("bench")
AUTHORITY = "authority.crt"


def name_of(number: int) -> str:
    return f"desk-{number:05}"


def make_site(folder: Path, workstations: int) -> None:
    """Keys and catalogue of a site, and the key and certificate of each of its workstations (``NAME.pem``)."""
    (folder / "desks").mkdir()
    keyring = Keyring.open(folder / "keys", SITE, SystemClock())
    (folder / AUTHORITY).write_text(ssl.DER_cert_to_PEM_cert(keyring.authority.certificate))
    signers = [_make_desk(folder, keyring, name_of(number)) for number in range(workstations)]
    asyncio.run(_enrol(folder, signers))


def _make_desk(folder: Path, keyring: Keyring, name: str) -> bytes:
    key = Ed25519PrivateKey.generate()
    certificate = keyring.issue_workstation(create_request(key, WorkstationId(name)), WorkstationId(name))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    (folder / "desks" / f"{name}.pem").write_text(pem + ssl.DER_cert_to_PEM_cert(certificate))
    return key.public_key().public_bytes_raw()


async def _enrol(folder: Path, signers: list[bytes]) -> None:
    catalogue = await Catalogue.open(folder / "catalogue.db")
    async with catalogue.writing() as connection:
        for number, signer in enumerate(signers):
            name = WorkstationId(name_of(number))
            await enrol_workstation(connection, workstation=name, signer=signer, certificate_hash=bytes(32), now_us=1)
    await catalogue.close()
