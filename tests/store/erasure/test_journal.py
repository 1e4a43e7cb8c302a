from dataclasses import replace

import pytest
from store.erasure.test_certificate import CERTIFICATE, ERASURE
from store.erasure.world import AUTHORITY, JOURNAL, STARTED_US, recording_id

from playhead.store.erasure.certificate import sign_certificate
from playhead.store.erasure.journal import Journal
from playhead.testing.disk import SimulatedDisk

MONTH_US = 31 * 86_400_000_000


@pytest.fixture
def disk():
    found = SimulatedDisk()
    found.make_folder(JOURNAL.parent)
    return found


@pytest.fixture
def journal(disk):
    return Journal(JOURNAL, disk)


def document(number):
    erasure = replace(ERASURE, recording=recording_id(number))
    return sign_certificate(replace(CERTIFICATE, erasure=erasure), AUTHORITY)


def told(journal):
    return [one.certificate.erasure.recording.value.int for one in journal.read()]


def test_an_empty_one(journal):
    assert told(journal) == []
    assert journal.newest() is None


def test_keeps_what_was_added_in_order_over_months(journal, disk):
    journal.append([document(1), document(2)], STARTED_US)
    journal.append([document(3)], STARTED_US + MONTH_US)
    journal.append([document(4)], STARTED_US + MONTH_US)
    assert disk.list_folder(JOURNAL) == ["2027-01.jsonl", "2027-02.jsonl"]
    assert told(journal) == [1, 2, 3, 4]
    assert journal.newest().document == document(4)


def test_what_is_torn_is_passed_over(journal, disk):
    journal.append([document(1)], STARTED_US)
    file = disk.open(JOURNAL / "2027-01.jsonl")
    file.write_at(document(2)[:100].encode() + bytes(50), file.size())
    assert told(journal) == [1]
    assert journal.newest().document == document(1)
    journal.append([document(3)], STARTED_US)
    assert told(journal) == [1, 3]


def test_lines_longer_than_a_portion_are_read(journal, monkeypatch):
    monkeypatch.setattr("playhead.store.erasure.journal._PORTION_BYTES", 100)
    journal.append([document(1), document(2)], STARTED_US)
    assert told(journal) == [1, 2]


def test_a_forged_line_is_passed_over(journal):
    journal.append([document(1).replace("sue", "eve"), document(2)], STARTED_US)
    assert told(journal) == [2]
