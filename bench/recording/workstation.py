"""Playhead's workstation from capture to sealed record, alone in a process of its own, as it runs on an agent's PC.

As a program (``python workstation.py FOLDER``, display and cookie from the environment, the site's public key on
standard input as hex) it records into the spool in that folder until SIGTERM, then seals its segment. It prints
``ready`` with the first picture.
"""

import os
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from playhead.base.clock import SystemClock
from playhead.base.ids import RecordingId, SegmentId, SiteId, WorkstationId
from playhead.store.disk import SystemDisk
from playhead.wire import vid
from playhead.workstation.actions import Action, ForceKey, Now, OpenSegment, SealSegment, WriteRecord
from playhead.workstation.capture.x11 import X11Source
from playhead.workstation.pipeline import Pipeline, PipelineConfig
from playhead.workstation.recorder import Limits, Recorder
from playhead.workstation.spool import Spool

SYNC_S = 1.0
"""The service's rule: what is recorded is on the disk a second later."""

SPOOL_BYTES_MAX = 1 << 30


class Workstation:
    """Pipeline and recorder in one thread, as the workstation's service runs them."""

    def __init__(self, folder: Path, site_key: bytes) -> None:
        self._site_key = site_key
        self._clock = SystemClock()
        self._pipeline = Pipeline(X11Source(), PipelineConfig(), self._clock)
        self._recorder = Recorder(Limits())
        self._spool = Spool(SystemDisk(), folder, bytes_max=SPOOL_BYTES_MAX)
        self._spool.recover()
        self._synced_at = 0.0
        self._stopped = False

    def _open(self, begin: OpenSegment) -> None:
        data_key, signer = os.urandom(32), Ed25519PrivateKey.generate()
        public, segment = signer.public_key().public_bytes_raw(), SegmentId.new(self._clock)
        envelope = vid.seal_data_key(
            data_key, self._site_key, recording=begin.recording, segment=segment, signer=public
        )
        header = vid.Header(
            recording=begin.recording,
            segment=segment,
            site=SiteId("bench"),
            workstation=WorkstationId("bench"),
            agent="agent",
            started_at_us=begin.started_at_us,
            tracks=begin.tracks,
            keys=(envelope,),
            signer=public,
        )
        self._writer = vid.Writer(header, data_key, signer)
        self._segment = self._spool.create(header, self._writer.start())

    def _write(self, record: WriteRecord) -> None:
        data = self._writer.record(
            record.kind,
            track=record.track,
            epoch=record.epoch,
            flags=record.flags,
            media_time_us=record.media_time_us,
            wall_time_us=record.wall_time_us,
            span_us=record.span_us,
            body=record.body,
        )
        self._spool.append(self._segment, data)

    def _seal(self, end: SealSegment) -> None:
        self._spool.append(self._segment, self._writer.seal(end.media_time_us, end.wall_time_us))
        self._spool.finish(self._segment, "sealed")

    def _sync(self) -> None:
        job = self._spool.job()
        if job is not None:
            job.run()
            self._spool.settle(job)
        self._synced_at = time.monotonic()

    def _now(self) -> Now:
        return Now(self._clock.wall_us(), self._clock.monotonic_us())

    def _act(self, actions: Iterable[Action]) -> None:
        for action in actions:
            match action:
                case OpenSegment():
                    self._open(action)
                    print("ready", flush=True)
                case WriteRecord():
                    self._write(action)
                case SealSegment():
                    self._seal(action)
                case ForceKey():
                    self._pipeline.force_key()
                case _:
                    raise AssertionError(action)

    def stop(self) -> None:
        self._stopped = True
        self._pipeline.wake()

    def run(self) -> None:
        self._act(self._recorder.start(RecordingId.new(self._clock), self._now()))
        while not self._stopped:
            outputs = self._pipeline.tick()
            now = self._now()
            self._act(self._recorder.feed(outputs, now.monotonic_us, now))
            if time.monotonic() - self._synced_at >= SYNC_S:
                self._sync()
            due_us = self._recorder.due_us
            self._pipeline.wait(None if due_us is None else max(0, due_us - self._clock.monotonic_us()))
        self._act(self._recorder.stop(self._now()))
        self._sync()
        self._pipeline.close()


def main() -> None:
    workstation = Workstation(Path(sys.argv[1]), bytes.fromhex(sys.stdin.readline()))
    signal.signal(signal.SIGTERM, lambda *_: workstation.stop())
    workstation.run()


if __name__ == "__main__":
    main()
