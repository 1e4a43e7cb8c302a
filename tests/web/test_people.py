"""Users, groups, roles, sessions, and why somebody may see something."""

import pytest
from playwright.async_api import expect

from web.people_stage import staged
from web.premises import Recording

pytestmark = pytest.mark.asyncio(loop_scope="session")


def row(seat, text):
    return seat.page.get_by_role("row").filter(has_text=text)


async def test_somebody_is_found_by_name_and_opened_by_keys(chromium):
    async with staged(chromium, "/people/users") as seat:
        await expect(row(seat, "Bruno Okafor")).to_contain_text("Locked for 10 min")
        await seat.page.get_by_label("Find somebody").fill("kim")
        await expect(row(seat, "Bruno Okafor")).to_have_count(0)
        assert seat.page.url.endswith("/people/users?q=kim")
        await row(seat, "Kim Lee").focus()
        await seat.page.keyboard.press("Enter")
        await expect(seat.page.get_by_role("heading", name="Kim Lee")).to_be_visible()
        assert seat.page.url.endswith("/people/users/kim")


async def test_a_user_is_added_and_what_is_missing_is_said_where_it_is(chromium):
    async with staged(chromium, "/people/users") as seat:
        await seat.page.get_by_role("button", name="Add a user").click()
        await expect(seat.page.get_by_label("Full name")).to_be_focused()
        await seat.page.get_by_role("button", name="Add", exact=True).click()
        await expect(seat.page.get_by_label("Full name")).to_be_focused()
        await seat.page.get_by_label("Full name").fill("Dana Fox")
        await seat.page.get_by_label("Signs in as").fill("Dana")
        await seat.page.get_by_label("First password").fill("paper clouds over rivers")
        await seat.page.get_by_role("combobox", name="Role").select_option("auditor")
        await seat.page.get_by_role("button", name="Add", exact=True).click()
        await expect(seat.page.get_by_role("heading", name="Dana Fox")).to_be_visible()
        assert seat.premises.users["dana"]["roles"] == [{"role": "auditor", "since": None}]


async def test_a_name_that_is_taken_is_said_in_the_dialog(chromium):
    async with staged(chromium, "/people/users") as seat:
        await seat.page.get_by_role("button", name="Add a user").click()
        await seat.page.get_by_label("Full name").fill("Another Kim")
        await seat.page.get_by_label("Signs in as").fill("kim")
        await seat.page.get_by_label("First password").fill("paper clouds over rivers")
        await seat.page.get_by_role("button", name="Add", exact=True).click()
        await expect(seat.page.get_by_role("alert")).to_contain_text("There is a user kim already.")


async def test_roles_change_at_once_and_can_be_undone(chromium):
    async with staged(chromium, "/people/users/kim") as seat:
        await seat.page.get_by_role("button", name="Add a role").click()
        await seat.page.get_by_role("menuitem", name="Auditor").click()
        await expect(seat.page.get_by_role("link", name="Auditor")).to_be_visible()
        assert [one["role"] for one in seat.premises.users["kim"]["roles"]] == ["manager", "trainer", "auditor"]
        await seat.page.get_by_role("button", name="Undo").click()
        await expect(seat.page.get_by_role("link", name="Auditor")).to_have_count(0)
        assert [one["role"] for one in seat.premises.users["kim"]["roles"]] == ["manager", "trainer"]


async def test_a_role_can_begin_on_a_day(chromium):
    async with staged(chromium, "/people/users/kim") as seat:
        await seat.page.get_by_role("button", name="All recordings").click()
        await seat.page.get_by_label("Recordings that began on or after").fill("2026-10-05")
        await seat.page.get_by_role("button", name="Set", exact=True).click()
        await expect(seat.page.get_by_role("button", name="From Oct 5, 2026 on")).to_be_visible()
        since = seat.premises.users["kim"]["roles"][0]["since"]
        assert since.startswith(("2026-10-04", "2026-10-05"))


async def test_disabling_asks_first_and_locking_can_be_ended(chromium):
    async with staged(chromium, "/people/users/bruno") as seat:
        await seat.page.get_by_role("button", name="Unlock").click()
        await expect(seat.page.get_by_role("button", name="Unlock")).to_have_count(0)
        await seat.page.get_by_role("button", name="Disable").click()
        await seat.page.get_by_role("button", name="Cancel").click()
        assert not seat.premises.users["bruno"]["disabled"]
        await seat.page.get_by_role("button", name="Disable").click()
        await seat.page.get_by_role("dialog").get_by_role("button", name="Disable").click()
        await expect(seat.page.get_by_role("heading", name="Bruno Okafor", level=1)).to_contain_text("Disabled")


async def test_a_password_is_set_and_a_second_factor_taken_away(chromium):
    async with staged(chromium, "/people/users/alice") as seat:
        await seat.page.get_by_role("button", name="Set a new one").click()
        await seat.page.get_by_role("textbox", name="New password").fill("short")
        await seat.page.get_by_role("button", name="Set it").click()
        await expect(seat.page.get_by_text("7 more characters, please.")).to_be_visible()
        await seat.page.get_by_role("textbox", name="New password").fill("paper clouds over rivers")
        await seat.page.get_by_role("button", name="Set it").click()
        await expect(seat.page.get_by_text("The password is set.")).to_be_visible()
        await seat.page.get_by_role("button", name="Turn off").click()
        await seat.page.get_by_role("dialog").get_by_role("button", name="Turn off").click()
        await expect(seat.page.get_by_text("Off. They turn it on themselves")).to_be_visible()
        assert ("POST", "/api/users/alice/password") in [one[:2] for one in seat.premises.heard]


async def test_a_refused_change_is_said_and_nothing_else_changes(chromium):
    refusal = (409, "user.last_administrator", "Nobody would be left to administer.", "Give another the role first.")
    async with staged(chromium, "/people/users/sam", refuse_next=refusal) as seat:
        await seat.page.get_by_role("button", name="Take away Administrator").click()
        await expect(seat.page.get_by_role("alert")).to_contain_text("Nobody would be left to administer.")
        await expect(seat.page.get_by_role("link", name="Administrator")).to_be_visible()


async def test_a_group_gets_a_member_who_is_no_user_and_a_supervisor(chromium):
    async with staged(chromium, "/people/groups/sales") as seat:
        await seat.page.get_by_role("button", name="Add a member").click()
        await seat.page.get_by_label("Find in members").fill("Temp07")
        await seat.page.get_by_role("button", name="Add “temp07”").click()
        await expect(seat.page.get_by_role("list", name="Members").get_by_text("temp07")).to_be_visible()
        await seat.page.keyboard.press("Escape")
        await seat.page.get_by_role("button", name="Add a supervisor").click()
        await seat.page.get_by_role("checkbox", name="Bruno Okafor").check()
        await expect(seat.page.get_by_role("link", name="Bruno Okafor")).to_be_visible()
        assert seat.premises.groups["sales"]["members"] == ["alice", "temp07"]
        assert seat.premises.groups["sales"]["supervisors"] == ["bruno", "kim"]


async def test_the_first_group_is_made_renamed_and_removed(chromium):
    async with staged(chromium, "/people/groups", groups={}) as seat:
        await expect(seat.page.get_by_text("No groups yet")).to_be_visible()
        await seat.page.get_by_role("button", name="Add a group").click()
        await seat.page.get_by_role("textbox", name="Name").fill("Claims")
        await seat.page.keyboard.press("Enter")
        await seat.page.get_by_role("button", name="Rename").click()
        await seat.page.get_by_role("textbox", name="Name").fill("Complaints")
        await seat.page.keyboard.press("Enter")
        await expect(seat.page.get_by_role("heading", name="Complaints")).to_be_visible()
        await seat.page.get_by_role("button", name="Remove").click()
        await seat.page.get_by_role("button", name="Remove the group").click()
        await expect(seat.page.get_by_text("No groups yet")).to_be_visible()


async def test_a_role_is_a_grid_that_is_saved_as_a_whole(chromium):
    async with staged(chromium, "/people/roles/trainer") as seat:
        await seat.page.get_by_role("radio", name="Play: Everyone").check()
        await expect(seat.page.get_by_text("can only open them by a link")).to_be_visible()
        assert seat.premises.roles["trainer"]["grants"] == [{"action": "view", "scope": "team"}]
        await seat.page.get_by_role("radio", name="See: Team").focus()
        await seat.page.keyboard.press("ArrowRight")
        await expect(seat.page.get_by_text("can only open them by a link")).to_have_count(0)
        await seat.page.get_by_role("button", name="Save").click()
        await expect(seat.page.get_by_text("Nothing is changed.")).to_be_visible()
        assert seat.premises.roles["trainer"]["grants"] == [
            {"action": "view", "scope": "all"},
            {"action": "play", "scope": "all"},
        ]


async def test_a_role_that_comes_with_playhead_is_copied_not_changed(chromium):
    async with staged(chromium, "/people/roles/supervisor") as seat:
        await expect(seat.page.get_by_role("radio")).to_have_count(0)
        await seat.page.get_by_role("button", name="Make a copy").click()
        await seat.page.get_by_role("textbox", name="Name").fill("Team lead")
        await seat.page.keyboard.press("Enter")
        await expect(seat.page.get_by_role("heading", name="Team lead")).to_be_visible()
        await expect(seat.page.get_by_role("radio", name="Watch live: Team")).to_be_checked()


async def test_a_session_is_ended(chromium):
    async with staged(chromium, "/people/sessions") as seat:
        seat.premises.logins.append(seat.premises.login("s-kim", "kim", agent="Edge on Windows"))
        await seat.page.get_by_role("button", name="Refresh").click()
        await seat.page.get_by_role("button", name="End the session of kim, Edge on Windows").click()
        await expect(seat.page.get_by_text("Edge on Windows", exact=True)).to_have_count(0)
        await expect(seat.page.get_by_role("list", name="Sessions")).to_be_focused()
        assert [one["id"] for one in seat.premises.logins] == ["s-here"]


async def test_why_somebody_may_see_a_recording_is_asked_by_a_link_to_it(chromium):
    async with staged(chromium, "/people/access", Recording("r-1", "alice", [])) as seat:
        await seat.page.get_by_label("User", exact=True).fill("kim")
        await seat.page.get_by_label("Recording", exact=True).fill("https://site:2020/recordings/r-1?t=12")
        await seat.page.keyboard.press("Enter")
        await expect(seat.page.get_by_text("kim may see and play this recording.")).to_be_visible()
        await expect(seat.page.get_by_text("Role “manager” allows it for everyone.").first).to_be_visible()
        await seat.visit("/people/access?user=alice&recording=r-1")
        await expect(seat.page.get_by_text("alice may not see this recording.")).to_be_visible()
        await seat.visit("/people/access?user=nobody&recording=r-1")
        await expect(seat.page.get_by_role("alert")).to_contain_text("There is no such user.")
