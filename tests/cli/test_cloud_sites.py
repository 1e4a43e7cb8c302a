"""``playhead cloud site doctor``, ``link``, ``logs``: asked of the site's own server, through a cloud that runs."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cloud.links.rig import address, world
from portal.conftest import parts as parts_over
from starlette.applications import Starlette

from playhead.base.errors import NotFoundError, PlayheadError, UnavailableError
from playhead.cli import cloud_sites, log_desk
from playhead.cli.cloud_places import CloudPlaces
from playhead.domain.link import LinkState
from playhead.domain.logs import LogLine, LogPage
from playhead.environment.doctor.codes import finding
from playhead.environment.doctor.findings import Report, Role
from playhead.net.http.errors import error_response
from playhead.net.http.hosts import AllowedHosts
from playhead.portal.application import create_application
from playhead.premises.asked.operating import AskedOperating
from playhead.testing.site import opened_site

ALL = {"text": "", "since": None, "until": None, "workstation": None, "service": None, "level": "debug",
       "interaction": ""}  # fmt: skip


class Logs:
    """Two lines, and what was asked for."""

    def __init__(self):
        self.asked = []

    async def find(self, query, *, before=None, limit=100):
        self.asked.append((query, before, limit))
        stutter = LogLine(
            at="2026-11-23T08:00:00.000001Z", level="warning", workstation="desk-7", service="capture",
            text="it stutters", fields={"code": "x.y"},
        )  # fmt: skip
        first = LogLine(at="2026-11-23T07:00:00.000000Z", level="info", workstation="", service="portal", text="first")
        return LogPage([stutter, first], None)


class Environment:
    """A doctor that finds something."""

    report = None
    is_busy = False

    def __init__(self):
        self.looked = 0

    def summaries(self):
        return []

    async def look(self):
        self.looked += 1
        found = (finding("cloud.linked", "link", "2 links are up."),)
        at = datetime(2026, 11, 23, tzinfo=UTC)
        self.report = Report(machine="berlin", role=Role.PREMISES, version="1", at=at, elapsed_ms=1, findings=found)
        return self.report


class Link:
    """How the site sees it."""

    def state(self):
        return LinkState(joined=True, up=True, cloud="cloud:2010", site="acme/berlin", links_wanted=2)


@pytest.fixture
async def cloud(tmp_path):
    """A cloud that runs, and a site that is connected."""
    logs, environment = Logs(), Environment()
    (tmp_path / "server").mkdir()
    async with opened_site(tmp_path / "server") as server:
        parts = replace(parts_over.__wrapped__(server), logs=logs, environment=environment, link=Link())
        portal = create_application(parts, hosts=AllowedHosts.of_this_machine())

        async def tell(_request, error):
            return error_response(error)

        asked = Starlette(routes=AskedOperating(lambda: portal).routes, exception_handlers={PlayheadError: tell})
        (tmp_path / "cloud").mkdir()
        async with world(tmp_path / "cloud", application=asked) as (_, process, link):
            await process._beat(address(process))
            yield CloudPlaces(tmp_path), logs, environment, link


async def test_what_a_site_says_is_shown(cloud, capsys):
    places, logs, environment, _ = cloud
    query = log_desk.wanted(**{**ALL, "text": "stutters", "workstation": "desk-7", "level": "warning"})
    await cloud_sites.show_logs(places, "acme/berlin", query, limit=5, as_json=False)
    said = capsys.readouterr().out
    assert said.index(" first") < said.index("it stutters")
    assert "desk-7" in said
    assert "x.y" in said
    [(asked, _, limit)] = logs.asked
    assert (asked.text, asked.workstation, asked.level, limit) == ("stutters", "desk-7", query.level, 5)

    assert await cloud_sites.show_doctor(places, "acme/berlin", anew=False, as_json=True) == 0
    told = capsys.readouterr().out
    assert json.loads(told[told.index("{\n") :])["machine"] == "berlin"
    assert await cloud_sites.show_doctor(places, "acme/berlin", anew=False, as_json=False) == 0
    assert environment.looked == 1
    await cloud_sites.show_doctor(places, "acme/berlin", anew=True, as_json=False)
    assert environment.looked == 2
    capsys.readouterr()

    await cloud_sites.show_site_link(places, "acme/berlin", as_json=False)
    assert "acme/berlin at cloud:2010: up" in capsys.readouterr().out


async def test_a_site_that_is_unknown_or_away_is_said_so(cloud):
    places, *_ = cloud
    with pytest.raises(NotFoundError) as caught:
        await cloud_sites.show_site_link(places, "acme/nowhere", as_json=False)
    assert caught.value.code == "site.not_found"
    with pytest.raises(UnavailableError) as caught:
        await cloud_sites.show_site_link(CloudPlaces(places.root / "none"), "acme/berlin", as_json=False)
    assert caught.value.code == "data.no_cloud"
