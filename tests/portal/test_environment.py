"""The environment over the API: ports, what the doctor finds, and files to take away."""

import socket
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec
import pytest
from portal.conftest import open_browser

from playhead.base.errors import UnavailableError
from playhead.base.ids import WorkstationId
from playhead.base.instants import utc
from playhead.environment.doctor.findings import Finding, Report, Role, Severity
from playhead.environment.doctor.signing import verify_page
from playhead.environment.installation import Listener
from playhead.environment.ports import REGISTRY, Service
from playhead.net.http.hosts import AllowedHosts
from playhead.portal.api.environment_models import NAMES_MAX
from playhead.portal.application import create_application
from playhead.premises.environment.service import EnvironmentService
from playhead.premises.screen.examinations import Examinations
from playhead.store.event_log import publish
from playhead.wire.screen.messages import Examined


def found(severity, service="", code="port.dropped", mend=None):
    evidence = {"service": service} if service else {}
    return Finding(
        code=code, severity=Severity(severity), subject="s", message="m", meaning="n", mend=mend, evidence=evidence
    )


def report(*findings, machine="here"):
    return Report(machine=machine, role=Role.PREMISES, version="1", at=utc(5_000_000), elapsed_ms=7, findings=findings)


class Workstations:
    """One that answers, if it is told what."""

    def __init__(self, site):
        self.examinations = Examinations(site.catalogue, site.clock)
        self.answers = {}

    async def examine(self, workstation):
        if workstation not in self.answers:
            raise UnavailableError("screen.not_connected", f"{workstation} is not connected.")
        return self.answers[workstation]


class Here:
    """This server."""

    def __init__(self, site):
        self.site = site
        self.report = report(found("error", code="disk.full", mend="make room"), found("ok"))
        self.workstations = Workstations(site)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.free = socket.create_server(("127.0.0.1", 0))
        self.listeners = (
            Listener(Service.SCREEN, "0.0.0.0", self.listening.getsockname()[1]),  # noqa: S104
            Listener(Service.TOKENS, "127.0.0.1", self.free.getsockname()[1]),
        )
        self.free.close()
        self.environment = EnvironmentService(
            examine=self.examine,
            workstations=self.workstations,
            tell=partial(publish, site.catalogue),
            clock=site.clock,
            listeners=lambda: self.listeners,
            data=Path("/srv/playhead"),
            program=Path("/opt/playhead/bin/python3"),
        )

    async def examine(self):
        if self.report is None:
            raise UnavailableError("doctor.broken", "No.")
        return self.report

    async def add(self, name, *findings):
        """An enrolled workstation that has sent a report."""
        await self.site.add_workstation(name)
        self.site.control.connect(name)
        if findings:
            sent = Examined(0, 5, report(*findings, machine=name).as_json())
            await self.workstations.examinations.take(WorkstationId(name), sent)


@pytest.fixture
def here(site):
    made = Here(site)
    yield made
    made.listening.close()


@pytest.fixture
def application(parts, here):
    return create_application(replace(parts, environment=here.environment), hosts=AllowedHosts())


@pytest.fixture
async def root(browser):
    await browser.sign_in("root")
    return browser


async def asked(browser, path):
    answer = await browser.get(f"/api/environment/{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def noted(site):
    return [(one.subject, one.details) for one in await site.audited("environment.examined")]


async def test_every_port_of_the_registry_with_its_live_state(root, here):
    await here.add("a", found("ok", "screen"), found("error", "tokens"))
    await here.add("b", found("warning", "screen"))
    items = (await asked(root, "ports"))["items"]
    assert [one["service"] for one in items] == [row.service for row in REGISTRY]
    by_service = {one["service"]: one for one in items}
    screen, tokens, policy = (by_service[name] for name in ("screen", "tokens", "policy"))
    assert (screen["number"], screen["listening"], screen["local"]) == (here.listeners[0].port, True, False)
    assert screen["reach"] == {"reached": 2, "unreached": 0, "workstations": []}
    assert (screen["from"], screen["to"], screen["bothWays"]) == ("client PC", "premises server", True)
    assert (tokens["listening"], tokens["local"]) == (False, True)
    assert tokens["reach"] == {"reached": 0, "unreached": 1, "workstations": ["a"]}
    assert (policy["listening"], policy["number"]) == (None, 943)


async def test_what_is_found_here_and_there(root, here):
    first = await asked(root, "findings")
    assert (first["premises"], first["busy"], first["reports"]) == (None, False, 0)
    await here.add("b", found("error", "tokens", mend="open it"))
    await here.add("a", found("error", "tokens", mend="open it"), found("ok"))
    await here.add("c")
    await here.environment.look()
    told = await asked(root, "findings")
    assert told["premises"]["findings"][0] == {
        "code": "disk.full", "severity": "error", "subject": "s", "message": "m", "meaning": "n", "mend": "make room",
        "evidence": {},
    }  # fmt: skip
    assert (told["premises"]["worst"], told["premises"]["elapsedMs"]) == ("error", 7)
    assert [(one["finding"]["code"], one["count"], one["workstations"]) for one in told["problems"]] == [
        ("port.dropped", 2, ["a", "b"])
    ]
    assert told["reports"] == 2
    a, b, c = told["workstations"]
    assert (a["workstation"], a["worst"], a["counts"], a["unreached"]) == (
        "a",
        "error",
        {"error": 1, "ok": 1},
        ["tokens"],
    )
    assert b["connected"]
    assert (c["at"], c["worst"]) == (None, None)


async def test_pages_of_workstations(root, here):
    for name in ("a", "b", "c"):
        await here.add(name)
    page = await asked(root, "findings?limit=2")
    assert ([one["workstation"] for one in page["workstations"]], page["next"]) == (["a", "b"], "b")
    page = await asked(root, "findings?limit=2&after=b")
    assert ([one["workstation"] for one in page["workstations"]], page["next"]) == (["c"], None)
    assert (await root.get("/api/environment/findings?limit=501")).status_code == 400


async def test_so_many_are_named_at_a_port_and_not_one_more(root, here):
    examinations = here.workstations.examinations
    for number in range(NAMES_MAX + 1):
        await here.add(f"ws-{number:03}", found("error", "screen"))
    assert len(examinations.all()) == NAMES_MAX + 1
    reach = next(one for one in (await asked(root, "ports"))["items"] if one["service"] == "screen")["reach"]
    assert (reach["unreached"], len(reach["workstations"])) == (NAMES_MAX + 1, NAMES_MAX)
    problem = (await asked(root, "findings"))["problems"][0]
    assert (problem["count"], len(problem["workstations"])) == (NAMES_MAX + 1, NAMES_MAX)


async def test_the_doctor_is_run_here_and_it_is_noted_who_did(root, here, site):
    answer = await root.post("/api/environment/doctor")
    assert (answer.status_code, answer.json()["worst"]) == (200, "error")
    here.report = None
    answer = await root.post("/api/environment/doctor")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "doctor.broken")
    assert await noted(site) == [
        ("premises", {"outcome": "doctor.broken"}),
        ("premises", {"worst": "error"}),
    ]


async def test_the_doctor_is_run_at_a_workstation(root, here, site):
    await here.add("a", found("ok"))
    here.workstations.answers[WorkstationId("a")] = report(found("warning"), machine="a")
    answer = await root.post("/api/environment/workstations/a/doctor")
    assert (answer.status_code, answer.json()["worst"], answer.json()["machine"]) == (200, "warning", "a")
    assert (await asked(root, "workstations/a"))["worst"] == "ok"
    await here.add("b")
    answer = await root.post("/api/environment/workstations/b/doctor")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "screen.not_connected")
    assert await noted(site) == [
        ("b", {"outcome": "screen.not_connected"}),
        ("a", {"worst": "warning"}),
    ]
    assert (await root.post("/api/environment/workstations/none/doctor")).status_code == 404
    assert (await root.post("/api/environment/workstations/No_/doctor")).status_code == 400
    assert (await root.get("/api/environment/workstations/b")).json()["error"]["code"] == "doctor.no_report"


async def test_a_report_as_a_page_that_this_server_signs(root, here, parts):
    answer = await root.get("/api/environment/page")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "doctor.no_report")
    at = utc(parts.clock.wall_us())
    here.report = msgspec.structs.replace(here.report, machine="dépôt 1", at=at)
    await here.environment.look()
    answer = await root.get("/api/environment/page")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    disposition = f'attachment; filename="playhead-doctor-d-p-t-1-{at:%Y%m%dT%H%M%SZ}.html"'
    assert answer.headers["content-disposition"] == disposition
    verified = verify_page(answer.content, authority=parts.keyring.authority.certificate)
    assert (verified.holder, verified.report) == (parts.keyring.site, here.report)
    assert (await root.get("/api/environment/page?workstation=none")).status_code == 404
    await here.add("a", found("warning"))
    assert (
        'filename="playhead-doctor-a-'
        in (await root.get("/api/environment/page?workstation=a")).headers["content-disposition"]
    )


async def test_every_form_can_be_had_by_those_it_is_for(root):
    forms = await asked(root, "forms")
    for kind in ("rules", "exclusions"):
        for one in forms[kind]:
            for role in one["roles"]:
                folder = "&folder=/var/lib/playhead" if (kind, role) == ("exclusions", "workstation") else ""
                for remove in ("", "&remove=true") if one["removable"] else ("",):
                    path = f"/api/environment/{kind}?form={one['form']}&role={role}{folder}{remove}"
                    answer = await root.get(path)
                    assert answer.status_code == 200, (path, answer.text)
                    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
                    assert answer.headers["content-disposition"].startswith('attachment; filename="playhead-')


@pytest.mark.usefixtures("here")
async def test_the_cloud_goes_into_the_rules_where_it_is_named(root):
    path = "/api/environment/rules?form=nftables&from=10.1.0.0/16"
    assert "2010" not in (await root.get(path)).text
    assert "ip daddr { 203.0.113.5/32 } tcp dport 2010" in (await root.get(f"{path}&cloud=203.0.113.5")).text
    assert "ip saddr { 10.1.0.0/16 } tcp dport 2010" in (await root.get(f"{path}&role=cloud")).text


async def test_ranges_go_into_the_rules(root, here):
    path = "/api/environment/rules?form=nftables&role=site&from=10.1.0.0/16&from=10.2.0.0/16&server=10.9.0.5"
    text = (await root.get(path)).text
    for each in ("10.1.0.0/16", "10.2.0.0/16", "10.9.0.5", str(here.listeners[0].port)):
        assert each in text


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("rules?form=nftables&from=10.1.0.1/16", "environment.network"),
        ("rules?form=nftables&from=" + "1" * 65, "http.request"),
        ("rules?form=nftables" + "&from=10.1.0.0/16" * 65, "http.request"),
        ("rules?form=nftables&cloud=there", "environment.network"),
        ("rules?form=nftables" + "&cloud=10.1.0.0/16" * 65, "http.request"),
        ("rules?form=pf", "environment.form"),
        ("rules?form=aws&role=client", "environment.role"),
        ("rules?form=aws&remove=true", "environment.removal"),
        ("rules?form=nftables&role=nobody", "http.request"),
        ("exclusions?form=norton", "environment.form"),
        ("exclusions?form=csv&role=workstation", "environment.folder"),
        ("exclusions?form=csv&role=workstation&folder=here", "environment.folder"),
    ],
)
async def test_a_wish_that_cannot_be_is_said_in_words(root, path, code):
    answer = await root.get(f"/api/environment/{path}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


async def test_a_server_that_looks_over_nothing_says_so(parts):
    async with open_browser(create_application(parts, hosts=AllowedHosts())) as browser:
        await browser.sign_in("root")
        answer = await browser.get("/api/environment/ports")
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "environment.none")
