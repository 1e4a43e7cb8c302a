"""Who holds what of which segment: kept before it matters, told until it is heard, and forgotten in the end."""

from pathlib import Path

import pytest

from playhead.base.errors import CorruptError
from playhead.base.ids import RecordingId, SegmentId
from playhead.testing.disk import SimulatedDisk
from playhead.workstation import claims as module
from playhead.workstation.claims import Claims, Errand

PATH = Path("/data/claims.json")
A, B, C = b"a" * 16, b"b" * 16, b"c" * 16
RECORDING = RecordingId.parse("f" * 32)


def segment(number: int) -> SegmentId:
    return SegmentId.parse(f"{number:032x}")


def new_disk() -> SimulatedDisk:
    disk = SimulatedDisk()
    disk.make_folder(PATH.parent)
    disk.sync_folder(PATH.parent.parent)
    return disk


def load_claims(disk: SimulatedDisk, held: set[SegmentId]) -> Claims:
    claims = Claims(disk, PATH)
    claims.recover(held)
    return claims


def begun(disk: SimulatedDisk, *servers: bytes, number: int = 1) -> Claims:
    claims = load_claims(disk, {segment(number)})
    for server in servers:
        claims.begin(RECORDING, segment(number), server)
    claims.save()
    return claims


def test_bytes_go_to_a_server_once_it_is_kept_that_it_accepted() -> None:
    claims = Claims(new_disk(), PATH)
    assert not claims.may_send(segment(1), A)
    claims.begin(RECORDING, segment(1), A)
    assert not claims.may_send(segment(1), A)
    data, change = claims.snapshot()
    claims.begin(RECORDING, segment(2), A)
    claims.write(data)
    claims.kept(change)
    assert claims.may_send(segment(1), A)
    assert not claims.may_send(segment(2), A), "it was noted while the other one was written"
    assert not claims.may_send(segment(1), B)
    assert claims.is_dirty
    claims.save()
    assert not claims.is_dirty


def test_a_server_that_has_no_name_needs_no_note() -> None:
    claims = Claims(new_disk(), PATH)
    claims.begin(RECORDING, segment(1), b"")
    assert claims.may_send(segment(1), b"")
    assert not claims.is_dirty
    assert claims.holders(segment(1)) == frozenset()


def test_the_only_one_that_holds_it_is_never_told_anything() -> None:
    claims = begun(new_disk(), A)
    assert claims.is_kept(claims.finish(segment(1), A, is_whole=True))
    assert claims.errands(A) == []
    assert claims.holders(segment(1)) == frozenset()


def test_who_holds_a_part_is_told_who_has_the_whole_until_it_has_heard() -> None:
    disk = new_disk()
    claims = begun(disk, A, B, C)
    change = claims.finish(segment(1), B, is_whole=True)
    assert not claims.is_kept(change), "the segment is not to be deleted yet"
    claims.save()
    assert claims.is_kept(change)
    disk.restart()
    claims = load_claims(disk, set())
    assert claims.errands(A) == claims.errands(C) == [Errand(RECORDING, segment(1), B)]
    assert claims.errands(B) == []
    claims.released(segment(1), A)
    claims.save()
    claims = load_claims(disk, set())
    assert claims.errands(A) == []
    assert claims.errands(C) != []
    claims.released(segment(1), C)
    claims.save()
    assert load_claims(disk, set()).holders(segment(1)) == frozenset()


def test_what_no_server_has_whole_takes_nothing_from_another() -> None:
    claims = begun(new_disk(), A, B)
    assert claims.is_kept(claims.finish(segment(1), B, is_whole=False))
    assert claims.errands(A) == []


def test_the_last_to_have_the_whole_is_the_owner() -> None:
    claims = begun(new_disk(), A, B)
    claims.finish(segment(1), B, is_whole=True)
    claims.finish(segment(1), A, is_whole=True)
    assert claims.errands(A) == []
    assert claims.errands(B) == [Errand(RECORDING, segment(1), A)]


def test_a_claim_to_what_is_gone_and_has_no_owner_is_forgotten_at_the_next_start() -> None:
    disk = new_disk()
    begun(disk, A)
    assert load_claims(disk, {segment(1)}).holders(segment(1)) == {A}
    assert load_claims(disk, set()).holders(segment(1)) == frozenset()


@pytest.mark.parametrize("number", range(1, 12))
def test_a_power_cut_at_any_step_keeps_it_as_it_was_or_as_it_is(number: int) -> None:
    disk = new_disk()
    begun(disk, A)
    disk.cut_at = len(disk.steps) + number
    try:
        begun(disk, B)
    except BaseException as error:  # noqa: BLE001 - a power cut is no Exception
        assert type(error).__name__ == "PowerCutError"  # noqa: PT017
    disk.restart()
    assert load_claims(disk, {segment(1)}).holders(segment(1)) in ({A}, {A, B})


def test_a_damaged_file_is_put_out_of_the_way() -> None:
    disk = new_disk()
    disk.open(PATH, create=True).write_at(b"{", 0)
    with pytest.raises(CorruptError):
        Claims(disk, PATH).load(set())
    claims = load_claims(disk, set())
    claims.begin(RECORDING, segment(1), A)
    claims.save()
    assert disk.list_folder(PATH.parent) == ["claims.json", "claims.json.damaged"]


def test_no_more_than_so_many_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CLAIMS_MAX", 3)
    claims = Claims(new_disk(), PATH)
    for number in range(1, 4):
        claims.begin(RECORDING, segment(number), A)
    assert claims.holders(segment(1)) == {A}
    claims.begin(RECORDING, segment(4), A)
    assert claims.holders(segment(1)) == frozenset()
    assert claims.holders(segment(2)) == claims.holders(segment(4)) == {A}
