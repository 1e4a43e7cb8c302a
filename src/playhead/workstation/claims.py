"""Which servers hold something of which segment, so that in the end one has it and the others know (screen.md §12).

``claims.json`` in the data folder: kept durably before the first bytes of a segment go to a server, and before a
segment is deleted here of which another server than its owner holds a part.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
import structlog

from playhead.base.errors import CorruptError, UnavailableError
from playhead.base.ids import RecordingId, SegmentId
from playhead.store.disk import Disk
from playhead.store.small_files import read_small_file, write_small_file

CLAIMS_MAX: Final = 10_000
"""Segments noted. A server that never comes back leaves one behind for each segment that was begun there: past this the
oldest are forgotten, and should that server come back, two hold them."""

_BYTES_MAX: Final = 512 * CLAIMS_MAX

_log = structlog.get_logger(__name__)


class Claim(msgspec.Struct, omit_defaults=True):
    """One segment's."""

    recording: str
    servers: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    """Servers that accepted it, in hexadecimal, and the number of the change that said so."""
    owner: str = ""
    """The server that has all of it; empty while none has."""


@dataclass(frozen=True, slots=True)
class Errand:
    """Something to tell a server: another one has all of this segment."""

    recording: RecordingId
    segment: SegmentId
    owner: bytes


@dataclass(slots=True)
class Claims:
    """See the module. `load` and `save` block; the others do not.

    Args:
        disk: where.
        path: the file.
    """

    disk: Disk
    path: Path
    _claims: dict[str, Claim] = field(default_factory=dict[str, Claim])
    _change: int = 0
    _kept: int = 0

    def load(self, held: set[SegmentId]) -> None:
        """Take over what was kept; what nobody waits for is forgotten.

        Args:
            held: the segments that are still here.

        Raises:
            UnavailableError: ``file.unreadable``.
            CorruptError: ``claims.damaged``.
        """
        data = read_small_file(self.disk, self.path, bytes_max=_BYTES_MAX)
        if data is None:
            return
        try:
            found = msgspec.json.decode(data, type=dict[str, Claim])
        except msgspec.MsgspecError as error:
            hint = "Remove the file: servers that hold a part of a segment will then not be told who has the whole."
            raise CorruptError("claims.damaged", f"{self.path} is damaged.", hint=hint) from error
        here = {str(segment) for segment in held}
        self._claims = {segment: claim for segment, claim in found.items() if claim.owner or segment in here}
        for claim in self._claims.values():
            claim.servers = dict.fromkeys(claim.servers, 0)

    def recover(self, held: set[SegmentId]) -> None:
        """As `load`, but what is damaged is put out of the way: a workstation must not stop for it.

        Raises:
            UnavailableError: the file cannot be used.
        """
        try:
            self.load(held)
        except CorruptError as error:
            _log.error("claims damaged", code=error.code, error=str(error))
            try:
                self.disk.rename(self.path, self.path.with_name(self.path.name + ".damaged"))
            except OSError as failure:
                message = f"Cannot move {self.path}: {failure.strerror}."
                raise UnavailableError("file.unwritable", message) from failure

    @property
    def is_dirty(self) -> bool:
        """`save` has something to do."""
        return self._change > self._kept

    def save(self) -> None:
        """Make durable what was noted until now. Only one at a time.

        Raises:
            UnavailableError: ``file.unwritable``.
        """
        data, change = self.snapshot()
        self.write(data)
        self.kept(change)

    def snapshot(self) -> tuple[bytes, int]:
        """What is to be kept, for `write`, and its number, for `kept`."""
        return msgspec.json.encode(self._claims), self._change

    def write(self, data: bytes) -> None:
        """Keep it. For a thread.

        Raises:
            UnavailableError: ``file.unwritable``.
        """
        write_small_file(self.disk, self.path, data)

    def kept(self, change: int) -> None:
        """It is durable."""
        self._kept = max(self._kept, change)

    def begin(self, recording: RecordingId, segment: SegmentId, server: bytes) -> None:
        """A server has accepted a segment."""
        if not server:
            return
        claim = self._claims.get(str(segment))
        if claim is None:
            claim = self._claims[str(segment)] = Claim(str(recording))
            if len(self._claims) > CLAIMS_MAX:
                oldest = next(iter(self._claims))
                del self._claims[oldest]
                _log.warning("claim forgotten", segment=oldest)
        if server.hex() not in claim.servers:
            self._change += 1
            claim.servers[server.hex()] = self._change

    def may_send(self, segment: SegmentId, server: bytes) -> bool:
        """Whether it is kept that the server accepted the segment."""
        claim = self._claims.get(str(segment))
        noted = None if claim is None else claim.servers.get(server.hex())
        return not server or (noted is not None and noted <= self._kept)

    def holders(self, segment: SegmentId) -> frozenset[bytes]:
        """The servers that may hold something of a segment."""
        claim = self._claims.get(str(segment))
        return frozenset() if claim is None else frozenset(bytes.fromhex(each) for each in claim.servers)

    def finish(self, segment: SegmentId, server: bytes, *, is_whole: bool) -> int:
        """A server has said its final `Ack`.

        Args:
            segment: which.
            server: whose it is now.
            is_whole: it has all of it. Else nobody is told: another one may hold more.

        Returns:
            The change that must be kept (`is_kept`) before the segment is deleted here.
        """
        claim = self._claims.get(str(segment))
        if claim is None:
            return 0
        others = claim.servers.keys() - {server.hex()}
        if not others or not server or not is_whole:
            del self._claims[str(segment)]  # not kept at once: a claim to a segment that is gone is dropped by `load`
            return 0
        self._change += 1
        claim.owner = server.hex()
        claim.servers.setdefault(server.hex(), self._change)
        return self._change

    def is_kept(self, change: int) -> bool:
        """Whether a change is durable."""
        return change <= self._kept

    def errands(self, server: bytes) -> list[Errand]:
        """What to tell a server: segments that it holds a part of, and another has the whole of."""
        name = server.hex()
        return [
            Errand(RecordingId.parse(claim.recording), SegmentId.parse(segment), bytes.fromhex(claim.owner))
            for segment, claim in self._claims.items()
            if claim.owner and claim.owner != name and name in claim.servers
        ]

    def released(self, segment: SegmentId, server: bytes) -> None:
        """A server makes no claim any more."""
        claim = self._claims.get(str(segment))
        if claim is None or not claim.owner:
            return
        claim.servers.pop(server.hex(), None)
        self._change += 1
        if not claim.servers.keys() - {claim.owner}:
            del self._claims[str(segment)]
