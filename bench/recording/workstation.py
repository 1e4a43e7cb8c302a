"""Playhead's workstation from capture to sealed record, alone in a process of its own, as it runs on an agent's PC.

As a program (``python workstation.py FOLDER``, display and cookie from the environment, the site's public key on
standard input as hex) it records into the spool in that folder until SIGTERM, then seals its segment. It prints
``ready`` with the first picture.
"""

import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from playhead.base.clock import SystemClock
from playhead.base.ids import RecordingId, SiteId, WorkstationId
from playhead.store.disk import SystemDisk
from playhead.workstation.actions import Action, ForceKey, Now, OpenSegment, SealSegment, WriteRecord
from playhead.workstation.capture.x11 import X11Source
from playhead.workstation.identity import Identity
from playhead.workstation.pipeline import Pipeline, PipelineConfig
from playhead.workstation.recorder import Limits, Recorder
from playhead.workstation.segment_writer import SegmentWriter
from playhead.workstation.spool import Spool

SYNC_S = 1.0
"""The service's rule: what is recorded is on the disk a second later."""

SPOOL_BYTES_MAX = 1 << 30


class Workstation:
    """Pipeline and recorder in one thread, as the workstation's service runs them."""

    def __init__(self, folder: Path, site_key: bytes) -> None:
        self._clock = SystemClock()
        self._pipeline = Pipeline(X11Source(), PipelineConfig(), self._clock)
        self._recorder = Recorder(Limits())
        self._spool = Spool(SystemDisk(), folder, bytes_max=SPOOL_BYTES_MAX)
        self._spool.recover()
        self._writer = SegmentWriter(self._spool, self._clock, "agent")
        self._writer.identity = Identity(
            WorkstationId("bench"), SiteId("bench"), site_key, Ed25519PrivateKey.generate()
        )
        self._synced_at = 0.0
        self._stopped = False

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
                    self._writer.open(action)
                    print("ready", flush=True)
                case WriteRecord():
                    self._writer.write(action)
                case SealSegment():
                    self._writer.seal(action)
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
