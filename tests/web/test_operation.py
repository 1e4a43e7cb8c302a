"""Blackouts, the quarantine, retention, and deleting: orders that are hard or impossible to take back."""

from contextlib import asynccontextmanager

import pytest
from playwright.async_api import expect

from web.conftest import seated, served
from web.operation import at_hour, erased, rule, waiting
from web.premises import Workstation

pytestmark = pytest.mark.asyncio(loop_scope="session")

OPERATOR = ["view", "play", "live", "delete", "operate", "administer", "audit"]
PENDING = {"recordings": 1234, "bytes": 9_000_000_000, "share": 0.123, "needsConfirmation": True}


@asynccontextmanager
async def staged(chromium, path, *things, permissions=OPERATOR, **facts):
    async with served(*things, permissions=permissions) as premises:
        for name, value in facts.items():
            setattr(premises.operation, name, value)
        async with seated(chromium, premises) as seat:
            await seat.sign_in(path)
            yield seat


def asked(source, by, reason):
    return {"source": source, "by": by, "reason": reason, "since": at_hour(9), "until": None}


# ---- blackouts


async def test_a_blackout_is_begun_with_a_reason_and_a_length_and_ended(chromium):
    desk = Workstation("ws-01", "Alice Martin")
    async with staged(chromium, "/live", desk, permissions=["view", "live", "blackout_on"]) as seat:
        await seat.page.get_by_role("button", name="Begin a blackout").click()
        await seat.page.get_by_role("button", name="Begin", exact=True).click()
        await expect(seat.page.get_by_text("Say why.")).to_be_visible()
        await seat.page.get_by_label("Reason").fill("card number")
        await seat.page.get_by_role("button", name="5 min", exact=True).click()
        await seat.page.keyboard.press("Escape")
        await seat.page.get_by_role("button", name="Begin a blackout").click()
        await seat.page.get_by_label("Reason").fill("card number")
        await seat.page.get_by_role("button", name="30 min").click()
        await seat.page.get_by_label("Reason").press("Enter")
        place = seat.page.get_by_role("listitem").filter(has_text="ws-01")
        await expect(place).to_contain_text("Asked for by sam, until")
        await place.get_by_role("button", name="End mine").click()
        await expect(place.get_by_role("button", name="Begin a blackout")).to_be_visible()
        assert desk.requests == []


async def test_black_is_shown_with_who_asks_and_is_never_an_error(chromium, growing):
    asking = [asked("decision_source", "dialler", "payment"), asked("agent", "", "private call")]
    dark = Workstation("ws-02", "Bruno Okafor", "blackout", "growing", requests=asking)
    growing.segments[0].markers.append(
        {"atUs": 20_000_000, "code": "blackout.on", "source": "agent", "reason": "private call", "in_force": 1}
    )
    try:
        async with staged(chromium, "/live", growing, dark) as seat:
            tile = seat.page.get_by_role("listitem").filter(has_text="Bruno Okafor")
            await expect(tile).to_contain_text("payment: Decided by dialler, until it is ended")
            await expect(tile.get_by_role("button", name="End")).to_have_count(0)
            await seat.visit("/recordings/growing")
            card = seat.page.get_by_role("status").filter(has_text="Blackout: private call")
            await expect(card).to_contain_text("Asked for by the agent, until it is ended")
            await expect(seat.page.get_by_role("alert")).to_have_count(0)
    finally:
        growing.segments[0].markers.pop()


# ---- quarantine


async def test_what_is_in_quarantine_is_tried_again_or_dropped_with_a_reason(chromium):
    waits = [waiting("1"), waiting("2", kind="upload", workstation=None, place="nowhere", message="No bytes.")]
    aside = [{"workstation": "ws-07", "segments": 2, "bytes": 8_000_000}]
    async with staged(chromium, "/quarantine", quarantine=waits, aside=aside) as seat:
        grid = seat.page.get_by_role("grid", name="In quarantine")
        await expect(seat.page.get_by_text("ws-07 (2, 8.0 MB).")).to_be_visible()
        await grid.get_by_role("row").nth(1).focus()
        await seat.page.keyboard.press("Enter")
        facts = seat.page.get_by_role("dialog", name="Segment of ws-01")
        await expect(facts).to_contain_text("quarantine/s-1.vid")
        await seat.page.keyboard.press("Escape")
        await grid.get_by_role("row").nth(1).get_by_role("button", name="Retry").click()
        await expect(grid.get_by_role("row")).to_have_count(2)
        await grid.get_by_role("button", name="Drop: Export").click()
        await seat.page.get_by_role("button", name="Drop it").click()
        await expect(seat.page.get_by_text("Say why.")).to_be_visible()
        await seat.page.get_by_label("Reason").fill("made twice")
        await seat.page.get_by_role("button", name="Drop it").click()
        await expect(grid).to_have_count(0)
        assert seat.premises.operation.heard == [("retry", "1", None), ("drop", "2", "made twice")]


async def test_what_its_workstation_keeps_waits_until_that_has_been_told(chromium):
    waits = [waiting("1", place="workstation", location="")]
    async with staged(chromium, "/quarantine", quarantine=waits) as seat:
        row = seat.page.get_by_role("grid", name="In quarantine").get_by_role("row").nth(1)
        await expect(row).to_contain_text("Its records do not follow")
        await row.get_by_role("button", name="Retry").click()
        await expect(row).to_contain_text("Its workstation offers it again when it connects next.")
        await row.get_by_role("button", name="Drop: Segment of ws-01").click()
        await seat.page.get_by_label("Reason").fill("a test")
        await seat.page.get_by_role("button", name="Drop it").click()
        await expect(row).to_contain_text("Its workstation removes it when it connects next.")


# ---- retention


async def test_rules_are_changed_by_keys_and_saved_after_it_was_seen_what_they_delete(chromium):
    rules = [rule("a", "Payments", 30, tags=["sale"]), rule("b", "Trainees", 14, agents=["kim"])]
    preview = {"recordings": 5000, "bytes": 7_000_000_000, "share": 0.2, "held": 12}
    async with staged(chromium, "/retention", rules=rules, default_days=365, preview=preview) as seat:
        listed = seat.page.get_by_role("list", name="Rules").get_by_role("listitem")
        up = seat.page.get_by_role("button", name="Move up: Trainees")
        await up.focus()
        await seat.page.keyboard.press("Enter")
        await expect(listed.first).to_contain_text("Trainees")
        await expect(seat.page.get_by_text("Trainees is number 1 of 2.")).to_be_attached()
        await expect(seat.page.get_by_role("button", name="Move down: Trainees")).to_be_focused()
        await seat.page.get_by_role("button", name="Add a rule").click()
        await seat.page.get_by_label("Name").fill("Broken off")
        await seat.page.get_by_label("Days").fill("0")
        await seat.page.keyboard.press("Enter")
        await expect(seat.page.get_by_text("1 to 36,500 days; nothing is for ever.")).to_be_visible()
        await seat.page.get_by_label("Days").fill("7")
        await seat.page.get_by_label("Interrupted").check()
        await seat.page.get_by_role("button", name="Add", exact=True).click()
        await expect(listed.nth(2)).to_contain_text("7 days")
        await seat.page.get_by_role("button", name="See what it deletes, and save").click()
        asks = seat.page.get_by_role("dialog", name="Save these rules?")
        await expect(asks).to_contain_text("5,000 recordings are due by these rules: 7.0 GB, 20.0 % of all.")
        assert [what for what, *_ in seat.premises.operation.heard] == ["preview"]
        await asks.get_by_role("button", name="Save").click()
        await expect(seat.page.get_by_role("button", name="See what it deletes, and save")).to_have_count(0)
        saved = seat.premises.operation.heard[-1][2]
        assert [(one.get("id"), one["name"], one["days"]) for one in saved["rules"]] == [
            ("b", "Trainees", 14),
            ("a", "Payments", 30),
            (None, "Broken off", 7),
        ]
        assert saved["defaultDays"] == 365


async def test_a_large_purge_waits_until_its_number_was_typed(chromium):
    async with staged(chromium, "/retention", pending=PENDING, erasures=[erased("1", "Alice Martin")]) as seat:
        await expect(seat.page.get_by_role("link", name="Certificate of r-1")).to_have_attribute(
            "href", "/api/erasures/1/certificate"
        )
        await seat.page.get_by_role("button", name="Look and confirm").click()
        number = seat.page.get_by_label("Type 1234 to confirm")
        await number.fill("1233")
        await seat.page.keyboard.press("Enter")
        await expect(seat.page.get_by_text("That is another number.")).to_be_visible()
        assert seat.premises.operation.heard == []
        await number.fill("1,234")
        await seat.page.keyboard.press("Enter")
        await expect(seat.page.get_by_text("more than a run may take by itself")).to_have_count(0)
        await expect(seat.page.get_by_text("deleted by the last run")).to_be_visible()
        assert seat.premises.operation.heard == [("confirm", None, {"recordings": 1234})]


async def test_who_only_operates_reads_the_rules_and_changes_none(chromium):
    async with staged(chromium, "/retention", permissions=["operate"], rules=[rule("a", "Payments", 30)]) as seat:
        await expect(seat.page.get_by_text("Payments")).to_be_visible()
        await expect(seat.page.get_by_role("button", name="Add a rule")).to_have_count(0)
        await expect(seat.page.get_by_role("button", name="Move up: Payments")).to_have_count(0)


# ---- deleting one


async def test_a_recording_is_deleted_for_a_reason_and_what_is_held_is_not(chromium, done):
    done.held = True
    async with staged(chromium, "/recordings/done", done) as seat:
        await seat.page.get_by_role("button", name="Delete this recording").click()
        await expect(seat.page.get_by_role("dialog", name="This recording is held")).to_be_visible()
        await seat.page.keyboard.press("Escape")
        done.held = False
        seat.premises.publish(done)
        seat.premises.operation.refuse_next = (409, "recording.held", "It is held.", "Release it first.")
        await seat.page.get_by_role("button", name="Delete this recording").click()
        await seat.page.get_by_role("textbox", name="Reason").fill("the customer asked for it")
        await seat.page.get_by_role("button", name="Delete it").click()
        await expect(seat.page.get_by_role("dialog").get_by_role("alert")).to_contain_text("It is held.")
        await seat.page.get_by_role("button", name="Delete it").click()
        await seat.page.wait_for_url("**/recordings")
        assert seat.premises.operation.heard == [("delete", "done", "the customer asked for it")]


@pytest.mark.parametrize(
    ("path", "words"),
    [("/quarantine", "operating the server"), ("/retention", "what is kept"), ("/coverage", "what was recorded")],
)
async def test_who_may_not_is_told_so_and_nothing_is_asked_of_the_server(chromium, path, words):
    async with staged(chromium, path, permissions=["live"]) as seat:
        await expect(seat.page.get_by_role("heading", name="This page is not for you")).to_be_visible()
        await expect(seat.page.get_by_text(words)).to_be_visible()
        assert not [one for one in seat.premises.counts if one.startswith(f"/api{path}")]
