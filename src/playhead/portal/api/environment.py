"""``/api/environment``: ports, what the doctor finds, firewall rules and exclusions, for who operates the server."""

import asyncio
import re
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse

from playhead.base.errors import NotFoundError, PlayheadError, UnavailableError
from playhead.base.ids import WorkstationId
from playhead.domain.access import Action, Installation
from playhead.environment.antivirus.written import FORMS as EXCLUSIONS
from playhead.environment.doctor.findings import Report
from playhead.environment.doctor.signing import Signer, signed_page
from playhead.environment.doctor.summary import problems_of, reach_of
from playhead.environment.downloads import PATH_CHARS_MAX, REQUEST, File, exclusions_file, rules_file
from playhead.environment.firewall.rules import Role
from playhead.environment.firewall.written import FORMS as RULES
from playhead.environment.installation import NETWORKS_MAX, configured
from playhead.environment.listening import listening_ports
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.environment_models import (
    FindingList,
    FormItem,
    FormList,
    PortList,
    ReportItem,
    examined_items,
    port_item,
    problem_item,
    report_item,
)
from playhead.portal.api.permissions import needs
from playhead.portal.callers import Caller, Changing, Reading
from playhead.portal.needs import Environment
from playhead.portal.parts import Parts, parts_of
from playhead.store.catalogue.workstations import get_workstation

PAGE_MAX: Final = 500
"""Workstations of one answer."""

PROBLEMS_MAX: Final = 100
"""Groups of problems of one answer: more than anybody acts on at a time."""

NETWORK_CHARS_MAX: Final = 64

router = APIRouter(prefix="/api/environment", tags=["environment"], responses=ERRORS)


async def _operating(request: Request, caller: Reading) -> Caller:
    await caller.require(parts_of(request), Action.OPERATE, Installation(), "environment")
    return caller


async def _operating_change(request: Request, caller: Changing) -> Caller:
    return await _operating(request, caller)


Operating = Annotated[Caller, Depends(_operating)]
OperatingChange = Annotated[Caller, Depends(_operating_change)]

_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "A file, with its name."}
}

_PAGE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/html": {"schema": {"type": "string"}}}, "description": "A page, with its name."}
}

_Network = Annotated[str, Query(max_length=NETWORK_CHARS_MAX)]
_FROM: Final = "Where client PCs are; before the cloud: the public addresses of the sites."
_Path = Annotated[str, Query(max_length=PATH_CHARS_MAX)]


@router.get("/ports", operation_id="listPorts", openapi_extra=needs(Action.OPERATE))
async def list_ports(request: Request, _caller: Operating) -> PortList:
    """Every port, whether this server listens there now, and who reaches it."""
    environment = _environment(parts_of(request))
    summaries, listeners = environment.summaries(), environment.listeners()
    open_now = await asyncio.to_thread(listening_ports)
    ours = {listener.service: listener for listener in listeners}
    items = [
        port_item(
            row,
            listening=row.number in open_now if row.service in ours and open_now is not None else None,
            local=row.service in ours and ours[row.service].is_local,
            reach=reach_of(row.service, summaries),
        )
        for row in configured(listeners)
    ]
    return PortList(items=items)


@router.get("/findings", operation_id="listFindings", openapi_extra=needs(Action.OPERATE))
async def list_findings(
    request: Request,
    _caller: Operating,
    *,
    after: Annotated[str | None, Query(max_length=63, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_MAX,
) -> FindingList:
    """The newest report of this server, what is wrong at workstations, and a page of those, by name."""
    parts = parts_of(request)
    environment = _environment(parts)
    summaries = environment.summaries()
    live = [one for one in parts.control.workstations() if after is None or str(one.id) > after]
    page = live[:limit]
    return FindingList(
        premises=None if environment.report is None else report_item(environment.report),
        busy=environment.is_busy,
        problems=[problem_item(one) for one in problems_of(summaries)[:PROBLEMS_MAX]],
        reports=len(summaries),
        workstations=examined_items(page, {str(one.workstation): one for one in summaries}),
        next=str(page[-1].id) if len(live) > limit else None,
    )


@router.get("/workstations/{workstation}", operation_id="getReport", openapi_extra=needs(Action.OPERATE))
async def get_report(request: Request, _caller: Operating, workstation: str) -> ReportItem:
    """The newest report of a workstation."""
    return report_item(await _environment(parts_of(request)).newest(WorkstationId(workstation)))


@router.get(
    "/page",
    operation_id="getReportPage",
    openapi_extra=needs(Action.OPERATE),
    responses=_PAGE,
)
async def get_report_page(
    request: Request,
    _caller: Operating,
    *,
    workstation: Annotated[str | None, Query(max_length=63, description="Whose; left out, this server's.")] = None,
) -> HTMLResponse:
    """The newest report as one page that this server signs, for whoever is to mend something."""
    parts = parts_of(request)
    environment = _environment(parts)
    report = environment.report if workstation is None else await environment.newest(WorkstationId(workstation))
    if report is None:
        raise NotFoundError("doctor.no_report", "This server has not looked over itself yet.")
    certificate = parts.keyring.server_file
    page = signed_page(report, await asyncio.to_thread(Signer.load, certificate, certificate))
    name = f"playhead-doctor-{re.sub('[^A-Za-z0-9.-]', '-', report.machine)}-{report.at:%Y%m%dT%H%M%SZ}.html"
    return HTMLResponse(page, headers={"content-disposition": f'attachment; filename="{name}"'})


@router.post("/doctor", operation_id="runDoctor", openapi_extra=needs(Action.OPERATE))
async def run_doctor(request: Request, caller: OperatingChange) -> ReportItem:
    """Look over this server now. It takes up to ten seconds."""
    parts = parts_of(request)
    environment = _environment(parts)
    return await _noted(parts, caller, "premises", environment.look())


@router.post("/workstations/{workstation}/doctor", operation_id="runDoctorThere", openapi_extra=needs(Action.OPERATE))
async def run_doctor_there(request: Request, caller: OperatingChange, workstation: str) -> ReportItem:
    """Have a workstation look over itself now, over its enrolled connection. It takes up to fifteen seconds."""
    parts = parts_of(request)
    environment, identifier = _environment(parts), WorkstationId(workstation)
    async with parts.catalogue.reading() as connection:
        await get_workstation(connection, identifier)
    return await _noted(parts, caller, workstation, environment.examine(identifier))


@router.get("/forms", operation_id="listForms", openapi_extra=needs(Action.OPERATE))
async def list_forms(_caller: Operating) -> FormList:
    """In which forms rules and exclusions can be had."""
    request = FormItem(form=REQUEST, title="a change request in words", roles=[*Role], removable=False)
    rules = [
        FormItem(form=name, title=form.title, roles=sorted(form.roles), removable=form.remove is not None)
        for name, form in RULES.items()
    ]
    both = ["premises", "workstation"]
    exclusions = [
        FormItem(form=name, title=title, roles=both, removable=False) for name, (title, _) in EXCLUSIONS.items()
    ]
    return FormList(rules=[request, *rules], exclusions=exclusions)


@dataclass(frozen=True, slots=True)
class _Wish:
    """Which rules are asked for."""

    form: Annotated[str, Query(max_length=32, description="One of `/api/environment/forms`.")]
    role: Annotated[Role, Query(description="Whose firewall.")] = Role.PREMISES
    clients: Annotated[tuple[_Network, ...], Query(alias="from", max_length=NETWORKS_MAX, description=_FROM)] = ()
    servers: Annotated[
        tuple[_Network, ...], Query(alias="server", max_length=NETWORKS_MAX, description="The premises server.")
    ] = ()
    clouds: Annotated[
        tuple[_Network, ...],
        Query(
            alias="cloud", max_length=NETWORKS_MAX, description="The cloud that it dials; without one there is none."
        ),
    ] = ()
    remove: Annotated[bool, Query(description="What takes the rules away again.")] = False


@router.get(
    "/rules",
    operation_id="getRules",
    openapi_extra=needs(Action.OPERATE),
    response_class=Response,
    responses=_FILE,
)
async def get_rules(request: Request, _caller: Operating, wish: Annotated[_Wish, Depends()]) -> Response:
    """Firewall rules as a file. Without ranges they let any address in."""
    listeners = _environment(parts_of(request)).listeners()
    return _download(
        rules_file(
            listeners,
            form=wish.form,
            role=wish.role,
            clients=wish.clients,
            servers=wish.servers,
            clouds=wish.clouds,
            remove=wish.remove,
        )
    )


@router.get(
    "/exclusions",
    operation_id="getExclusions",
    openapi_extra=needs(Action.OPERATE),
    response_class=Response,
    responses=_FILE,
)
async def get_exclusions(
    request: Request,
    _caller: Operating,
    *,
    form: Annotated[str, Query(max_length=32, description="One of `/api/environment/forms`.")],
    role: Literal["premises", "workstation"] = "premises",
    folder: _Path = "",
    program: _Path = "",
) -> Response:
    """What virus scanners should leave alone, as a file. That of a workstation needs its data folder."""
    environment = _environment(parts_of(request))
    return _download(
        exclusions_file(
            form=form,
            role=role,
            data=environment.data,
            program=environment.program,
            folder=folder,
            executable=program,
        )
    )


def _download(file: File) -> Response:
    disposition = f'attachment; filename="{file.name}"'
    return PlainTextResponse(file.text, headers={"content-disposition": disposition})


async def _noted(parts: Parts, caller: Caller, subject: str, looking: Awaitable[Report]) -> ReportItem:
    """A look, in the audit log however it ends."""
    details: dict[str, str] = {}
    try:
        report = await looking
        details["worst"] = str(report.worst)
    except PlayheadError as error:
        details["outcome"] = error.code
        raise
    finally:
        await parts.audit.note(str(caller.who.user), "environment.examined", subject, caller.address, details)
    return report_item(report)


def _environment(parts: Parts) -> Environment:
    if parts.environment is None:
        raise UnavailableError("environment.none", "This server does not look over its environment.")
    return parts.environment
