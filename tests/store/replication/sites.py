"""A site's catalogue and the cloud's, and what both should have in common."""

import shutil
from uuid import UUID

from sqlalchemy import insert, select, update

from playhead.base.ids import RecordingId, SegmentId, SiteId, UserId, WorkstationId
from playhead.domain.names_in_cloud import workstation_in_cloud
from playhead.domain.recordings import RecordingState, Segment
from playhead.domain.replication import read_batch, resume
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.erasures import ErasedSegment, add_erasure, erasure_of, set_shredded
from playhead.store.catalogue.holds import Hold, add_hold, release_hold
from playhead.store.catalogue.recordings import add_recording, find_recording, set_recording_state, update_facts
from playhead.store.catalogue.schema import (
    coverage_days,
    erasure_segments,
    erasures,
    holds,
    key_grants,
    recordings,
    segments,
    tags,
    uploads,
    workstation_signers,
    workstations,
)
from playhead.store.catalogue.segments import Located, Progress, add_segments, record_progress
from playhead.store.catalogue.tags import add_tag, remove_tag
from playhead.store.catalogue.workstations import enrol_workstation, note_seen, revoke_workstation
from playhead.store.replication import apply_batch, begin_stream, newest_place, next_batch, place_of

SUE = UserId("sue")
KEPT = (recordings, segments, tags, holds, erasures, erasure_segments, workstations, workstation_signers,
        coverage_days, key_grants)  # fmt: skip
OWN = {"recordings": {"number", "site"}, "segments": {"resume"}, "erasures": {"id"}, "erasure_segments": {"erasure_id"}}
"""Columns that each side has for itself."""


def recording_id(number):
    return RecordingId(UUID(int=number + 1))


def segment_id(recording, number):
    return SegmentId(UUID(int=(recording + 1) * 1000 + number))


async def make_empty(folder):
    """An empty catalogue, to be copied: making one takes far longer."""
    path = folder / "empty.sqlite"
    await (await Catalogue.open(path)).close()
    return path


class Site:
    """A site and what its people and workstations do."""

    def __init__(self, name, catalogue):
        self.name, self.catalogue = SiteId(name), catalogue
        self.clock_us = 1_000

    @classmethod
    async def open(cls, name, folder, empty):
        path = folder / f"{name}.sqlite"
        shutil.copy(empty, path)
        return await cls.at(name, path)

    @classmethod
    async def at(cls, name, location):
        """With a catalogue wherever one can be."""
        site = cls(name, await Catalogue.open(location))
        async with site.catalogue.writing() as connection:
            await begin_stream(connection, site.tick())
        return site

    def tick(self):
        self.clock_us += 1
        return self.clock_us

    async def enrol(self, workstation=0):
        async with self.catalogue.writing() as connection:
            name = WorkstationId(f"pc-{workstation}")
            key = self.tick().to_bytes(32, "big")
            await enrol_workstation(connection, workstation=name, signer=key, certificate_hash=key, now_us=self.tick())

    async def see(self, workstation=0):
        async with self.catalogue.writing() as connection:
            name = WorkstationId(f"pc-{workstation}")
            await note_seen(connection, name, software="1", agent="jane", now_us=self.tick())

    async def revoke(self, workstation=0):
        async with self.catalogue.writing() as connection:
            await revoke_workstation(connection, WorkstationId(f"pc-{workstation}"), self.tick())

    async def record(self, number, workstation=0):
        async with self.catalogue.writing() as connection:
            await add_recording(
                connection,
                recording=recording_id(number),
                workstation=WorkstationId(f"pc-{workstation}"),
                agent="Jane",
                started_at_us=self.tick(),
                site=str(self.name),
                heard_at_us=self.tick(),
            )

    async def add_segment(self, number, part):
        async with self.catalogue.writing() as connection:
            one = Segment(segment_id(number, part), recording_id(number), self.tick(), 0, 0, sealed=False, ended="")
            await add_segments(connection, [Located(one, f"{number}/{part}.vid", b"resume")])

    async def grow(self, number, part):
        async with self.catalogue.writing(durable=False) as connection:
            grown = Progress(segment_id(number, part), self.tick() * 100, self.tick() * 1000, b"further")
            await record_progress(connection, [grown])

    async def upload(self, number, part):
        """Its object was verified, and the cloud may open it."""
        identifier = segment_id(number, part)
        async with self.catalogue.writing() as connection:
            values = {column.name: b"" if column.name == "chain" else 0 for column in uploads.c}
            values |= {"segment_id": identifier, "recording_id": recording_id(number), "state": "done", "multipart": ""}
            values |= {"location": f"s3://bucket/{identifier}", "code": "", "verified_at_us": self.tick()}
            await connection.execute(insert(uploads).values(values | {"local_removed_at_us": None}))
            grant = {"segment_id": identifier, "recipient": "cloud", "suite": "hpke", "sealed": b"key", "at_us": 1}
            await connection.execute(insert(key_grants).values(grant))

    async def end(self, number):
        async with self.catalogue.writing() as connection:
            await set_recording_state(connection, recording_id(number), RecordingState.COMPLETE, self.tick())
            await update_facts(connection, await find_recording(connection, recording_id(number)))

    async def tag(self, number):
        async with self.catalogue.writing() as connection:
            await add_tag(connection, recording_id(number), "complaint", by_user=SUE, now_us=self.tick())

    async def untag(self, number):
        async with self.catalogue.writing() as connection:
            await remove_tag(connection, recording_id(number), "complaint")

    async def hold(self, number):
        async with self.catalogue.writing() as connection:
            await add_hold(connection, Hold(recording_id(number), "case 7", SUE, self.tick()))

    async def release(self, number):
        async with self.catalogue.writing() as connection:
            await release_hold(connection, recording_id(number))

    async def erase(self, number):
        """Decide so, and destroy the keys."""
        async with self.catalogue.writing() as connection:
            found = await find_recording(connection, recording_id(number))
            parts = [ErasedSegment(one.id, "x", one.started_at_us, 1, 1, bytes(32), ("k",)) for one in found.segments]
            erasure = erasure_of(found, parts, by="sue", reason="asked", rule="", now_us=self.tick())
            identifier = await add_erasure(connection, erasure)
        async with self.catalogue.writing() as connection:
            await set_shredded(connection, identifier, self.tick(), "certificate")

    async def cover(self, workstation=0):
        async with self.catalogue.writing() as connection:
            which = coverage_days.c.workstation_id == WorkstationId(f"pc-{workstation}")
            values = {"due_us": self.tick(), "kept_us": 1, "missing": [[0, 1, "sleep"]], "kept": [], "is_final": True}
            if not (await connection.execute(update(coverage_days).where(which).values(values))).rowcount:
                key = {"workstation_id": WorkstationId(f"pc-{workstation}"), "day": "2026-01-01"}
                await connection.execute(insert(coverage_days).values(key | values))

    async def batch(self, known):
        """What comes after what the cloud has, written; None where there is nothing."""
        async with self.catalogue.reading() as connection:
            place = resume(await newest_place(connection), known)
            assert place is not None
            outgoing = await next_batch(connection, place)
        return None if outgoing is None else outgoing.body


class Cloud:
    """A tenant's catalogue."""

    def __init__(self, catalogue):
        self.catalogue = catalogue

    @classmethod
    async def open(cls, folder, empty):
        path = folder / "cloud.sqlite"
        shutil.copy(empty, path)
        return cls(await Catalogue.open(path))

    async def place(self, site):
        async with self.catalogue.reading() as connection:
            return await place_of(connection, site.name)

    async def take(self, site, body):
        async with self.catalogue.writing() as connection:
            return await apply_batch(connection, site.name, read_batch(body), 1)

    async def catch_up(self, site):
        """Everything the site has; how many documents it took."""
        count = 0
        while (body := await site.batch(await self.place(site))) is not None:
            applied = await self.take(site, body)
            assert applied.refused == 0
            count += applied.documents
        return count


async def told(catalogue, site=None):
    """What a catalogue says that both should say: of the site itself, or of one site in the cloud."""
    found = {}
    async with catalogue.reading() as connection:
        for table in KEPT:
            rows = [row._asdict() for row in (await connection.execute(select(table))).all()]
            found[table.name] = rows
        rows = await connection.execute(select(uploads.c.segment_id, uploads.c.location))
        objects = {row.segment_id: row.location for row in rows}
    for row in found["segments"]:
        row["location"] = objects.get(row["id"], row["location"])
    if site is not None:
        for rows in found.values():
            for row in rows:
                for name, value in row.items():
                    if isinstance(value, WorkstationId):
                        row[name] = workstation_in_cloud(site, value)
    for name, rows in found.items():
        plain = [{key: value for key, value in row.items() if key not in OWN.get(name, ())} for row in rows]
        found[name] = sorted(plain, key=str)
    return found
