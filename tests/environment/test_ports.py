import pytest

from playhead.environment.ports import REGISTRY, Service, port_of


def test_every_service_has_exactly_one_row():
    assert sorted(row.service for row in REGISTRY) == sorted(Service)


def test_no_two_services_share_a_port():
    assert len({row.number for row in REGISTRY}) == len(REGISTRY)


@pytest.mark.parametrize(
    ("service", "number"),
    [(Service.SCREEN, 5633), (Service.TOKENS, 5650), (Service.PORTAL, 2020), (Service.HTTPS, 443)],
)
def test_the_ports_are_those_of_the_requirements(service, number):
    assert port_of(service).number == number
