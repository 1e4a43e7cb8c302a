"""The proof of a recording says what is so, and notices each thing that is not."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from premises.proof.shoot import EXPIRED, OFF, ON, S, Shoot, grey

from playhead.base.errors import UnavailableError
from playhead.domain.cards import Word
from playhead.domain.signers import Signer
from playhead.domain.timeline import Gap
from playhead.premises.proof.cards import Where
from playhead.premises.proof.recording import prove
from playhead.testing.vid import signing_key, site_key

CARD = Word("4111 1111 1111 1111", 10, 10, 200, 20)


@dataclass
class Levels:
    """A reader that notes how bright what it is shown is, and sees a card in pictures of one brightness."""

    card_at: int = -1
    fails_at: int = -1
    seen: list[int] = field(default_factory=list)
    name: str = "levels"

    def read(self, picture):
        assert picture.shape[2] == 3
        level = round(float(picture.mean()) / 10) * 10
        self.seen.append(level)
        if level == self.fails_at:
            raise UnavailableError("ocr.failed", "No.")
        return [CARD] if level == self.card_at else []


def shoot(*, until: int = 20, blackout: tuple[int, int] | None = (8, 12)) -> Shoot:
    """A picture a second, each brighter than the one before; a blackout if wanted. Not sealed yet."""
    made = Shoot("one")
    for second in range(until):
        at_us = second * S
        if blackout and second == blackout[0]:
            made.mark(at_us, ON, source="agent", by="kim", reason="card")
            made.black(at_us + 40_000)
            made.alive(at_us + S, min(blackout[1], until) * S)
        if blackout and second == blackout[1]:
            made.mark(at_us, OFF, source="agent", by="kim", reason="card")
        if not blackout or not blackout[0] <= second < blackout[1]:
            made.picture(at_us, grey(second * 10 + 20))
    return made


def test_a_recording_as_it_should_be() -> None:
    made = shoot()
    made.seal(20 * S)
    proof = prove([made.part(signers=[Signer(signing_key().public_key().public_bytes_raw(), 0)])])
    assert proof.is_whole
    (finding,) = proof.segments
    assert (finding.sealed, finding.decrypted, finding.fault, finding.covered_us) == (True, True, "", 20 * S)
    (asked,) = proof.blackouts
    assert (asked.party, asked.reason) == (("agent", "kim", ""), "card")
    assert (asked.from_us, asked.to_us, asked.ended) == (8 * S, 12 * S, OFF)
    assert (proof.black_us, proof.black_pictures) == (4 * S, 1)
    assert (proof.gaps, proof.problems, proof.looked) == ([], [], None)


def test_a_picture_within_a_blackout_is_noticed() -> None:
    made = shoot()
    sneaky = Shoot("two")
    for at_us, level in ((0, 90), (2 * S, None), (3 * S, 60), (5 * S, 90)):
        if level is None:
            sneaky.mark(at_us, ON)
            sneaky.black(at_us)
            continue
        if at_us == 5 * S:
            sneaky.mark(at_us, OFF)
        sneaky.picture(at_us, grey(level))
    sneaky.seal(6 * S)
    proof = prove([sneaky.part()])
    assert not proof.is_whole
    assert [(one.code, one.at_us, one.track) for one in proof.problems] == [("proof.picture_in_blackout", 3 * S, 1)]
    assert proof.black_pictures == 1
    assert made is not sneaky


def test_a_few_letters_on_black_are_something() -> None:
    made = Shoot("two")
    made.picture(0, grey(200))
    made.mark(S, ON)
    pixels = grey(0)
    pixels[20:28, 20:26] = 90
    made.picture(S, pixels, key=True)
    made.mark(3 * S, OFF)
    made.seal(4 * S)
    assert [one.code for one in prove([made.part()]).problems] == ["proof.picture_in_blackout"]


def test_a_picture_that_cannot_be_decoded_proves_nothing() -> None:
    made = Shoot("two")
    made.picture(0, grey(200))
    made.mark(S, ON)
    made.raw(S, b"\x00\x00\x00\x04\xff\xff\xff\xff")
    made.mark(3 * S, OFF)
    made.picture(3 * S, grey(200), key=True)
    made.seal(4 * S)
    (problem,) = prove([made.part()]).problems
    assert (problem.code, "cannot be decoded" in problem.message) == ("proof.picture_in_blackout", True)


def test_a_thumbnail_within_a_blackout_is_noticed() -> None:
    made = Shoot("two")
    made.picture(0, grey(200))
    made.thumbnail(S // 2)
    made.mark(S, ON)
    made.thumbnail(2 * S)
    made.mark(3 * S, OFF)
    made.seal(4 * S)
    assert [one.code for one in prove([made.part()]).problems] == ["proof.thumbnail_in_blackout"]


def test_an_end_without_a_begin_is_noticed() -> None:
    made = Shoot("two")
    made.picture(0, grey(200))
    made.mark(S, EXPIRED, source="api")
    made.seal(2 * S)
    proof = prove([made.part()])
    assert [(one.code, one.at_us) for one in proof.problems] == [("proof.blackout_begin", S)]
    assert not proof.is_whole


def test_a_blackout_goes_on_into_the_next_segment() -> None:
    first, second = shoot(until=10, blackout=(6, 99)), Shoot("next", started_us=10 * S)
    first.seal(10 * S)
    second.mark(0, ON, source="agent", by="kim", reason="card")
    second.black(0)
    second.mark(2 * S, OFF, source="agent", by="kim")
    second.picture(2 * S, grey(90))
    second.seal(3 * S)
    proof = prove([first.part(), second.part()])
    assert (proof.is_whole, proof.black_us, proof.black_pictures) == (True, 6 * S, 2)
    assert [(one.from_us, one.to_us, one.ended) for one in proof.blackouts] == [(6 * S, 12 * S, OFF)]


def test_light_that_nobody_asked_for_is_noticed_in_the_next_segment() -> None:
    first, second = shoot(until=10, blackout=(6, 99)), Shoot("next", started_us=10 * S)
    first.seal(10 * S)
    second.picture(0, grey(90))
    second.seal(3 * S)
    assert [one.code for one in prove([first.part(), second.part()]).problems] == ["proof.picture_in_blackout"]


def test_after_a_break_it_is_as_the_next_segment_says() -> None:
    first, second = shoot(until=10, blackout=(6, 99)), Shoot("next", started_us=60 * S)
    second.picture(0, grey(90))
    second.seal(3 * S)
    gap = Gap(10 * S, 60 * S, "killed")
    reader = Levels()
    proof = prove([first.part(), second.part()], gaps=[gap], reader=reader)
    assert (proof.is_whole, proof.gaps) == (True, [gap])
    assert [(one.to_us, one.ended) for one in proof.blackouts] == [(9 * S, "")]
    assert reader.seen == [50, 60, 70, 90], "the first picture after it is looked at, too"


def test_silence_within_a_segment_is_a_gap_with_its_reason() -> None:
    made = Shoot("two")
    made.picture(0, grey(200))
    made.mark(S, "capture.no_display", message="gone")
    made.picture(9 * S, grey(100), key=True)
    made.picture(20 * S, grey(100), key=True)
    made.seal(21 * S)
    proof = prove([made.part()])
    assert proof.gaps == [Gap(S, 9 * S, "no_display"), Gap(9 * S, 20 * S, "unknown")]


@pytest.mark.parametrize("place", [60, -200, -10])
def test_a_changed_byte_is_noticed(place) -> None:
    made = shoot()
    made.seal(20 * S)
    data = bytearray(made.data)
    data[place] ^= 1
    made.data = bytes(data)
    proof = prove([made.part()], reader=Levels())
    assert (proof.is_whole, proof.segments[0].fault != "") == (False, True)


def test_another_signer_than_the_workstation_s_is_noticed() -> None:
    made = shoot()
    made.seal(20 * S)
    other = Signer(signing_key("other").public_key().public_bytes_raw(), 0)
    assert [one.fault for one in prove([made.part(signers=[other])]).segments] == ["vid.signer"]


def test_without_the_site_s_key_no_picture_is_looked_at_and_that_is_told() -> None:
    made = shoot()
    made.seal(20 * S)
    proof = prove([made.part(site_key=None)], reader=Levels(card_at=90))
    assert (proof.is_whole, proof.segments[0].sealed, proof.segments[0].decrypted) == (True, True, False)
    assert (proof.looked.pictures, proof.looked.segments_unreadable) == (0, 1)
    other = prove([made.part(site_key=site_key("other"))], reader=Levels())
    assert [one.fault for one in other.segments] == ["vid.recipient"]


def test_what_is_read_near_a_blackout() -> None:
    made = shoot()
    made.seal(20 * S)
    reader = Levels(card_at=90)
    proof = prove([made.part()], reader=reader)
    # 20 + 10 × second, of the seconds 5, 6, 7 and 12, 13, 14.
    assert sorted(reader.seen) == [70, 80, 90, 140, 150, 160]
    looked = proof.looked
    assert (looked.pictures, looked.unreadable, looked.count) == (6, 0, 1)
    (seen,) = looked.seen
    assert (seen.at_us, seen.track, seen.sighting.masked) == (7 * S, 1, "411111******1111")
    assert proof.is_whole, "what was seen is told beside it"


def test_what_cannot_be_read_is_counted() -> None:
    made = shoot()
    made.seal(20 * S)
    looked = prove([made.part()], reader=Levels(fails_at=140)).looked
    assert (looked.pictures, looked.unreadable) == (5, 1)


def test_all_of_it_every_few_seconds() -> None:
    made = shoot()
    made.seal(20 * S)
    reader = Levels()
    proof = prove([made.part()], reader=reader, where=Where.ALL, every_us=4 * S)
    assert sorted(reader.seen) == [20, 60, 70, 80, 90, 140, 150, 160, 180, 210]
    assert proof.looked.pictures == 10
    without = Levels()
    bright = shoot(blackout=None)
    bright.seal(20 * S)
    assert prove([bright.part()], reader=without).looked.pictures == 0
    prove([bright.part()], reader=without, where=Where.ALL, every_us=10 * S)
    assert without.seen == [20, 120, 210]


def test_the_newest_segment_may_still_grow() -> None:
    made = shoot()
    proof = prove([made.part()])
    assert (proof.is_whole, proof.segments[0].sealed) == (True, False)
    assert not prove([]).is_whole


def test_pictures_are_what_was_encoded() -> None:
    made = shoot(blackout=None)
    part = made.part()
    index = part.opened.index
    from playhead.premises.proof.film import Film  # noqa: PLC0415 - one test's

    film = Film(index, 1, part.opened.read_at, part.opened.data_key)
    assert film.times(3 * S + 1, 6 * S) == [3 * S, 4 * S, 5 * S]
    wanted = [2 * S, 3 * S, 15 * S]
    shown = list(film.pictures(wanted))
    assert [one.at_us for one in shown] == wanted
    levels = [float(np.asarray(one.frame.to_ndarray(format="gray")).mean()) for one in shown]
    assert levels == sorted(levels)
    assert film.pictures([]) is not None
    assert [one.frame for one in film.pictures([2 * S + 5])] == [None]
    assert (film.first_from(18 * S + 1), film.first_from(30 * S)) == (19 * S, None)
