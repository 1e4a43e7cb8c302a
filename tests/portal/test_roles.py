"""Roles over HTTP."""

import pytest
from http_answers import code_of

from playhead.base.ids import RoleId
from playhead.domain.access import Action, Scope
from playhead.domain.roles import BUILT_IN, Permission
from playhead.store.catalogue import roles

QA = {"name": "Quality", "grants": [{"action": "view", "scope": "all"}, {"action": "audit", "scope": "all"}]}


@pytest.fixture
async def root(browser):
    await browser.sign_in("root")
    return browser


async def test_the_built_in_ones_come_first(root):
    await root.post("/api/roles", json={"name": "Aardvark", "grants": []})
    items = (await root.get("/api/roles")).json()["items"]
    assert [one["id"] for one in items] == ["administrator", "agent", "auditor", "manager", "supervisor", "aardvark"]
    assert [one["builtIn"] for one in items] == [True] * len(BUILT_IN) + [False]
    assert items[1]["grants"] == [{"action": one, "scope": "own"} for one in ("view", "play", "blackout_on", "analyse")]


async def test_a_role_is_made_changed_and_removed(root, browse, site):
    answer = await root.post("/api/roles", json=QA)
    assert answer.status_code == 201
    assert answer.json() == {"id": "quality", "builtIn": False, **QA}
    async with browse() as jane:
        await jane.sign_in("jane")
        await root.patch("/api/users/jane", json={"roles": [{"role": "quality"}]})
        assert (await jane.get("/api/session")).json()["user"]["permissions"] == ["audit", "view"]
        wanted = {"name": "QA", "grants": [{"action": "play", "scope": "team"}]}
        assert (await root.patch("/api/roles/quality", json=wanted)).json() == {
            "id": "quality",
            "builtIn": False,
            **wanted,
        }
        assert (await jane.get("/api/session")).json()["user"]["permissions"] == ["play"]
    assert code_of(await root.delete("/api/roles/quality")) == (409, "role.in_use")
    await root.patch("/api/users/jane", json={"roles": []})
    assert (await root.delete("/api/roles/quality")).status_code == 204
    (changed,) = await site.audited("role.changed")
    assert changed.details == {"name": "QA", "grants": "play:team", "before": "view:all audit:all"}
    assert (await site.audited("role.added"))[0].details == {"name": "Quality", "grants": "view:all audit:all"}
    assert (await site.audited("role.deleted"))[0].subject == "quality"


@pytest.mark.parametrize("role", BUILT_IN, ids=str)
async def test_the_built_in_ones_stay_as_they_are(root, role):
    assert code_of(await root.patch(f"/api/roles/{role}", json={"name": "Mine"})) == (409, "role.built_in")
    assert code_of(await root.delete(f"/api/roles/{role}")) == (409, "role.built_in")


async def test_the_last_that_administers_stays(root, site):
    grants = [{"action": one, "scope": "all"} for one in Action]
    await root.post("/api/roles", json={"name": "Chief", "grants": grants})
    await root.patch("/api/users/root", json={"roles": [{"role": "chief"}]})
    answer = await root.patch("/api/roles/chief", json={"grants": QA["grants"]})
    assert code_of(answer) == (409, "user.last_administrator")
    assert (await site.audited("user.last_administrator"))[0].subject == "chief"


class TestReach:
    @pytest.fixture
    async def clerk(self, site, browser):
        permissions = (Permission(Action.ADMINISTER, Scope.ALL), Permission(Action.VIEW, Scope.ALL))
        for name, allowed in (("clerk", permissions), ("player", (Permission(Action.PLAY, Scope.OWN),))):
            async with site.catalogue.writing() as connection:
                await roles.add_role(connection, roles.Role(RoleId(name), name, permissions=allowed))
        await site.add_user("clerk", RoleId("clerk"))
        await browser.sign_in("clerk")
        return browser

    async def test_no_role_beyond_ones_own(self, clerk):
        assert code_of(await clerk.post("/api/roles", json=QA)) == (403, "access.beyond")
        wanted = {"grants": [{"action": "export", "scope": "own"}]}
        assert code_of(await clerk.patch("/api/roles/clerk", json=wanted)) == (403, "access.beyond")

    async def test_nothing_taken_that_one_could_not_give(self, clerk):
        assert code_of(await clerk.patch("/api/roles/player", json={"grants": []})) == (403, "access.beyond")

    async def test_what_is_within_reach(self, clerk):
        wanted = {"name": "Viewer", "grants": [{"action": "view", "scope": "team"}]}
        assert (await clerk.post("/api/roles", json=wanted)).status_code == 201


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"name": "", "grants": []}, "http.request"),
        ({"name": "x"}, "http.request"),
        ({"name": "x", "grants": [{"action": "fly", "scope": "all"}]}, "http.request"),
        ({"name": "x", "grants": [{"action": "view", "scope": "most"}]}, "http.request"),
        ({"name": "x", "grants": [{"action": "audit", "scope": "team"}]}, "role.scope"),
        (
            {"name": "x", "grants": [{"action": "view", "scope": "own"}, {"action": "view", "scope": "all"}]},
            "role.grants",
        ),
        ({"name": "x", "grants": [{"action": "view", "scope": "own"}] * (len(Action) + 1)}, "http.request"),
    ],
)
async def test_a_role_that_cannot_be(root, wanted, expected):
    assert code_of(await root.post("/api/roles", json=wanted)) == (400, expected)


async def test_one_that_there_is_not(root):
    assert code_of(await root.patch("/api/roles/none", json={})) == (404, "role.not_found")
    assert code_of(await root.delete("/api/roles/none")) == (404, "role.not_found")
