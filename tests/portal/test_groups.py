"""Groups over HTTP."""

import pytest
from http_answers import code_of

from playhead.base.ids import RoleId
from playhead.domain.access import Action, Scope
from playhead.domain.roles import SUPERVISOR, Permission
from playhead.store.catalogue import roles


@pytest.fixture
async def root(browser, site):
    await site.add_user("sam", SUPERVISOR)
    await browser.sign_in("root")
    return browser


async def test_a_group_is_made_changed_and_removed(root, site):
    answer = await root.post(
        "/api/groups", json={"name": " Night Shift ", "members": ["CORP\\Jane", "jane", "Joe"], "supervisors": ["sam"]}
    )
    assert answer.status_code == 201
    made = {"id": "night-shift", "name": "Night Shift", "members": ["jane", "joe"], "supervisors": ["sam"]}
    assert answer.json() == made
    assert (await root.get("/api/groups")).json() == {"items": [made], "next": None}
    answer = await root.patch("/api/groups/night-shift", json={"name": "Late", "members": ["joe", "eve"]})
    assert answer.json() == made | {"name": "Late", "members": ["eve", "joe"]}
    assert (await root.patch("/api/groups/night-shift", json={})).json()["name"] == "Late"
    assert (await root.delete("/api/groups/night-shift")).status_code == 204
    assert (await root.get("/api/groups")).json()["items"] == []
    (added,) = await site.audited("group.added")
    assert added.details == {"name": " Night Shift ".strip(), "members_added": "jane joe", "supervisors_added": "sam"}
    changed = (await site.audited("group.changed"))[-1]
    assert changed.details == {"name": "Late", "members_added": "eve", "members_removed": "jane"}
    (deleted,) = await site.audited("group.deleted")
    assert (deleted.subject, deleted.details["members_removed"]) == ("night-shift", "eve joe")


async def test_ids_are_told_apart_and_stay(root):
    for expected in ("day", "day-2"):
        assert (await root.post("/api/groups", json={"name": "Day"})).json()["id"] == expected
    assert (await root.patch("/api/groups/day", json={"name": "Other"})).json()["id"] == "day"


async def test_supervisors_see_their_groups_at_once(root, browse, site):
    await site.add_workstation("pc-1")
    site.control.connect("pc-1", agent="jane")
    await root.post("/api/groups", json={"name": "Day", "supervisors": ["sam"]})
    async with browse() as sam:
        await sam.sign_in("sam")
        assert (await sam.get("/api/workstations")).json()["items"] == []
        await root.patch("/api/groups/day", json={"members": ["jane"]})
        assert [one["id"] for one in (await sam.get("/api/workstations")).json()["items"]] == ["pc-1"]


class TestReach:
    @pytest.fixture
    async def clerk(self, site, browser):
        """Administers, and sees everybody; but plays nothing."""
        permissions = (Permission(Action.ADMINISTER, Scope.ALL), Permission(Action.VIEW, Scope.ALL))
        async with site.catalogue.writing() as connection:
            await roles.add_role(connection, roles.Role(RoleId("clerk"), "Clerk", permissions=permissions))
        await site.add_user("clerk", RoleId("clerk"))
        await site.add_user("sam", SUPERVISOR)
        await browser.sign_in("root")
        await browser.post("/api/groups", json={"name": "Day", "supervisors": ["sam"]})
        await browser.sign_in("clerk")
        return browser

    @pytest.mark.parametrize("wanted", [{"members": ["joe"]}, {"supervisors": []}, {"name": "x"}])
    async def test_no_group_of_those_who_may_more_to_their_team(self, clerk, site, wanted):
        assert code_of(await clerk.patch("/api/groups/day", json=wanted)) == (403, "access.beyond")
        assert code_of(await clerk.delete("/api/groups/day")) == (403, "access.beyond")
        assert (await site.audited("access.beyond"))[0].subject == "day"

    async def test_no_team_for_them(self, clerk):
        answer = await clerk.post("/api/groups", json={"name": "New", "members": ["joe"], "supervisors": ["sam"]})
        assert code_of(answer) == (403, "access.beyond")
        assert code_of(await clerk.patch("/api/users/clerk", json={"groups": ["day"]})) == (403, "access.beyond")

    async def test_a_group_without_them(self, clerk):
        answer = await clerk.post("/api/groups", json={"name": "New", "members": ["joe"], "supervisors": ["clerk"]})
        assert answer.status_code == 201


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"name": ""}, (400, "http.request")),
        ({"name": "x" * 65}, (400, "http.request")),
        ({"name": "x", "members": [""]}, (400, "http.request")),
        ({"name": "x", "members": ["CORP\\"]}, (400, "group.member")),
        ({"name": "x", "members": ["x" * 257]}, (400, "http.request")),
        ({"name": "x", "members": ["x"] * 501}, (400, "http.request")),
        ({"name": "x", "supervisors": ["eve"]}, (404, "user.not_found")),
        ({"name": "x", "supervisors": ["Eve Doe"]}, (400, "id.malformed")),
        ({"name": "x", "supervisors": ["sam"] * 51}, (400, "http.request")),
    ],
)
async def test_a_group_that_cannot_be(root, wanted, expected):
    assert code_of(await root.post("/api/groups", json=wanted)) == expected
    assert (await root.get("/api/groups")).json()["items"] == []


async def test_one_that_there_is_not(root):
    assert code_of(await root.patch("/api/groups/none", json={})) == (404, "group.not_found")
    assert code_of(await root.delete("/api/groups/none")) == (404, "group.not_found")
