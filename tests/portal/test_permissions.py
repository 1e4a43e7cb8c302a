"""Every route of the portal says what it asks of its caller, and keeps to it: role × route × object × action."""

from dataclasses import dataclass, field, replace
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Route

from playhead.base.ids import GroupId, RecordingId, RoleId, UserId
from playhead.domain.access import OF_INSTALLATION, Action, Scope
from playhead.domain.roles import BUILT_IN, SUPERVISOR, Assignment, Permission
from playhead.net.http.hosts import AllowedHosts
from playhead.portal import application as application_module
from playhead.portal.api.permissions import EXTENSION
from playhead.store.analytics.asking import Asking
from playhead.store.catalogue import groups, roles
from playhead.store.catalogue.access import set_assignments
from playhead.store.disk import SystemDisk

WORDS = {"nothing", "signed_in", "own"}
"""Needs that are no actions."""

ELSEWHERE = {
    "/healthz": "says that it runs",
    "/echo": "names the headers that arrived, to whoever sent them",
    "/metrics": "see test_library: this machine, or `operate`",
    "/api/openapi.json": "what this test reads; it holds nothing of the site",
    "/media/": "a token for one recording; see tests/premises/player",
    "/token": "as the token service's; see tests/premises/tokens",
}
"""Routes that are not of the API, and what protects them."""

AGENTS = {"own": "sam", "team": "CORP\\Jane", "other": "joe"}
REACHED = {Scope.OWN: {"own"}, Scope.TEAM: {"own", "team"}, Scope.ALL: {"own", "team", "other"}}
RECORDINGS = {whose: RecordingId(UUID(int=number)) for number, whose in enumerate(AGENTS, 1)}


@dataclass(frozen=True)
class Sample:
    """One request of an operation. ``{recording}`` and ``{workstation}`` are put in for each whose it may be."""

    path: str
    json: object = None
    needs: frozenset[Action] | None = None
    """Of what the route declares, what this request needs; None for all of it."""
    also: frozenset[Action] = frozenset()
    """What must be allowed besides."""
    shown: str = ""
    """For lists, which are empty rather than refused: what tells that something is in it."""
    own: bool = False
    """Always of what is the caller's, whose it is told by nothing in the request."""
    refused_within: bool = field(default=False)
    """Refusals of single things are in the answer."""

    @property
    def of_things(self):
        return "{" in self.path + str(self.json) + self.shown

    def about(self, whose):
        names = {"{recording}": str(RECORDINGS[whose]), "{workstation}": f"pc-{whose}"}
        path, body, shown = self.path, self.json, self.shown
        for name, value in names.items():
            path, shown = path.replace(name, value), shown.replace(name, value)
            body = _replaced(body, name, value)
        return replace(self, path=path, json=body, shown=shown)


def _replaced(body, name, value):
    match body:
        case str():
            return body.replace(name, value)
        case list():
            return [_replaced(one, name, value) for one in body]
        case dict():
            return {key: _replaced(one, name, value) for key, one in body.items()}
        case _:
            return body


VIEW = frozenset({Action.VIEW})
PERIOD = "from=2027-01-01T00:00:00Z&to=2027-01-02T00:00:00Z"
SAMPLES = {
    "listRecordings": [Sample("/api/recordings", shown='"id":"{recording}"')],
    "getFacets": [Sample("/api/recordings/facets", shown='"{workstation}"')],
    "getRecording": [Sample("/api/recordings/{recording}")],
    "getHold": [Sample("/api/recordings/{recording}/hold")],
    "changeRecordings": [
        Sample(
            "/api/recordings/bulk",
            {"recordings": ["{recording}"], "action": "tag", "tag": "x"},
            frozenset({Action.ANNOTATE}),
            VIEW,
            refused_within=True,
        ),
        Sample(
            "/api/recordings/bulk",
            {"recordings": ["{recording}"], "action": "hold", "reason": "x"},
            frozenset({Action.HOLD}),
            VIEW,
            refused_within=True,
        ),
    ],
    "listBookmarks": [Sample("/api/bookmarks", shown='"recording":"{recording}"')],
    "addBookmark": [
        Sample("/api/bookmarks", {"recording": "{recording}", "atMs": 0, "text": "x", "shared": False}),
        Sample(
            "/api/bookmarks",
            {"recording": "{recording}", "atMs": 0, "text": "x", "shared": True},
            also=frozenset({Action.ANNOTATE}),
        ),
    ],
    "listWorkstations": [Sample("/api/workstations", shown='"id":"{workstation}"')],
    "record": [Sample("/api/workstations/{workstation}/record", {"action": "stop"})],
    "blackout": [
        Sample("/api/workstations/{workstation}/blackout", {"on": True}, frozenset({Action.BLACKOUT_ON})),
        Sample("/api/workstations/{workstation}/blackout", {"on": False}),  # one's own, or any
    ],
    "listCoverage": [Sample("/api/coverage", shown='"workstation":"{workstation}"')],
    "getCoverageNow": [Sample("/api/coverage/now", shown='"workstation":"{workstation}"')],
    "listCoverageOfWorkstation": [Sample("/api/coverage/workstations/{workstation}?from=2027-01-15")],
    "getCoverageOfRecording": [Sample("/api/recordings/{recording}/coverage")],
    "listWall": [Sample("/api/wall", shown='"id":"{workstation}"')],
    "getWallThumbnail": [Sample("/api/wall/{workstation}/thumbnail")],
    "beginExport": [Sample("/api/exports", {"recording": "{recording}"})],
    "deleteRecording": [Sample("/api/recordings/{recording}", {"reason": "x"})],
    "getRetention": [Sample("/api/retention")],
    "setRetention": [Sample("/api/retention", {"rules": [], "defaultDays": None})],
    "previewRetention": [Sample("/api/retention/preview", {"rules": [], "defaultDays": 1})],
    "confirmRetention": [Sample("/api/retention/confirm", {"recordings": 1})],
    "runRetention": [Sample("/api/retention/run")],
    "listErasures": [Sample("/api/erasures")],
    "getCertificate": [Sample("/api/erasures/1/certificate")],
    "getUsage": [Sample(f"/api/analytics/usage?{PERIOD}")],
    "compareUsage": [
        Sample(f"/api/analytics/comparison?{PERIOD}&beforeFrom=2026-12-01T00:00:00Z&beforeTo=2026-12-02T00:00:00Z")
    ],
    "listMoments": [Sample(f"/api/analytics/moments?{PERIOD}")],
    "listLongestIdle": [Sample(f"/api/analytics/idle?{PERIOD}")],
    "listOutliers": [Sample(f"/api/analytics/outliers?{PERIOD}")],
    "listUnknownApplications": [Sample(f"/api/analytics/unknown?{PERIOD}")],
    "exportAnalytics": [Sample(f"/api/analytics/export?report=usage&format=csv&{PERIOD}")],
    "listApplications": [Sample("/api/analytics/recordings/{recording}", also=VIEW)],
    "listRuleSets": [Sample("/api/analytics/rules")],
    "addRuleSet": [Sample("/api/analytics/rules", {"name": "Extra", "text": ""})],
    "checkRules": [Sample("/api/analytics/rules/check", {"text": ""})],
    "tryRules": [
        Sample(
            "/api/analytics/rules/trial",
            {"text": "", "from": "2027-01-01T00:00:00Z", "to": "2027-01-02T00:00:00Z"},
            also=frozenset({Action.ANALYSE}),
        )
    ],
    "listRuleHolders": [Sample("/api/analytics/rules/workstations")],
    "changeRuleSet": [Sample("/api/analytics/rules/99", {"name": "Extra", "text": "", "version": 1})],
    "deleteRuleSet": [Sample("/api/analytics/rules/99")],
    "listMine": [Sample("/api/mine", own=True)],
    "explainAccess": [Sample(f"/api/access?user=extra&recording={RECORDINGS['other']}")],
    "listAudit": [Sample("/api/audit")],
    "exportAudit": [Sample("/api/audit.csv")],
    "verifyAudit": [Sample("/api/audit/verify")],
    "listLogs": [Sample("/api/logs")],
    "followLogs": [Sample("/api/logs/tail")],
    "exportLogs": [Sample("/api/logs/export?format=text")],
    "listLogLevels": [Sample("/api/logs/levels")],
    "raiseLogLevel": [Sample("/api/logs/levels", {"kind": "service", "name": "screen", "level": "debug"})],
    "endLogLevel": [Sample("/api/logs/levels/service/screen")],
    "listQuarantine": [Sample("/api/quarantine")],
    "getQuarantined": [Sample("/api/quarantine/1")],
    "retryQuarantined": [Sample("/api/quarantine/1/retry")],
    "dropQuarantined": [Sample("/api/quarantine/1/drop", {"reason": "x"})],
    "getLink": [Sample("/api/link")],
    "listSites": [Sample("/api/sites")],
    "lookAtSite": [Sample("/api/sites/berlin/link")],
    "operateSite": [Sample("/api/sites/berlin/environment/doctor")],
    "endAtSite": [Sample("/api/sites/berlin/logs/levels/service/screen")],
    "listPorts": [Sample("/api/environment/ports")],
    "listFindings": [Sample("/api/environment/findings")],
    "getReport": [Sample("/api/environment/workstations/{workstation}")],
    "getReportPage": [Sample("/api/environment/page")],
    "runDoctor": [Sample("/api/environment/doctor")],
    "runDoctorThere": [Sample("/api/environment/workstations/{workstation}/doctor")],
    "listForms": [Sample("/api/environment/forms")],
    "getRules": [Sample("/api/environment/rules?form=csv")],
    "getExclusions": [Sample("/api/environment/exclusions?form=csv")],
    "listUsers": [Sample("/api/users")],
    "addUser": [Sample("/api/users", {"id": "extra", "name": "Extra", "password": "long enough a password"})],
    "getUser": [Sample("/api/users/extra")],
    "changeUser": [Sample("/api/users/extra", {"name": "Extra"})],
    "setPassword": [Sample("/api/users/extra/password", {"password": "long enough a password"})],
    "turnUsersTotpOff": [Sample("/api/users/extra/totp")],
    "unlockUser": [Sample("/api/users/extra/unlock")],
    "listGroups": [Sample("/api/groups")],
    "addGroup": [Sample("/api/groups", {"name": "Extra"})],
    "changeGroup": [Sample("/api/groups/empty", {"name": "Empty"})],
    "deleteGroup": [Sample("/api/groups/none")],
    "listRoles": [Sample("/api/roles")],
    "addRole": [Sample("/api/roles", {"name": "Extra", "grants": []})],
    "changeRole": [Sample("/api/roles/empty", {"name": "Empty"})],
    "deleteRole": [Sample("/api/roles/none")],
    "listSessions": [Sample("/api/sessions?user=extra")],
    "endSession": [Sample("/api/sessions/0123456789ab")],
    "endSessions": [Sample("/api/sessions?user=extra")],
}
"""Of every operation that needs an action, requests that do no harm where they are allowed."""


class _Coverage:
    """The ledger, of a site whose workstations have recorded nothing for some seconds."""

    def __init__(self, site):
        self._site = site
        self._service = site.coverage()
        self.ledger = self._service.ledger

    @property
    def now(self):
        if not self._service.now.all():
            self._service.look()
            self._site.clock.advance(10_000_000)
            self._service.look()
        return self._service.now


class _NoExports:
    async def begin(self, _wish):
        return "1"


class _Analytics:
    """Desktop analytics of a site that has stored nothing."""

    known = ()
    zone = "UTC"

    def __init__(self, folder):
        self._asking = Asking(SystemDisk(), folder)
        self.ask = self._asking.ask

    def digest(self, _rules):
        return ""


@pytest.fixture
def app(parts, site, monkeypatch, tmp_path):
    """The application without its guard, to look at its routes; with everything that is mounted."""
    made = []

    class Seen(FastAPI):
        def __init__(self, **arguments):
            super().__init__(**arguments)
            made.append(self)

    monkeypatch.setattr(application_module, "FastAPI", Seen)
    keeping = site.keeping()
    whole = replace(parts, coverage=_Coverage(site), exports=_NoExports(), keeping=keeping, erasing=keeping)
    whole = replace(whole, analytics=_Analytics(tmp_path / "events"))
    served = application_module.create_application(whole, hosts=AllowedHosts(), mounted=site.player().routes)
    made[0].state.served = served
    return made[0]


@pytest.fixture
def application(app):
    return app.state.served


def _flat(routes):
    """Every route; FastAPI keeps those of an included router in it."""
    for route in routes:
        yield from _flat(route.original_router.routes) if hasattr(route, "original_router") else [route]


def operations(app):
    return [route for route in _flat(app.routes) if isinstance(route, APIRoute)]


def needs_of(route):
    return (route.openapi_extra or {}).get(EXTENSION)


def test_every_route_declares_what_it_needs(app):
    undeclared = [f"{sorted(route.methods)} {route.path}" for route in operations(app) if not needs_of(route)]
    assert undeclared == []
    known = WORDS | {str(action) for action in Action}
    assert [(route.path, one) for route in operations(app) for one in needs_of(route) if one not in known] == []
    others = [route for route in _flat(app.routes) if not isinstance(route, APIRoute)]
    assert all(isinstance(route, Route) for route in others)
    assert [route.path for route in others if not route.path.startswith(tuple(ELSEWHERE))] == []


def test_every_route_that_needs_an_action_is_tried(app):
    wanted = {route.operation_id for route in operations(app) if not set(needs_of(route)) <= WORDS}
    assert wanted == set(SAMPLES)


async def test_the_document_says_it_too(app, browser):
    document = (await browser.get("/api/openapi.json")).json()
    told = {
        one["operationId"]: one[EXTENSION]
        for path, methods in document["paths"].items()
        for one in methods.values()
        if path.startswith("/api/")
    }
    assert told == {route.operation_id: needs_of(route) for route in operations(app) if route.include_in_schema}


async def test_nobody_gets_anything_without_a_session(app, browser):
    let_in = []
    for route in operations(app):
        path = route.path_format.format_map(dict.fromkeys(route.param_convertors, "1"))
        for method in route.methods:
            answer = await browser.request(method, path, json={} if method in {"POST", "PATCH", "PUT"} else None)
            if "nothing" not in needs_of(route) and answer.status_code != 401:
                let_in.append((method, path, answer.status_code))
    assert let_in == []


async def test_nothing_is_changed_without_the_token_of_a_page(app, browser):
    await browser.sign_in("root")
    del browser.headers["x-csrf-token"]
    changed = []
    for route in operations(app):
        path = route.path_format.format_map(dict.fromkeys(route.param_convertors, "1"))
        for method in route.methods - {"GET", "HEAD"}:
            answer = await browser.request(method, path, json={} if method != "DELETE" else None)
            if "nothing" not in needs_of(route) and "csrf.refused" not in answer.text:
                changed.append((method, path, answer.status_code))
    assert changed == []


@pytest.fixture
async def sam(site, browser):
    """Somebody with a role of the site's own, who supervises Jane."""
    async with site.catalogue.writing() as connection:
        for role in ("own", "empty"):
            await roles.add_role(connection, roles.Role(RoleId(role), role))
    await site.add_user("sam", RoleId("own"))
    await site.add_user("extra")
    async with site.catalogue.writing() as connection:
        await groups.add_group(connection, groups.Group(GroupId("team"), "Team", ("jane",), (UserId("sam"),)))
        await groups.add_group(connection, groups.Group(GroupId("empty"), "Empty"))
    for whose, agent in AGENTS.items():
        await site.add_recording(RECORDINGS[whose], workstation=f"pc-{whose}", agent=agent, started_at_us=1)
        live = site.control.connect(f"pc-{whose}", agent=agent, state="recording")
        site.control.live[live.id] = replace(live, recording=RECORDINGS[whose])
    await browser.sign_in("sam")
    await _bookmarks(browser, site)
    return browser


async def _bookmarks(browser, site):
    """One of Sam's own on each recording, from when they could still see it."""
    await _allow(site, dict.fromkeys(Action, Scope.ALL))
    for recording in RECORDINGS.values():
        wanted = {"recording": str(recording), "atMs": 0, "text": "kept", "shared": False}
        assert (await browser.post("/api/bookmarks", json=wanted)).status_code == 201


async def _allow(site, scopes):
    permissions = tuple(Permission(action, scope) for action, scope in scopes.items())
    async with site.catalogue.writing() as connection:
        await set_assignments(connection, UserId("sam"), [Assignment(RoleId("own"))])
        role = roles.Role(RoleId("own"), "own", permissions=permissions)
        await roles.change_role(connection, role)


async def _assign(site, role):
    async with site.catalogue.writing() as connection:
        await set_assignments(connection, UserId("sam"), [Assignment(role)])


async def _is_allowed(browser, route, sample):
    (method,) = route.methods
    answer = await browser.request(method, sample.path, json=sample.json)
    assert answer.status_code not in {401, 405, 500}, (sample, answer.text)
    assert _code_of(answer) != "http.request", (sample, answer.text)
    if sample.shown:
        assert answer.status_code in {200, 403}
        return sample.shown in answer.text
    if sample.refused_within:
        return not answer.json()["refused"]
    return _code_of(answer) != "access.refused"


def _code_of(answer):
    """Of a refusal; of anything else none."""
    return answer.json()["error"]["code"] if answer.status_code >= 400 else None


async def _mismatches(browser, app, scopes, *, whose=tuple(AGENTS), only_with_more=False):
    """What is allowed and should not be, or the other way round, with these actions in these scopes."""
    found = []
    for route in operations(app):
        for sample in SAMPLES.get(route.operation_id, []):
            if only_with_more and not sample.also:
                continue
            needed = sample.needs or {Action(one) for one in needs_of(route) if one not in WORDS}
            for one in whose if sample.of_things else whose[:1]:
                thing = "own" if sample.own or not sample.of_things else one
                expected = any(_reaches(scopes, action, thing) for action in needed) and all(
                    _reaches(scopes, action, thing) for action in sample.also
                )
                if await _is_allowed(browser, route, sample.about(one)) is not expected:
                    found.append((route.operation_id, one, "refused" if expected else "allowed"))
    return found


def _reaches(scopes, action, whose):
    if action not in scopes:
        return False
    return scopes[action] is Scope.ALL if action in OF_INSTALLATION else whose in REACHED[scopes[action]]


async def test_every_built_in_role_at_every_route_with_everybodys(app, sam, site):
    wrong = {}
    for role, permissions in BUILT_IN.items():
        await _assign(site, role)
        wrong[role] = await _mismatches(sam, app, {one.action: one.scope for one in permissions})
    assert [pair for pair in wrong.items() if pair[1]] == []


async def test_every_action_alone_and_with_seeing_at_every_route(app, sam, site):
    wrong = {}
    for action in Action:
        await _allow(site, {action: Scope.ALL})
        wrong[action] = await _mismatches(sam, app, {action: Scope.ALL}, whose=("other",))
        both = {Action.VIEW: Scope.ALL, action: Scope.ALL}
        await _allow(site, both)
        wrong[action] += await _mismatches(sam, app, both, whose=("other",), only_with_more=True)
    assert [pair for pair in wrong.items() if pair[1]] == []


@pytest.mark.parametrize("scope", [Scope.OWN, Scope.TEAM])
async def test_every_narrow_scope_at_every_route_with_everybodys(app, sam, site, scope):
    """All is the administrator's."""
    scopes = dict.fromkeys(Action, scope)
    await _allow(site, scopes)
    assert await _mismatches(sam, app, scopes) == []


async def test_nothing_is_allowed_without_a_role(app, sam, site):
    async with site.catalogue.writing() as connection:
        await set_assignments(connection, UserId("sam"), [])
    assert await _mismatches(sam, app, {}, whose=("own",)) == []


async def test_a_supervisor_of_another_group_sees_none_of_it(app, sam, site):
    await _assign(site, SUPERVISOR)
    async with site.catalogue.writing() as connection:
        await groups.change_group(connection, groups.Group(GroupId("team"), "Team", ("jane",), ()))
    scopes = {one.action: Scope.OWN for one in BUILT_IN[SUPERVISOR]}
    assert await _mismatches(sam, app, scopes) == []
