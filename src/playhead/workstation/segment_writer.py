"""Seals what the recorder wants written, and puts it into the spool: keys, envelopes and files of segments."""

import secrets

from playhead.base.clock import Clock
from playhead.base.errors import UnavailableError
from playhead.base.ids import SegmentId
from playhead.wire import vid
from playhead.workstation.actions import OpenSegment, SealSegment, WriteRecord
from playhead.workstation.identity import Identity
from playhead.workstation.spool import Spool
from playhead.workstation.spool_files import Reason, SpooledSegment


class SegmentWriter:
    """Writes one segment at a time.

    A segment's data key exists in this object and, sealed to the site, in the file's header: nowhere else, so that a
    stolen workstation plays nothing.

    Args:
        spool: where the bytes go.
        clock: for ids.
        agent: who works here.
    """

    def __init__(self, spool: Spool, clock: Clock, agent: str) -> None:
        self._spool = spool
        self._clock = clock
        self._agent = agent[: vid.MAX_AGENT_CHARS]
        self._writer: vid.Writer | None = None
        self.identity: Identity | None = None
        """Who seals, and for whom. None until it is known; nothing can be written before."""
        self.segment: SpooledSegment | None = None
        """The one being written."""

    def open(self, action: OpenSegment, *, droppable: bool = False) -> None:
        """Begin a segment.

        Args:
            action: which.
            droppable: it may make room for newer ones.

        Raises:
            UnavailableError: ``spool.*``, ``workstation.no_site_key``.
        """
        identity = self.identity
        if identity is None:
            hint = "It comes with the first connection."
            raise UnavailableError("workstation.no_site_key", "The premises' key is not known yet.", hint=hint)
        segment = SegmentId.new(self._clock)
        data_key = secrets.token_bytes(vid.DATA_KEY_BYTES)
        signer = identity.signer.public_key().public_bytes_raw()
        envelope = vid.seal_data_key(
            data_key, identity.site_key, recording=action.recording, segment=segment, signer=signer
        )
        header = vid.Header(
            recording=action.recording,
            segment=segment,
            site=identity.site,
            workstation=identity.workstation,
            agent=self._agent,
            started_at_us=action.started_at_us,
            tracks=action.tracks,
            keys=(envelope,),
            signer=signer,
        )
        writer = vid.Writer(header, data_key, identity.signer)
        self.segment = self._spool.create(header, writer.start(), droppable=droppable)
        self._writer = writer

    def write(self, record: WriteRecord) -> None:
        """Add a record.

        Raises:
            UnavailableError: ``spool.*``: the segment cannot go on; `finish` it.
        """
        writer, segment = self._current()
        data = writer.record(
            record.kind,
            track=record.track,
            epoch=record.epoch,
            flags=record.flags,
            media_time_us=record.media_time_us,
            wall_time_us=record.wall_time_us,
            span_us=record.span_us,
            body=record.body,
        )
        self._spool.append(segment, data)

    def seal(self, action: SealSegment) -> None:
        """Write the SEAL; the segment is finished.

        Raises:
            UnavailableError: as `write`.
        """
        writer, segment = self._current()
        self._spool.append(segment, writer.seal(action.media_time_us, action.wall_time_us))
        self.finish("sealed")

    def finish(self, reason: Reason) -> None:
        """Nothing is added any more; without a seal where the reason is another than that. Safe to repeat."""
        if self.segment is not None:
            self._spool.finish(self.segment, reason)
        self.segment = self._writer = None

    def _current(self) -> tuple[vid.Writer, SpooledSegment]:
        if self._writer is None or self.segment is None:
            raise AssertionError("no segment is open")
        return self._writer, self.segment
