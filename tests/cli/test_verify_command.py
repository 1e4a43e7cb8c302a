"""``playhead verify``: recordings, files and statements, and what it ends with."""

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from cli.conftest import BROKEN_OFF, OTHERS, WHOLE, Run
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from playhead.base.errors import UnavailableError
from playhead.base.ids import SiteId
from playhead.cli import verification
from playhead.cli.places import PremisesPlaces
from playhead.domain.cards import Word
from playhead.premises.proof.statement import sign_statement
from playhead.testing.vid import STARTED_AT_US, make_header, make_vid, site_key
from playhead.wire.pki import create_authority

SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US


def file_of(library: PremisesPlaces, seed: str) -> Path:
    """The segment that the library has of a fixture."""
    (found,) = library.recordings.rglob(f"{make_header(seed)[0].segment}.vid")
    return found


def flip(path: Path, offset: int) -> None:
    data = bytearray(path.read_bytes())
    data[offset] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("text", [str(WHOLE), "0198c0de-0", "0198C0DE0", WHOLE.value.hex])
def test_ids_as_people_write_them(run: Run, library: PremisesPlaces, text: str) -> None:
    said = run("verify", text, "--json", "--data", library.root)
    assert json.loads(said.out)["recordings"][0]["recording"] == str(WHOLE)


def test_a_whole_recording(run: Run, library: PremisesPlaces) -> None:
    said = run("verify", WHOLE, "--data", library.root)
    assert (said.code, said.out) == (0, "whole\n")
    assert "sealed, signature valid" in said.err


def test_a_recording_that_was_broken_off_is_whole_up_to_its_end(run: Run, library: PremisesPlaces) -> None:
    said = run("verify", BROKEN_OFF, "--data", library.root)
    assert (said.code, said.out) == (0, "whole\n")
    assert "not sealed; whole up to its durable end" in said.err


def test_the_finding_for_a_program(run: Run, library: PremisesPlaces) -> None:
    (found,) = json.loads(run("verify", WHOLE, "--json", "--data", library.root).out)["recordings"]
    (segment,) = found["segments"]
    assert (found["recording"], found["whole"]) == (str(WHOLE), True)
    assert segment["segment"] == str(make_header("a")[0].segment)
    assert (segment["sealed"], segment["decrypted"], segment["fault"]) == (True, True, "")
    assert segment["bytes"] == file_of(library, "a").stat().st_size


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.6, 0.999])
def test_one_changed_bit_anywhere_is_found(run: Run, library: PremisesPlaces, share: float) -> None:
    path = file_of(library, "a")
    flip(path, int(share * path.stat().st_size))
    said = run("verify", WHOLE, "--data", library.root)
    assert (said.code, said.out) == (1, "NOT whole\n")
    assert "(vid." in said.err


@pytest.mark.parametrize(
    ("enrolled_at_us", "fault"), [(STARTED_AT_US + 60 * SECOND_US, ""), (STARTED_AT_US - 2 * DAY_US, "vid.signer")]
)
def test_a_workstation_that_was_enrolled_anew(
    run: Run, library: PremisesPlaces, enrolled_at_us: int, fault: str
) -> None:
    """What its key before has signed stays good; what was begun when that had long been replaced does not."""
    with closing(sqlite3.connect(library.catalogue)) as catalogue, catalogue:
        catalogue.execute("INSERT INTO workstation_signers VALUES ('pc-1', ?, ?)", (enrolled_at_us, bytes(32)))
        catalogue.execute("UPDATE workstations SET signer = ? WHERE id = 'pc-1'", (bytes(32),))
    said = run("verify", WHOLE, "--json", "--data", library.root)
    (segment,) = json.loads(said.out)["recordings"][0]["segments"]
    assert (said.code, segment["fault"]) == (1 if fault else 0, fault)


def test_a_file_that_was_cut(run: Run, library: PremisesPlaces) -> None:
    path = file_of(library, "a")
    path.write_bytes(path.read_bytes()[:-1])
    said = run("verify", WHOLE, "--json", "--data", library.root)
    assert said.code == 1
    assert json.loads(said.out)["outcome"]["whole"] is False


def test_a_seal_that_was_cut_off_cleanly(run: Run, library: PremisesPlaces) -> None:
    path = file_of(library, "a")
    path.write_bytes(path.read_bytes()[:-300])
    said = run("verify", WHOLE, "--data", library.root)
    assert (said.code, said.out) == (1, "NOT whole\n")


def test_a_file_that_is_gone(run: Run, library: PremisesPlaces) -> None:
    file_of(library, "a").unlink()
    said = run("verify", WHOLE, "--data", library.root)
    assert (said.code, said.out) == (1, "NOT whole\n")
    assert "(segment.missing)" in said.err


def test_another_recording_s_file_in_its_place(run: Run, library: PremisesPlaces) -> None:
    """Genuine, sealed by the same workstation for the same site, and of the length that the catalogue knows."""
    path = file_of(library, "a")
    path.write_bytes(file_of(library, "b").read_bytes())
    with closing(sqlite3.connect(library.catalogue)) as catalogue, catalogue:
        catalogue.execute("UPDATE segments SET durable_bytes = ?, sealed = 0", [path.stat().st_size])
    said = run("verify", WHOLE, "--data", library.root)
    assert (said.code, said.out) == (1, "NOT whole\n")
    assert "(segment.other)" in said.err
    said = run("recordings", "export", WHOLE, library.root / "out.mp4", "--data", library.root)
    assert (said.code, said.out) == (1, "")
    assert "holds another segment" in said.err
    assert not (library.root / "out.mp4").exists()


def test_a_file_of_another_site(run: Run, library: PremisesPlaces) -> None:
    header = make_header("a")[0]
    foreign = make_vid(
        "a", recording=WHOLE, segment=header.segment, tracks=("DP-1", "DP-2"), site_private_key=site_key("x")
    )
    file_of(library, "a").write_bytes(foreign.data)
    said = run("verify", WHOLE, "--data", library.root)
    assert (said.code, said.out) == (1, "NOT whole\n")
    assert "(vid.recipient)" in said.err


# --- everything, files, statements


def test_everything_there_is(run: Run, library: PremisesPlaces) -> None:
    said = run("verify", "--all", "--json", "--data", library.root)
    found = json.loads(said.out)
    assert (said.code, found["outcome"]["recordings"], found["outcome"]["whole"]) == (0, 3, True)
    assert [one["recording"] for one in found["recordings"]] == sorted(map(str, (WHOLE, BROKEN_OFF, OTHERS)))
    flip(file_of(library, "c"), 900)
    said = run("verify", "--all", "--json", "--data", library.root)
    found = json.loads(said.out)
    assert (said.code, [one["whole"] for one in found["recordings"]]) == (1, [False, True, True])
    audited = run("audit", "list", "--action", "recording.verified", "--data", library.root).out
    assert audited.count("recording.verified") == 2


@pytest.mark.parametrize(
    "arguments", [[], ["--all", str(WHOLE)], [str(WHOLE), "--ocr", "--every", "10"], [str(WHOLE), "--every", "1 s"]]
)
def test_what_makes_no_sense(run: Run, library: PremisesPlaces, arguments: list[str]) -> None:
    assert run("verify", *arguments, "--data", library.root).code == 2


def test_a_segment_on_its_own(run: Run, library: PremisesPlaces, tmp_path: Path) -> None:
    path = tmp_path / "copy.vid"
    path.write_bytes(file_of(library, "a").read_bytes())
    with_keys = run("verify", path, "--json", "--data", library.root)
    (segment,) = json.loads(with_keys.out)["recordings"][0]["segments"]
    assert (with_keys.code, segment["sealed"], segment["decrypted"]) == (0, True, True)
    elsewhere = run("verify", path, "--data", tmp_path / "nothing")
    assert (elsewhere.code, elsewhere.out) == (0, "whole\n")
    assert "not decrypted, for the site's keys are not here" in elsewhere.err
    assert not (tmp_path / "nothing").exists()
    flip(path, 900)
    assert run("verify", path, "--data", tmp_path / "nothing").code == 1


def test_a_file_that_is_not_there_or_is_none(run: Run, library: PremisesPlaces, tmp_path: Path) -> None:
    said = run("verify", tmp_path / "none.vid", "--data", library.root)
    assert (said.code, "none.vid" in said.err) == (1, True)
    (tmp_path / "text.vid").write_text("no segment")
    said = run("verify", tmp_path / "text.vid", "--data", library.root)
    assert (said.code, said.out, "(vid." in said.err) == (1, "NOT whole\n", True)
    assert "There is no file" in run("verify", tmp_path / "none.json", "--data", library.root).err


def test_a_statement_that_others_can_check(run: Run, library: PremisesPlaces, tmp_path: Path) -> None:
    out = tmp_path / "proof.json"
    assert run("verify", WHOLE, "--statement", out, "--data", library.root).code == 0
    here = run("verify", out, "--data", library.root)
    assert (here.code, "Made by site site at " in here.err, "not known" in here.err) == (0, True, False)
    elsewhere = run("verify", out, "--data", tmp_path / "nothing")
    assert (elsewhere.code, "authority is not known here" in elsewhere.err) == (0, True)
    said = json.loads(run("verify", out, "--json", "--data", library.root).out)
    assert (said["recordings"][0]["recording"], said["authorityKnown"]) == (str(WHOLE), True)
    again = run("verify", WHOLE, "--statement", out, "--data", library.root)
    assert (again.code, "exists" in again.err) == (1, True)
    out.write_text(out.read_text().replace('"whole": true', '"whole": false', 1))
    changed = run("verify", out, "--data", library.root)
    assert (changed.code, "was changed after it was signed" in changed.err) == (1, True)


def test_a_statement_of_another_site_is_refused(run: Run, library: PremisesPlaces, tmp_path: Path) -> None:
    other = Ed25519PrivateKey.generate()
    authority = create_authority(SiteId("site"), other, serial=1, now_us=STARTED_AT_US)
    out = tmp_path / "proof.json"
    out.write_bytes(sign_statement({"madeAt": "now", "recordings": []}, authority))
    said = run("verify", out, "--data", library.root)
    assert (said.code, "another authority" in said.err) == (1, True)


# --- reading pictures


class Sees:
    """A reader that sees the same in every picture."""

    name = "a test's"

    def __init__(self, *words: str) -> None:
        self.words = words

    def read(self, _picture: object) -> list[Word]:
        if not self.words:
            raise UnavailableError("ocr.failed", "No.")
        return [Word(text, 10, 20 + 40 * line, 300, 20) for line, text in enumerate(self.words)]


@pytest.mark.parametrize(
    ("reader", "code", "sentence"),
    [
        (
            Sees("Order 4711"),
            0,
            "8 pictures were read, 0 could not be; nothing in them looks",
        ),
        (Sees("4111 1111 1111 1111"), 3, "8 pictures were read, 0 could not be; 8 times something looks like"),
        (Sees(), 4, "0 pictures were read, 8 could not be; nothing in them"),
    ],
)
def test_what_reading_comes_to(
    run: Run, library: PremisesPlaces, monkeypatch: pytest.MonkeyPatch, *, reader: Sees, code: int, sentence: str
) -> None:
    monkeypatch.setattr(verification, "_reader", lambda: reader)
    said = run("verify", WHOLE, "--ocr", "--every", "1 s", "--data", library.root)
    assert (said.code, said.out) == (code, "whole\n")
    assert sentence in said.err
    assert "4111 1111" not in said.err
    told = json.loads(run("verify", WHOLE, "--ocr", "--every", "1 s", "--json", "--data", library.root).out)
    assert told["recordings"][0]["ocr"]["reader"] == "a test's"
    assert run("verify", WHOLE, "--ocr", "--data", library.root).code == 0, "there is no blackout in it"


def test_a_machine_that_cannot_read(run: Run, library: PremisesPlaces, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    said = run("verify", WHOLE, "--ocr", "--data", library.root)
    assert (said.code, "pip install 'playhead[ocr]'" in said.err) == (1, True)
