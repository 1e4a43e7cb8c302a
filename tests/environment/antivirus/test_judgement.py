"""Which exclusions are justified: by locked, large, temporary; and never where something foreign could hide."""

from dataclasses import replace
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from environment.antivirus.seen import DATA, SERVICE, file, passing, watched
from hypothesis import given
from hypothesis import strategies as st

from playhead.environment.antivirus import clamav
from playhead.environment.antivirus.dangers import dangers_of
from playhead.environment.antivirus.exclusions import Criterion, Kind, Scan
from playhead.environment.antivirus.families import NAMES_FOR_PREFIX
from playhead.environment.antivirus.judgement import (
    LARGE_BYTES,
    LOCKED_SHARE,
    SURE,
    TEMPORARY_PER_MINUTE,
    Verdict,
    judge,
    lower_share,
)
from playhead.environment.antivirus.sightings import Folder, Program, Sighting


def only(judgements):
    (one,) = judgements
    return one


def verdict(*files, **more):
    return only(judge(watched(*files, **more)))


def test_a_database_is_locked_and_named_by_its_own_name():
    found = verdict(file("shop.db", held=60, locked=True))
    assert found.verdict is Verdict.JUSTIFIED
    assert found.row.text == "/srv/shop/data/shop.db"
    assert [ground.criterion for ground in found.grounds] == [Criterion.LOCKED]
    assert "60 of 60 looks, with a lock" in found.grounds[0].evidence
    assert found.row.service == "/opt/shop/bin/shopd"


def test_an_image_is_large_and_often_changed():
    found = verdict(file("disk.img", size=LARGE_BYTES, changed=30))
    assert (found.verdict, found.row.criteria) == (Verdict.JUSTIFIED, (Criterion.LARGE,))
    assert verdict(file("disk.img", size=LARGE_BYTES - 1, changed=30)).verdict is Verdict.UNJUSTIFIED
    assert verdict(file("disk.img", size=LARGE_BYTES, changed=1)).verdict is Verdict.UNJUSTIFIED


def test_many_that_come_and_go_are_temporary_and_named_by_what_their_names_share():
    found = verdict(*passing(120))
    assert (found.verdict, found.row.criteria) == (Verdict.JUSTIFIED, (Criterion.TEMPORARY,))
    assert found.row.text == "/srv/shop/data/tmp-q*.part"
    assert found.files == 120
    assert verdict(*passing(10)).verdict is Verdict.UNJUSTIFIED
    stay = [replace(one, removed=False) for one in passing(120)]
    assert verdict(*stay).verdict is Verdict.UNJUSTIFIED


def test_folders_named_by_a_date_or_an_id_stand_for_each_other():
    days = [
        file(f"0192ab34-0000-7000-8000-{number:012}.vid", f"/srv/shop/data/2026/11/{day}", held=60)
        for number in range(3)
        for day in (22, 23)
    ]
    assert verdict(*days).row.text == "/srv/shop/data/*/*/*/*.vid"


def test_what_nobody_touched_is_not_spoken_of():
    assert judge(watched(file("archive.zip"))) == ()


def test_few_looks_prove_nothing():
    short = verdict(file("shop.db", held=1, looks=1), seconds=1, looks=1)
    assert short.verdict is Verdict.UNCLEAR
    assert "Watch longer" in short.reasons[0]


def test_without_a_known_writer_nothing_is_justified():
    found = verdict(file("shop.db", held=60, programs=frozenset()), complete=False)
    assert found.verdict is Verdict.UNCLEAR
    assert any("root" in reason for reason in found.reasons)


@pytest.mark.parametrize(
    ("folder", "name", "why"),
    [
        (Folder(DATA, open_to_all=True), "shop.db", "Every account may write"),
        (Folder(DATA, executables=frozenset({"shop.db"})), "shop.db", "Programs lie in"),
        (Folder(DATA), "plugin.dll", "are run"),
        (Folder(PurePosixPath("/usr/lib/shop")), "shop.db", "the system's own"),
        (Folder(DATA), "a*b.db", "wildcard"),
        (Folder(DATA), "a\nExcludePath ^", "wildcard"),
    ],
)
def test_a_row_that_something_could_hide_behind_is_refused(folder, name, why):
    found = verdict(file(name, folder.path, held=60), folders=(folder,))
    assert found.verdict is Verdict.REFUSED
    assert any(why in reason for reason in found.reasons), found.reasons


@pytest.mark.parametrize("folder", ["/", "/mnt", "/home", "/home/jo", "/var", "/srv"])
def test_a_whole_disk_or_what_many_share_is_refused(folder):
    found = verdict(*passing(120, folder=folder))
    assert found.verdict is Verdict.REFUSED
    assert any("shared by many" in reason for reason in found.reasons)


def test_a_page_file_may_lie_at_the_top_by_its_own_name():
    assert verdict(file("swapfile", "/", held=60)).verdict is Verdict.JUSTIFIED


def test_every_name_in_a_folder_is_no_row():
    found = verdict(*passing(60, "a{}"), *passing(60, "b{}"))
    assert found.verdict is Verdict.REFUSED
    assert any("Every name" in reason for reason in found.reasons)


def test_where_files_cannot_be_excluded_the_program_may_be_unless_it_runs_anybodys_code():
    everybody = (Folder(DATA, open_to_all=True),)
    found = verdict(*passing(120), folders=everybody)
    assert [(row.kind, row.text, row.scans) for row in found.instead] == [
        (Kind.PROCESS, "/opt/shop/bin/shopd", (Scan.ACCESS,))
    ]
    for shared in ("/usr/bin/python3.11", "/usr/bin/java", r"C:\Windows\System32\cscript.exe"):
        path = PureWindowsPath(shared) if shared.startswith("C") else PurePosixPath(shared)
        who = frozenset({Program(path, replaceable=False)})
        assert verdict(*passing(120, programs=who), folders=everybody).instead == ()


def test_a_program_that_others_may_replace_is_no_legitimate_service():
    who = frozenset({Program(PurePosixPath("/scratch/x"), replaceable=True)})
    found = verdict(file("shop.db", held=60, programs=who))
    assert found.verdict is Verdict.REFUSED
    assert "can be replaced" in found.reasons[0]


def test_who_else_may_write_is_said():
    folder = Folder(DATA, writers=frozenset({"user shop", "group staff"}))
    assert "group staff, user shop" in verdict(file("shop.db", held=60), folders=(folder,)).reasons[0]


counts = st.integers(0, 60)
folders = st.sampled_from(["/", "/mnt", "/srv/a", "/srv/a/2026/11/23", "/srv/a/2026/11/24", "/usr/lib/a", "/home/jo"])
stems = st.text(alphabet="abz019-_.*[ ", min_size=1, max_size=10).filter(lambda text: text not in {".", ".."})
suffixes = st.sampled_from(["", ".vid", ".db", ".log", ".exe", ".tmp"])
programs = st.sets(
    st.builds(
        Program,
        st.sampled_from([PurePosixPath("/opt/a/a"), PurePosixPath("/usr/bin/python3"), PurePosixPath("/scratch/x")]),
        replaceable=st.booleans(),
    ),
    max_size=2,
).map(frozenset)


@st.composite
def sightings(draw):
    looks = draw(counts)
    return Sighting(
        PurePosixPath(draw(folders), draw(stems) + draw(suffixes)),
        size=draw(st.integers(0, 2 * LARGE_BYTES)),
        looks=looks,
        held=draw(st.sampled_from([0, looks, looks // 2])),
        changed=draw(st.sampled_from([0, looks, looks // 2])),
        created=draw(st.booleans()),
        removed=draw(st.booleans()),
        programs=draw(programs),
    )


places = st.builds(
    Folder,
    folders.map(PurePosixPath),
    open_to_all=st.booleans(),
    executables=st.sets(stems, max_size=1).map(frozenset),
)
views = st.builds(
    lambda files, known, seconds: watched(*files, folders=tuple(known), seconds=seconds),
    st.lists(sightings(), max_size=8, unique_by=lambda one: one.path),
    st.lists(places, max_size=4, unique_by=lambda one: one.path),
    st.sampled_from([1.0, 10.0, 60.0]),
)


@given(views)
def test_what_is_suggested_is_safe_narrow_and_has_grounds(seen):
    by_path = {one.path: one for one in seen.folders}
    for one in judge(seen):
        assert 0 <= one.confidence <= 1
        assert one.verdict is Verdict.JUSTIFIED or one.reasons
        if one.verdict is not Verdict.JUSTIFIED:
            continue
        assert one.confidence >= SURE
        assert one.row.criteria
        assert one.row.kind is Kind.FILES
        covered = [file for file in seen.files if clamav.matches(one.row, str(file.path))]
        assert {file.path.suffix for file in covered} == {PurePosixPath(one.row.pattern).suffix}
        assert all(not by_path[file.path.parent].open_to_all for file in covered)
        assert all(file.path.name not in by_path[file.path.parent].executables for file in covered)
        assert not dangers_of(one.row, ())


@given(views)
def test_every_file_that_was_touched_is_judged_once_and_named_by_its_row(seen):
    touched = [file for file in seen.files if file.held or file.changed or file.created or file.removed]
    judgements = judge(seen)
    assert sum(one.files for one in judgements) == len(touched)
    nameable = [file for file in touched if not set("*?[") & set(file.path.name)]
    for file_ in nameable:
        assert any(clamav.matches(one.row, str(file_.path)) for one in judgements), file_.path


@given(views, st.randoms())
def test_the_order_in_which_files_were_seen_says_nothing(seen, chance):
    files = list(seen.files)
    chance.shuffle(files)
    assert judge(replace(seen, files=tuple(files))) == judge(seen)


@given(hits=st.integers(0, 200), of=st.integers(0, 200), more=st.integers(1, 5))
def test_more_looks_with_the_same_share_prove_more(hits, of, more):
    hits = min(hits, of)
    assert 0 <= lower_share(hits, of) <= lower_share(hits * more, of * more) + 1e-9
    assert lower_share(hits, of) <= (hits / of if of else 0) + 1e-9


def test_wilsons_interval_as_published():
    assert lower_share(10, 10) == pytest.approx(0.7225, abs=1e-4)
    assert lower_share(81, 263) == pytest.approx(0.2553, abs=1e-4)
    assert SERVICE.path.name == "shopd"


@pytest.mark.parametrize(("held", "holds"), [(54, True), (53, False)])
def test_held_for_good_is_nine_looks_of_ten(held, holds):
    found = verdict(file("shop.db", held=held))
    assert (Criterion.LOCKED in found.row.criteria) is holds
    assert LOCKED_SHARE * 60 == 54


@pytest.mark.parametrize(("count", "seconds", "holds"), [(30, 60.0, True), (29, 60.0, False), (60, 120.0, True)])
def test_large_numbers_are_so_many_a_minute(count, seconds, holds):
    found = verdict(*passing(count), seconds=seconds)
    assert (Criterion.TEMPORARY in found.row.criteria) is holds
    assert TEMPORARY_PER_MINUTE == 30


def test_what_names_begin_with_counts_from_as_many_as_leave_no_accident():
    assert verdict(*passing(NAMES_FOR_PREFIX)).row.pattern == "tmp-q*.part"
    assert verdict(*passing(NAMES_FOR_PREFIX - 1)).row.pattern == "*.part"
    ids = [file(f"0192ab34-{number:04x}.part", created=True, removed=True) for number in range(20)]
    assert verdict(*ids).row.pattern == "*.part"
