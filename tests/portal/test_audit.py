"""The audit log over HTTP: for those who may, by all that can be asked, as a table, verified; and what is noted."""

import csv
import io
from dataclasses import replace

import pytest
from http_answers import code_of

from playhead.domain.roles import AUDITOR
from playhead.portal.api import audit as audit_module
from playhead.store.audit_anchor import AuditAnchor
from playhead.store.audit_proof import AuditProof
from playhead.store.catalogue.audit import PAGE_ITEMS_MAX, AuditEntry, add_audit_entry, audit_head


@pytest.fixture
def anchor(site):
    return AuditAnchor(site.folder / "audit-head.json", site.keyring, site.clock)


@pytest.fixture
def parts(parts, anchor):
    return replace(parts, proof=AuditProof(parts.catalogue, anchor))


@pytest.fixture
async def auditor(site, browser):
    await site.add_user("ada", AUDITOR)
    await browser.sign_in("ada")
    return browser


async def log(site, count, **said):
    async with site.catalogue.writing() as connection:
        for number in range(count):
            facts = {"actor": "sue", "action": "recording.viewed", "subject": f"r{number}", "address": "192.0.2.7"}
            await add_audit_entry(connection, AuditEntry(site.clock.wall_us(), **{**facts, **said}))


async def items(browser, **query):
    answer = await browser.get("/api/audit", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


@pytest.mark.parametrize("user", ["jane", "sue"])
@pytest.mark.parametrize("path", ["/api/audit", "/api/audit.csv", "/api/audit/verify"])
async def test_only_those_who_may_audit_read_it_and_refusals_are_in_it(site, browser, user, path):
    await browser.sign_in(user)
    answer = await browser.get(path)
    assert code_of(answer) == (403, "access.refused")
    (entry,) = await site.audited("access.refused")
    assert (entry.actor, entry.subject, entry.details) == (user, "audit", {"action": "audit"})


async def test_an_entry_says_everything(site, auditor):
    await log(site, 1, details={"from_ms": 5, "said": "é"}, page="/recordings/1")
    (entry,) = await items(auditor, action="recording.viewed")
    async with site.catalogue.reading() as connection:
        head = await audit_head(connection)
    assert entry.pop("id") == head.id - 1  # reading it is noted, too
    assert len(entry.pop("hash")) == 64
    assert entry == {
        "at": site.clock.wall_us() and entry["at"],
        "actor": "sue",
        "action": "recording.viewed",
        "subject": "r0",
        "address": "192.0.2.7",
        "page": "/recordings/1",
        "details": {"from_ms": 5, "said": "é"},
    }
    assert entry["at"].endswith("Z")


async def test_pages_meet_and_cursors_are_text(site, auditor):
    await log(site, 7)
    seen, before = [], None
    while True:
        query = {"action": "recording", "limit": 3} | ({} if before is None else {"before": before})
        page = (await auditor.get("/api/audit", params=query)).json()
        seen += [entry["subject"] for entry in page["items"]]
        before = page["next"]
        if before is None:
            break
        assert isinstance(before, str)
    assert seen == [f"r{number}" for number in reversed(range(7))]


async def test_a_search_that_finds_little_goes_on_by_itself_and_then_by_its_cursor(site, auditor, monkeypatch):
    monkeypatch.setattr("playhead.store.catalogue.audit_search.LOOKED_AT_MAX", 4)
    await log(site, 40)
    page = (await auditor.get("/api/audit", params={"q": "r1"})).json()
    found = [entry["subject"] for entry in page["items"]]
    while page["next"] is not None:
        page = (await auditor.get("/api/audit", params={"q": "r1", "before": page["next"]})).json()
        found += [entry["subject"] for entry in page["items"]]
    assert found == ["r19", "r18", "r17", "r16", "r15", "r14", "r13", "r12", "r11", "r10", "r1"]


async def test_filters_by_time_take_instants(site, auditor):
    await log(site, 1)
    (entry,) = await items(auditor, action="recording")
    at = entry["at"]
    assert len(await items(auditor, action="recording", **{"from": at, "to": at})) == 1
    assert await items(auditor, action="recording", **{"from": "2099-01-01T00:00:00Z"}) == []
    assert await items(auditor, action="recording", to="1999-01-01T01:00:00+01:00") == []


@pytest.mark.parametrize(
    "query",
    [
        {"from": "yesterday"},
        {"from": "2026-01-01T00:00:00"},
        {"limit": 0},
        {"limit": 201},
        {"before": 0},
        {"before": 1 << 63},
        {"before": "x"},
        {"q": "x" * (audit_module.TEXT_CHARS_MAX + 1)},
        {"page": "x" * (audit_module.TEXT_CHARS_MAX + 1)},
    ],
)
async def test_what_is_malformed_is_refused(auditor, query):
    assert code_of(await auditor.get("/api/audit", params=query)) == (400, "http.request")


async def test_the_longest_filter_is_taken(auditor):
    assert await items(auditor, q="x" * audit_module.TEXT_CHARS_MAX) == []


async def test_the_table_holds_all_that_is_wanted_and_no_formula(site, auditor, monkeypatch):
    monkeypatch.setattr(audit_module, "CSV_BATCH", 3)
    await log(site, 7)
    for formula in ("=cmd", "+1", "-1", "@x", "\tx", "\rx", "\nx"):
        await log(site, 1, subject=formula, page="=1", details={"said": "=1"})
    answer = await auditor.get("/api/audit.csv", params={"action": "recording"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    head, *rows = csv.reader(io.StringIO(answer.text, newline=""))
    assert head == ["id", "at", "actor", "action", "subject", "address", "page", "details", "hash"]
    subjects = [row[4] for row in rows]
    assert subjects == ["'\nx", "'\rx", "'\tx", "'@x", "'-1", "'+1", "'=cmd", *(f"r{n}" for n in reversed(range(7)))]
    assert {row[6] for row in rows} == {"'=1", ""}
    assert rows[0][7] == '{"said":"=1"}'
    assert len(await site.audited("audit.exported")) == 1


async def test_an_empty_table_has_its_head(auditor):
    answer = await auditor.get("/api/audit.csv", params={"actor": "nobody"})
    assert answer.text.splitlines() == ["id,at,actor,action,subject,address,page,details,hash"]


async def test_verifying_says_that_it_is_whole_and_is_noted(site, auditor):
    await log(site, PAGE_ITEMS_MAX // 100)
    answer = (await auditor.get("/api/audit/verify")).json()
    async with site.catalogue.reading() as connection:
        head = await audit_head(connection)
    assert answer["head"].partition(":")[0] == str(head.id - 1)
    assert answer == {"whole": True, "entries": head.id - 1, "firstBad": None, "problem": None, "head": answer["head"]}
    (entry,) = await site.audited("audit.verified")
    assert entry.details == {"whole": "True"}


async def test_verifying_finds_what_was_changed(site, auditor):
    await log(site, 5)
    async with site.catalogue.writing() as connection:
        await connection.exec_driver_sql("UPDATE audit SET actor = 'eve' WHERE id = 4")
    answer = (await auditor.get("/api/audit/verify")).json()
    assert (answer["whole"], answer["firstBad"], answer["problem"], answer["entries"]) == (False, 4, "changed", 3)


async def test_verifying_finds_what_was_cut_off(site, auditor, anchor):
    await log(site, 5)
    async with site.catalogue.reading() as connection:
        anchor.write(await audit_head(connection))
    async with site.catalogue.writing() as connection:
        await connection.exec_driver_sql("DELETE FROM audit WHERE id > 3")
    answer = (await auditor.get("/api/audit/verify")).json()
    assert (answer["whole"], answer["firstBad"], answer["problem"]) == (False, 4, "cut")


async def test_verifying_finds_a_head_that_was_made_up(site, auditor, anchor):
    async with site.catalogue.reading() as connection:
        anchor.write(await audit_head(connection))
    path = site.folder / "audit-head.json"
    path.write_bytes(path.read_bytes().replace(b'"site":"site"', b'"site":"sits"'))
    answer = (await auditor.get("/api/audit/verify")).json()
    assert (answer["whole"], answer["problem"]) == (False, "anchor")


@pytest.mark.parametrize(
    ("said", "noted"),
    [
        ("/recordings/1?t=5", "/recordings/1?t=5"),
        ("/" + "x" * 199, "/" + "x" * 199),
        ("/" + "x" * 200, "/" + "x" * 199),
        ("/r%C3%A4ume%0d%0ax", "/räumex"),
        ("https://evil.example/", ""),
        ("=1+1", ""),
        ("", ""),
    ],
)
async def test_what_is_done_is_noted_with_the_page_it_was_done_from(site, browser, said, noted):
    browser.headers["x-playhead-page"] = said
    await browser.sign_in("sue")
    (entry,) = await site.audited("sign_in.ok")
    assert entry.page == noted
    browser.headers.pop("x-playhead-page")
    await browser.delete("/api/session")
    (entry,) = await site.audited("sign_out.ok")
    assert entry.page == ""


async def test_a_program_whose_token_is_refused_is_noted(site, browser):
    assert code_of(await browser.get("/api/audit", headers={"authorization": "Bearer x.y.z"}))[0] == 401
    (entry,) = await site.audited("token.refused")
    assert (entry.actor, entry.subject, entry.address) == ("unknown", "/api/audit", "192.0.2.10")
    assert entry.details["code"].startswith("token.")
