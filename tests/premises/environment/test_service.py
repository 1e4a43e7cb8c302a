"""The server looks over itself hourly and on demand, and counts what is found."""

import asyncio
import json
from pathlib import Path

from prometheus_client import REGISTRY

from playhead.base.errors import UnavailableError
from playhead.base.instants import utc
from playhead.environment.doctor.findings import Finding, Report, Role, Severity
from playhead.environment.doctor.summary import summary_of
from playhead.premises.environment.service import EVERY_S, START_S, EnvironmentService
from playhead.testing.loop import run


def report(*severities):
    findings = tuple(
        Finding(code="a.b", severity=Severity(one), subject="s", message="m", meaning="n") for one in severities
    )
    return Report(machine="here", role=Role.PREMISES, version="1", at=utc(1), elapsed_ms=1, findings=findings)


class Examinations:
    def __init__(self):
        self.summaries = []

    def all(self):
        return self.summaries

    def changed(self):
        """Replaced by who wants to know."""


class Workstations:
    def __init__(self):
        self.examinations = Examinations()


class Doctor:
    def __init__(self, clock):
        self.clock = clock
        self.looked_s = []
        self.told = []
        self.found = ["error", "ok", "ok"]
        self.workstations = Workstations()
        self.service = EnvironmentService(
            examine=self.examine,
            workstations=self.workstations,
            tell=self.tell,
            clock=clock,
            listeners=tuple,
            data=Path("/data"),
            program=Path("/python"),
        )

    async def tell(self, events):
        self.told += [json.loads(one.data) for one in events]

    async def examine(self):
        self.looked_s.append(self.clock.monotonic_us() / 1e6)
        await asyncio.sleep(4)
        if not self.found:
            raise UnavailableError("doctor.broken", "No.")
        return report(*self.found)


def counted(of, severity):
    return REGISTRY.get_sample_value("playhead_environment_findings", {"of": of, "severity": severity})


def test_it_looks_after_the_start_and_hourly_also_where_one_look_fails():
    async def scenario(simulation):
        doctor = Doctor(simulation.clock)
        began_s = simulation.clock.monotonic_us() / 1e6
        doctor.found = []
        running = asyncio.create_task(doctor.service.run())
        await asyncio.sleep(START_S + 5)
        assert doctor.service.report is None
        doctor.found = ["warning"]
        await asyncio.sleep(2 * EVERY_S)
        running.cancel()
        pauses = [round(one - began_s) for one in doctor.looked_s]
        assert pauses == [START_S, START_S + 4 + EVERY_S]
        assert doctor.service.report == report("warning")
        assert (counted("premises", "warning"), counted("premises", "error")) == (1, 0)

    run(scenario, seed=1)


def test_what_is_wrong_is_told_first_and_whenever_it_is_another():
    async def scenario(simulation):
        doctor = Doctor(simulation.clock)
        for found in ([], [], ["error", "ok"], ["error"], ["warning"], ["info"]):
            doctor.found = ["ok", *found]
            await doctor.service.look()
        said = [(one["errors"], one["warnings"], [each["code"] for each in one["findings"]]) for one in doctor.told]
        assert said == [(0, 0, []), (1, 0, ["a.b"]), (0, 1, ["a.b"]), (0, 0, [])]
        assert {(one["machine"], one["role"]) for one in doctor.told} == {("premises", "premises")}

    run(scenario, seed=1)


def test_who_asks_while_it_looks_gets_the_same():
    async def scenario(simulation):
        doctor = Doctor(simulation.clock)
        asking = [asyncio.create_task(doctor.service.look()) for _ in range(3)]
        await asyncio.sleep(1)
        assert doctor.service.is_busy
        assert len({id(await one) for one in asking}) == 1
        assert not doctor.service.is_busy
        assert len(doctor.looked_s) == 1
        assert (counted("premises", "error"), counted("premises", "ok")) == (1, 2)

    run(scenario, seed=1)


def test_what_workstations_find_is_counted():
    async def scenario(simulation):
        doctor = Doctor(simulation.clock)
        doctor.workstations.examinations.summaries = [
            summary_of("a", report("error", "ok"), 1, 1),
            summary_of("b", report("error", "error"), 1, 1),
        ]
        doctor.workstations.examinations.changed()
        assert (counted("workstations", "error"), counted("workstations", "ok")) == (3, 1)
        assert REGISTRY.get_sample_value("playhead_environment_reports") == 2

    run(scenario, seed=1)
