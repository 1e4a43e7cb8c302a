from pathlib import Path

import pytest

from playhead.environment.pages import as_markdown
from playhead.environment.ports import REGISTRY, Host, Module, Place, Service, port_of


def test_every_service_has_exactly_one_row():
    assert sorted(row.service for row in REGISTRY) == sorted(Service)


def test_no_two_services_of_a_machine_share_a_port():
    assert len({(row.target, row.number) for row in REGISTRY}) == len(REGISTRY)


@pytest.mark.parametrize(
    ("service", "number"),
    [
        (Service.POOL, 2010),
        (Service.UPLOAD, 443),
        (Service.CLIENT_PLAYERS, 4510),
        (Service.PORTAL, 2020),
        (Service.TOKENS, 5650),
        (Service.HTTPS, 443),
        (Service.POLICY, 943),
        (Service.LOGGING, 5638),
        (Service.MESSAGING, 5672),
        (Service.SCREEN, 5633),
        (Service.ANALYTICS, 5634),
    ],
)
def test_the_ports_are_those_of_the_requirements(service, number):
    assert port_of(service).number == number


def test_the_optional_modules_of_the_requirements_are_modules():
    assert port_of(Service.SCREEN).module is Module.SCREEN
    assert port_of(Service.ANALYTICS).module is Module.ANALYTICS


def test_only_the_premises_dials_the_cloud():
    for row in REGISTRY:
        assert (row.target is Host.CLOUD) == (row.source is Host.PREMISES and Place.BORDER in row.open_at)


def test_the_page_shows_the_registry():
    page = (Path(__file__).parents[2] / "docs" / "services" / "environment.md").read_text()
    _, _, rest = page.partition("compared by the tests -->\n")
    assert rest.partition("<!-- end")[0] == as_markdown(REGISTRY)
