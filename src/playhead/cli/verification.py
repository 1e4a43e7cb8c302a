"""``playhead recordings verify``: is this what the workstation recorded?"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import click
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from playhead.base.clock import SystemClock
from playhead.base.errors import CorruptError, RefusedError
from playhead.cli.console import done, emit_json, human_bytes, human_length, notice
from playhead.cli.library import data_key_of, opened, reading, resolve
from playhead.cli.places import PremisesPlaces
from playhead.domain.recordings import Segment
from playhead.domain.signers import Signer, signers_of_time
from playhead.store.catalogue.segments import Located, get_segment
from playhead.store.catalogue.workstations import list_signers
from playhead.store.keyring import Keyring
from playhead.wire.vid import Verification, read_header
from playhead.wire.vid import verify as verify_segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found about one segment. ``fault`` is empty where all of it holds."""

    segment: str
    size_bytes: int
    records: int = 0
    covered_us: int = 0
    sealed: bool = False
    decrypted: bool = False
    fault: str = ""
    message: str = ""


async def verify(places: PremisesPlaces, text: str, *, as_json: bool) -> bool:
    """Check every segment of a recording and print what was found; True where all of it holds."""
    async with reading(places) as connection:
        recording = await resolve(connection, text)
        located = [await get_segment(connection, segment.id) for segment in recording.segments]
        signers = await list_signers(connection, recording.workstation)
    site_key = Keyring.open_existing(places.keys, SystemClock()).recording_key
    findings = [_check(places, each, site_key, signers) for each in located]
    whole = bool(findings) and not any(finding.fault for finding in findings)
    if as_json:
        emit_json({"recording": str(recording.id), "whole": whole, "segments": [asdict(each) for each in findings]})
    else:
        for finding in findings:
            _tell(finding)
        click.echo("whole" if whole else "NOT whole")
    return whole


def _check(places: PremisesPlaces, located: Located, site_key: X25519PrivateKey, signers: Sequence[Signer]) -> Finding:
    segment = located.segment
    try:
        with opened(places.recordings, located) as file:
            data_key = data_key_of(file, segment, site_key)
            named = read_header(file.read_at)[0].signer
            signer = named if named in signers_of_time(signers, segment.started_at_us) else signers[-1].key
            result = verify_segment(file.read_at, segment.durable_bytes, data_key=data_key, signer=signer)
    except (CorruptError, RefusedError) as error:
        return Finding(
            segment=str(segment.id), size_bytes=segment.durable_bytes, fault=error.code, message=error.message
        )
    fault, message = judge(result, segment)
    return Finding(
        segment=str(segment.id),
        size_bytes=segment.durable_bytes,
        records=result.records,
        covered_us=result.covered_us,
        sealed=result.sealed,
        decrypted=result.opened,
        fault=fault,
        message=message,
    )


def judge(result: Verification, segment: Segment) -> tuple[str, str]:
    """What is wrong with a segment that the catalogue knows as ``segment``: code and sentence, empty for nothing."""
    if result.fault:
        return result.fault, result.message
    if result.truncated_bytes:
        return "vid.truncated", f"{result.truncated_bytes} acknowledged bytes at its end are no whole record."
    if segment.sealed and not result.sealed:
        return "vid.seal_missing", "The catalogue says that it was sealed, but the file holds no seal."
    return "", ""


def _tell(finding: Finding) -> None:
    text = f"segment {finding.segment}: {finding.records} records, {human_bytes(finding.size_bytes)}"
    if finding.fault:
        notice(f"{text}: {finding.message} ({finding.fault})")
    else:
        state = "sealed, signature valid" if finding.sealed else "not sealed; whole up to its durable end"
        done(f"{text}, {human_length(finding.covered_us)}, {state}")
