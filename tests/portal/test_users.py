"""Users over HTTP."""

import pytest
from http_answers import code_of

from playhead.base.ids import RoleId, UserId
from playhead.base.instants import utc
from playhead.domain.access import Action, Scope
from playhead.domain.roles import ADMINISTRATOR, AGENT, Assignment, Permission
from playhead.portal.api.people_models import ROLES_PER_USER_MAX
from playhead.store.catalogue import roles, users
from playhead.store.catalogue.access import set_assignments

GOOD = "a fresh long password"
OWN = "another that nobody else knows"
JO = {"id": "jo", "name": "Jo Doe", "password": GOOD, "roles": [{"role": "agent", "since": None}]}


async def with_role(site, user, *permissions, role="own"):
    """Somebody with a role of the site's own."""
    async with site.catalogue.writing() as connection:
        await roles.add_role(connection, roles.Role(RoleId(role), "Own", permissions=permissions))
    await site.add_user(user, RoleId(role))


async def test_somebody_is_added_and_signs_in(browser, browse, site):
    await browser.sign_in("root")
    answer = await browser.post("/api/users", json=JO)
    assert answer.status_code == 201
    expected = {
        "id": "jo",
        "name": "Jo Doe",
        "roles": [{"role": "agent", "since": None}],
        "groups": [],
        "disabled": False,
        "totp": False,
        "lockedUntil": None,
        "lastSignInAt": None,
        "oidc": False,
    }
    assert answer.json() == expected == (await browser.get("/api/users/jo")).json()
    async with browse() as other:
        assert (await other.renew("jo", GOOD, OWN)).json()["user"]["permissions"] == [
            "analyse",
            "blackout_on",
            "play",
            "view",
        ]
    (entry,) = await site.audited("user.added")
    assert (entry.actor, entry.subject, entry.details) == ("root", "jo", {"name": "Jo Doe", "roles": "agent"})
    assert code_of(await browser.post("/api/users", json=JO)) == (409, "user.exists")


async def test_users_are_listed_in_pages_and_found(browser):
    await browser.sign_in("root")
    page = (await browser.get("/api/users", params={"limit": 2})).json()
    assert ([one["id"] for one in page["items"]], page["next"]) == (["jane", "root"], "root")
    page = (await browser.get("/api/users", params={"limit": 2, "after": "root"})).json()
    assert ([one["id"] for one in page["items"]], page["next"]) == (["sue"], None)
    assert [one["id"] for one in (await browser.get("/api/users?q=AN")).json()["items"]] == ["jane"]


async def test_roles_hold_at_once_and_may_have_a_first_day(browser, browse, site):
    await browser.sign_in("root")
    async with browse() as jane:
        await jane.sign_in("jane")
        since = utc(site.clock.wall_us() - 1_000_000)
        wanted = {"roles": [{"role": "auditor"}, {"role": "manager", "since": since.isoformat()}]}
        answer = await browser.patch("/api/users/jane", json=wanted)
        assert answer.status_code == 200
        assert answer.json()["roles"] == [
            {"role": "auditor", "since": None},
            {"role": "manager", "since": since.isoformat().replace("+00:00", "Z")},
        ]
        assert "audit" in (await jane.get("/api/session")).json()["user"]["permissions"]
    (entry,) = await site.audited("user.roles_set")
    assert entry.details["before"] == "agent"
    assert entry.details["roles"].startswith("auditor manager@")


async def test_a_disabled_user_is_signed_out_and_comes_back(browser, browse, site):
    await browser.sign_in("root")
    async with browse() as jane:
        await jane.sign_in("jane")
        assert (await browser.patch("/api/users/jane", json={"disabled": True})).json()["disabled"]
        assert code_of(await jane.get("/api/session")) == (401, "session.none")
        assert not (await browser.patch("/api/users/jane", json={"disabled": False})).json()["disabled"]
        assert code_of(await jane.get("/api/session")) == (401, "session.none")
        assert (await jane.sign_in("jane")).status_code == 200
    assert (await site.audited("user.disabled"))[0].details == {"sessions": 1}
    assert (await site.audited("user.enabled"))[0].details == {}


async def test_another_password_signs_out_everywhere(browser, browse, site):
    await browser.sign_in("root")
    async with browse() as jane:
        await jane.sign_in("jane")
        assert (await browser.post("/api/users/jane/password", json={"password": GOOD})).status_code == 204
        assert code_of(await jane.get("/api/session")) == (401, "session.none")
        assert code_of(await jane.sign_in("jane", GOOD)) == (403, "password.expired")
        assert (await jane.renew("jane", GOOD, OWN)).status_code == 200
        assert (await jane.sign_in("jane", OWN)).status_code == 200
    assert (await site.audited("user.password_set"))[0].details == {"sessions": 1}


async def test_groups_of_a_user(browser, site):
    await browser.sign_in("root")
    for name in ("Day", "Night"):
        await browser.post("/api/groups", json={"name": name, "supervisors": ["sue"]})
    answer = await browser.patch("/api/users/jane", json={"groups": ["day", "night"]})
    assert answer.json()["groups"] == ["day", "night"]
    answer = await browser.patch("/api/users/jane", json={"groups": ["night"]})
    assert answer.json()["groups"] == ["night"]
    assert [entry.subject for entry in await site.audited("group.left")] == ["day"]
    assert code_of(await browser.patch("/api/users/jane", json={"groups": ["none"]})) == (404, "group.not_found")


async def test_a_change_that_is_refused_in_part_is_not_made_at_all(browser):
    await browser.sign_in("root")
    answer = await browser.patch("/api/users/jane", json={"name": "Other", "groups": ["none"]})
    assert code_of(answer) == (404, "group.not_found")
    assert (await browser.get("/api/users/jane")).json()["name"] == "Jane"


class TestTheLastAdministrator:
    @pytest.mark.parametrize("wanted", [{"disabled": True}, {"roles": []}, {"roles": [{"role": "agent"}]}])
    async def test_stays(self, browser, site, wanted):
        await browser.sign_in("root")
        assert code_of(await browser.patch("/api/users/root", json=wanted)) == (409, "user.last_administrator")
        assert (await browser.get("/api/users/root")).json()["roles"] == [{"role": "administrator", "since": None}]
        assert (await site.audited("user.last_administrator"))[0].subject == "root"

    async def test_may_go_when_there_is_another(self, browser, site):
        await site.add_user("next", ADMINISTRATOR)
        await browser.sign_in("root")
        assert (await browser.patch("/api/users/root", json={"disabled": True})).status_code == 200


class TestReach:
    """Who may administer gives nothing that they may not do to everybody's."""

    ADMINISTER = Permission(Action.ADMINISTER, Scope.ALL)

    @pytest.fixture
    async def clerk(self, site, browser):
        await with_role(site, "clerk", self.ADMINISTER, Permission(Action.VIEW, Scope.ALL))
        await browser.sign_in("clerk")
        return browser

    async def _refused(self, site, answer, subject):
        assert code_of(answer) == (403, "access.beyond")
        assert (await site.audited("access.beyond"))[0].subject == subject

    async def test_no_role_for_oneself(self, clerk, site):
        wanted = {"roles": [{"role": "own"}, {"role": "administrator"}]}
        await self._refused(site, await clerk.patch("/api/users/clerk", json=wanted), "clerk")
        assert [one["role"] for one in (await clerk.get("/api/users/clerk")).json()["roles"]] == ["own"]

    async def test_no_user_in_ones_stead(self, clerk, site):
        """Not even an agent: whose login it is would be seen through it."""
        await self._refused(site, await clerk.post("/api/users", json=JO), "jo")
        assert code_of(await clerk.get("/api/users/jo")) == (404, "user.not_found")

    @pytest.mark.parametrize(
        ("path", "wanted"),
        [
            ("/api/users/root/password", {"password": GOOD}),
            ("/api/users/jane/password", {"password": GOOD}),
        ],
    )
    async def test_no_password_of_those_who_may_more(self, clerk, site, path, wanted):
        await self._refused(site, await clerk.post(path, json=wanted), path.split("/")[3])

    @pytest.mark.parametrize("wanted", [{"disabled": True}, {"roles": []}, {"name": "x"}])
    async def test_no_hold_on_those_who_may_more(self, clerk, site, wanted):
        await self._refused(site, await clerk.patch("/api/users/root", json=wanted), "root")

    async def test_what_is_within_reach(self, clerk, site):
        await with_role(site, "viewer", Permission(Action.VIEW, Scope.TEAM), role="views")
        assert (await clerk.patch("/api/users/viewer", json={"name": "V"})).status_code == 200
        assert (await clerk.patch("/api/users/viewer", json={"roles": []})).status_code == 200

    async def test_nothing_from_before_ones_own_first_day(self, site, browser):
        now_us = site.clock.wall_us()
        await with_role(site, "clerk", self.ADMINISTER, Permission(Action.VIEW, Scope.ALL))
        await with_role(site, "viewer", Permission(Action.VIEW, Scope.OWN), role="views")
        async with site.catalogue.writing() as connection:
            await set_assignments(connection, UserId("clerk"), [Assignment(RoleId("own"), now_us)])
            await set_assignments(connection, UserId("viewer"), [])
        await browser.sign_in("clerk")
        wanted = {"roles": [{"role": "views"}]}
        await self._refused(site, await browser.patch("/api/users/viewer", json=wanted), "viewer")
        wanted["roles"][0]["since"] = utc(now_us).isoformat()
        assert (await browser.patch("/api/users/viewer", json=wanted)).status_code == 200


class TestBadInput:
    @pytest.mark.parametrize(
        ("wanted", "expected"),
        [
            ({"roles": [{"role": "king"}]}, (404, "role.not_found")),
            ({"roles": [{"role": "agent"}, {"role": "agent"}]}, (400, "role.twice")),
            ({"roles": [{"role": "agent", "since": "2100-01-01T00:00:00Z"}]}, (400, "role.since")),
            ({"roles": [{"role": "agent", "since": "2020-01-01T00:00:00"}]}, (400, "http.request")),
            ({"roles": [{"role": "agent"}] * (ROLES_PER_USER_MAX + 1)}, (400, "http.request")),
            ({"name": ""}, (400, "http.request")),
            ({"name": "  "}, (400, "http.request")),
            ({"name": "x" * 65}, (400, "http.request")),
            ({"rank": 1}, (400, "http.request")),
            ({"groups": ["No Such"]}, (400, "id.malformed")),
        ],
    )
    async def test_a_change(self, browser, wanted, expected):
        await browser.sign_in("root")
        assert code_of(await browser.patch("/api/users/jane", json=wanted)) == expected

    @pytest.mark.parametrize(
        ("wanted", "expected"),
        [
            ({"id": "Jo Doe"}, (400, "id.malformed")),
            ({"password": "short"}, (400, "password.length")),
            ({"roles": [{"role": "king"}]}, (404, "role.not_found")),
        ],
    )
    async def test_a_new_one(self, browser, wanted, expected):
        await browser.sign_in("root")
        answer = await browser.post("/api/users", json=JO | wanted)
        assert code_of(answer) == expected
        assert GOOD not in answer.text
        assert [one["id"] for one in (await browser.get("/api/users")).json()["items"]] == ["jane", "root", "sue"]

    @pytest.mark.parametrize("path", ["/api/users/eve", "/api/users/eve/password"])
    async def test_one_that_there_is_not(self, browser, path):
        await browser.sign_in("root")
        answer = (
            await browser.post(path, json={"password": GOOD})
            if path.endswith("password")
            else await browser.patch(path, json={"name": "Eve"})
        )
        assert code_of(answer) == (404, "user.not_found")


async def test_no_secret_is_told(browser, site):
    await browser.sign_in("root")
    await browser.post("/api/users", json=JO)
    async with site.catalogue.reading() as connection:
        person = await users.find_user(connection, UserId("jo"))
    told = (await browser.get("/api/users")).text + str([entry.details for entry in await site.audited("user.added")])
    assert person.password_hash not in told
    assert GOOD not in told
    assert AGENT.value in told
