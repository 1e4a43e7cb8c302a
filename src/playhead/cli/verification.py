"""What ``playhead verify`` does. The proof itself is made by `playhead.premises.proof`."""

from collections.abc import AsyncGenerator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from playhead import __version__
from playhead.base.clock import SystemClock
from playhead.base.errors import CorruptError, InvalidInputError, RefusedError, UnavailableError
from playhead.base.ids import RecordingId
from playhead.base.instants import rfc3339
from playhead.cli.auditing import note
from playhead.cli.catalogues import existing_catalogue
from playhead.cli.console import done, emit_json, notice
from playhead.cli.library import opened, resolve
from playhead.cli.places import PremisesPlaces
from playhead.cli.proof_text import tell
from playhead.domain.recordings import Recording
from playhead.domain.timeline import gaps, offset_us
from playhead.premises.proof.cards import Reader, Where
from playhead.premises.proof.recording import Part, Proof, prove
from playhead.premises.proof.segment import missing, open_segment
from playhead.premises.proof.statement import STATEMENT_BYTES_MAX, read_statement, sign_statement
from playhead.premises.proof.told import told
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.recordings import recording_after
from playhead.store.catalogue.segments import get_segment
from playhead.store.catalogue.workstations import list_signers
from playhead.store.disk import SystemDisk
from playhead.store.keyring import Keyring
from playhead.store.small_files import read_small_file, write_small_file
from playhead.wire.pki import fingerprint

EVERY_US: Final = 10_000_000

NOT_WHOLE: Final = 1
SEEN: Final = 3
NOT_LOOKED_AT: Final = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """How to verify."""

    where: Where | None = None
    """Which pictures to read; None: none."""
    every_us: int = EVERY_US
    statement: Path | None = None
    as_json: bool = False


@dataclass(slots=True)
class Outcome:
    """What came of all recordings."""

    whole: bool = True
    recordings: int = 0
    pictures: int = 0
    unreadable: int = 0
    cards: int = 0

    def count(self, proof: Proof) -> None:
        """Of one more."""
        self.recordings += 1
        self.whole = self.whole and proof.is_whole
        if proof.looked is not None:
            self.pictures += proof.looked.pictures
            self.unreadable += proof.looked.unreadable + proof.looked.segments_unreadable
            self.cards += proof.looked.count

    @property
    def exit_code(self) -> int:
        """What the command ends with: the worst of it."""
        if not self.whole:
            return NOT_WHOLE
        return SEEN if self.cards else NOT_LOOKED_AT if self.unreadable else 0


async def verify(places: PremisesPlaces, what: str | None, asked: Asked) -> Outcome:
    """Verify a recording, a file, or everything (None), and print what was found.

    Raises:
        PlayheadError: it cannot be done: there is no such recording, no server's data, no reader of text.
    """
    path = Path(what) if what is not None and Path(what).suffix in {".vid", ".json"} else None
    if path is not None and path.suffix == ".json":
        return _verify_statement(places, path, as_json=asked.as_json)
    if asked.statement is not None and asked.statement.exists():
        raise InvalidInputError("export.exists", f"{asked.statement} exists.", hint="Name another file.")
    reader = None if asked.where is None else _reader()
    run = _Run(asked)
    if path is not None:
        keyring = _keyring_if_any(places)
        run.add(path.name, _prove_file(path, keyring, reader, asked))
    else:
        async with existing_catalogue(places) as catalogue:
            keyring = Keyring.open_existing(places.keys, SystemClock())
            async for recording in _wanted(catalogue, what):
                proof = await _prove(places, catalogue, recording, keyring=keyring, reader=reader, asked=asked)
                run.add(str(recording.id), proof)
            await note(catalogue, "recording.verified", "" if what is None else str(run.items[0]["recording"]))
    run.conclude(keyring)
    return run.outcome


async def is_whole(places: PremisesPlaces, recording: str) -> bool:
    """Whether all of a recording is what was recorded; prints what was found."""
    return (await verify(places, recording, Asked())).whole


async def outcome_of(places: PremisesPlaces, recording: RecordingId) -> Outcome:
    """The same without a word, and without a note: for a program that verifies what it made itself.

    Raises:
        PlayheadError: as `verify`.
    """
    outcome = Outcome()
    async with existing_catalogue(places) as catalogue:
        keyring = Keyring.open_existing(places.keys, SystemClock())
        async for found in _wanted(catalogue, str(recording)):
            outcome.count(await _prove(places, catalogue, found, keyring=keyring, reader=None, asked=Asked()))
    return outcome


class _Run:
    """What was found so far, and telling it."""

    def __init__(self, asked: Asked) -> None:
        self.outcome = Outcome()
        self.items: list[dict[str, Any]] = []
        self._asked = asked

    def add(self, name: str, proof: Proof) -> None:
        """One more recording."""
        self.outcome.count(proof)
        self.items.append({"recording": name, **told(proof)})
        if not self._asked.as_json:
            tell(name, proof)

    def conclude(self, keyring: Keyring | None) -> None:
        """The whole of it.

        Raises:
            UnavailableError: ``keyring.missing``, ``file.unwritable``.
        """
        outcome = self.outcome
        summary = {
            "whole": outcome.whole,
            "recordings": outcome.recordings,
            "pictures": outcome.pictures,
            "unreadable": outcome.unreadable,
            "cards": outcome.cards,
        }
        if self._asked.statement is not None:
            if keyring is None:
                raise UnavailableError("keyring.missing", "Only a site can sign a statement; its keys are not here.")
            said = {
                "madeAt": rfc3339(SystemClock().wall_us()),
                "program": f"playhead {__version__}",
                "outcome": summary,
                "recordings": self.items,
            }
            write_small_file(SystemDisk(), self._asked.statement, sign_statement(said, keyring.authority))
        if self._asked.as_json:
            emit_json({"outcome": summary, "recordings": self.items})
            return
        if self._asked.where is not None:
            self._tell_reading()
        click.echo("whole" if outcome.whole else "NOT whole")

    def _tell_reading(self) -> None:
        outcome = self.outcome
        found = "nothing in them looks like the number of a card"
        if outcome.cards:
            found = f"{outcome.cards} times something looks like the number of a card: somebody must look at it"
        say = notice if outcome.cards or outcome.unreadable else done
        say(f"{outcome.pictures} pictures were read, {outcome.unreadable} could not be; {found}")


def _reader() -> Reader:
    from playhead.premises.proof.ocr import RapidOcrReader

    return RapidOcrReader()


def _keyring_if_any(places: PremisesPlaces) -> Keyring | None:
    return Keyring.open_existing(places.keys, SystemClock()) if places.keys.is_dir() else None


async def _wanted(catalogue: Catalogue, what: str | None) -> AsyncGenerator[Recording]:
    if what is not None:
        async with catalogue.reading() as connection:
            found = await resolve(connection, what)
        yield found
        return
    after: RecordingId | None = None
    while True:
        async with catalogue.reading() as connection:
            next_one = await recording_after(connection, after)
        if next_one is None:
            return
        yield next_one
        after = next_one.id


async def _prove(
    places: PremisesPlaces,
    catalogue: Catalogue,
    recording: Recording,
    *,
    keyring: Keyring,
    reader: Reader | None,
    asked: Asked,
) -> Proof:
    async with catalogue.reading() as connection:
        located = [await get_segment(connection, segment.id) for segment in recording.segments]
        signers = await list_signers(connection, recording.workstation)
    with ExitStack() as stack:
        parts: list[Part] = []
        for each in located:
            segment = each.segment
            try:
                file = stack.enter_context(opened(places, each))
            except CorruptError as error:
                found = missing(str(segment.id), segment, error)
            else:
                found = open_segment(
                    file.read_at,
                    segment.durable_bytes,
                    name=str(segment.id),
                    known=segment,
                    site_key=keyring.recording_key,
                    signers=signers,
                )
            parts.append(Part(found, offset_us(recording, segment)))
        where = asked.where or Where.EDGES
        return prove(parts, gaps=gaps(recording), reader=reader, where=where, every_us=asked.every_us)


def _prove_file(path: Path, keyring: Keyring | None, reader: Reader | None, asked: Asked) -> Proof:
    """A segment's file on its own: its signature is held against the key that it names, for want of a catalogue."""
    file = SystemDisk().open(path)
    try:
        site_key = None if keyring is None else keyring.recording_key
        found = open_segment(file.read_at, file.size(), name=path.stem, known=None, site_key=site_key, signers=[])
        where = asked.where or Where.EDGES
        return prove([Part(found, 0)], reader=reader, where=where, every_us=asked.every_us)
    finally:
        file.close()


def _verify_statement(places: PremisesPlaces, path: Path, *, as_json: bool) -> Outcome:
    content = read_small_file(SystemDisk(), path, bytes_max=STATEMENT_BYTES_MAX)
    if content is None:
        raise InvalidInputError("verify.no_file", f"There is no file {path}.")
    statement = read_statement(content)
    keyring = _keyring_if_any(places)
    if keyring is not None and fingerprint(keyring.authority.certificate).hex() != statement.authority:
        raise RefusedError("statement.authority", "The statement was signed by another authority than this site's.")
    if as_json:
        emit_json({**statement.said, "authority": statement.authority, "authorityKnown": keyring is not None})
        return Outcome()
    done(f"Made by site {statement.said.get('site')} at {statement.said.get('madeAt')}, and not changed since.")
    if keyring is None:
        notice(f"This site's authority is not known here. The statement's is {statement.authority}.")
    return Outcome()
