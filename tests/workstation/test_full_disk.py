"""A workstation on a real file system that others fill to the last byte."""

import json
import shutil
from pathlib import Path
from uuid import UUID

import pytest
from mounting import mounted
from workstation.readback import bodies, recorded
from workstation.test_service import Workstation, is_in_state, office

from playhead.base.ids import RecordingId
from playhead.base.quantities import Size
from playhead.domain.recordings import RecordingState
from playhead.wire.vid import Kind
from playhead.workstation import director
from playhead.workstation.control import Question, ask


def fill(path: Path) -> None:
    """Take every byte that is left."""
    with path.open("wb", buffering=0) as file:
        piece = 1 << 16
        while piece:
            try:
                file.write(b"x" * piece)
            except OSError:
                piece //= 2


async def order(workstation: Workstation, command: str, reason: str = "") -> None:
    await ask(workstation.folder, Question(command, reason=reason))


async def test_it_says_so_keeps_its_orders_and_goes_on_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(director, "RETRY_US", 300_000)
    with mounted(tmp_path / "small", mebibytes=24) as small:
        async with office(tmp_path, disk_free_min=Size(0)) as workstation:
            shutil.move(workstation.folder, small / "data")
            workstation.folder = small / "data"
            premises = workstation.premises
            async with workstation.running():
                answer = await ask(workstation.folder, Question("start", reason="by hand"))
                recording = RecordingId(UUID(answer["recording"]))
                await workstation.until(lambda status: status["durable"])
                await workstation.until(lambda _: (workstation.folder / "reserve").exists())
                fill(small / "others")
                status = await workstation.until(lambda status: status["state"] == "disk_full")
                assert "disk is full" in status["reason"]
                await order(workstation, "blackout_on", "card")  # must be kept, and is
                fill(small / "others again")
                kept = (workstation.folder / "state.json").read_text()
                assert "card" in kept
                assert answer["recording"] in kept
                await order(workstation, "blackout_off")
                assert (workstation.folder / "reserve").stat().st_size < 1 << 20, "by what was kept in reserve"
                (small / "others").unlink()
                (small / "others again").unlink()
                await workstation.until(lambda status: status["state"] == "recording" and status["durable"])
                assert json.loads((workstation.folder / "state.json").read_text())["recording"] == answer["recording"]
                await order(workstation, "stop")
                await premises.until(lambda: is_in_state(premises, recording, RecordingState.COMPLETE))
                await workstation.until(lambda status: status["spool_bytes"] == 0)
            found = await premises.recording(recording)
            assert [segment.ended for segment in found.segments] == ["disk_full", "sealed"]
            assert not list((workstation.folder / "spool").rglob("*.*"))
            numbers = [int(name.split()[-1]) for _, name in await recorded(premises, recording)]
            assert numbers == sorted(set(numbers))
            marks = [json.loads(body) for head, body in await bodies(premises, recording) if head.kind == Kind.MARKER]
            assert {"code": "recording.resumed", "reason": "disk_full"} in marks
