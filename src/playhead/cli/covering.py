"""``playhead coverage``: what it does. The accounts are `playhead.premises.coverage`'s, the JSON is the API's."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import click

from playhead.base.clock import SystemClock
from playhead.base.errors import NotFoundError
from playhead.base.ids import WorkstationId
from playhead.base.instants import utc
from playhead.cli.catalogues import existing_catalogue
from playhead.cli.console import done, emit_json, human_length, notice, table
from playhead.cli.library import resolve
from playhead.cli.operator import Operator
from playhead.cli.places import PremisesPlaces
from playhead.cli.settings import PremisesSettings
from playhead.domain.accounts import DayAccount
from playhead.domain.coverage import EXCUSED, Ledger, Missing
from playhead.portal.api.coverage_models import day_item, recording_coverage
from playhead.premises.coverage.ledger import CoverageLedger
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.workstations import PAGE_ITEMS_MAX, Workstation, get_workstation, list_workstations

NOTHING_US = 1_000
"""Less than a millisecond is not worth a word."""


async def tell_day(places: PremisesPlaces, day: date | None, workstation: str | None, *, as_json: bool) -> bool:
    """Print the accounts of a day; whether nothing is missing without excuse.

    Raises:
        NotFoundError: ``workstation.not_found``.
        UnavailableError: ``data.no_premises``.
    """
    settings = PremisesSettings.load(places)
    async with existing_catalogue(places) as catalogue:
        ledger = CoverageLedger(settings.coverage, catalogue, SystemClock())
        known = await _workstations(catalogue, workstation)
        wanted = day or ledger.today
        accounts = await ledger.day(wanted, [one.id for one in known])
    told = [(one, accounts[one.id]) for one in known]
    if as_json:
        emit_json({"day": str(wanted), "timeZone": ledger.zone.key, "items": [_plain(*one) for one in told]})
    elif not told:
        click.echo("No workstation is enrolled.")
    elif workstation is None:
        heads = ["WORKSTATION", "AGENT", "DUE", "RECORDED", "SHARE", "MISSING"]
        click.echo(table(heads, [_row(*one) for one in told]))
    else:
        (account,) = accounts.values()
        _tell_missing(account.ledger, [_on_the_clock(one, ledger) for one in account.ledger.missing])
    return not any(_is_inexcusable(account.ledger) for _, account in told)


async def tell_recording(places: PremisesPlaces, text: str, *, as_json: bool) -> bool:
    """Print the account of a recording; whether nothing of it is missing without excuse.

    Raises:
        NotFoundError: ``recording.not_found``.
        UnavailableError: ``data.no_premises``.
    """
    settings = PremisesSettings.load(places)
    async with existing_catalogue(places) as catalogue:
        async with catalogue.reading() as connection:
            recording = await resolve(connection, text)
        account = await CoverageLedger(settings.coverage, catalogue, SystemClock()).recording(recording)
    if as_json:
        emit_json(recording_coverage(account).model_dump(mode="json", by_alias=True))
    else:
        begin_us = account.from_us
        rows = [
            (human_length(one.from_us - begin_us), human_length(one.to_us - begin_us)) for one in account.ledger.missing
        ]
        _tell_missing(account.ledger, rows)
    return not _is_inexcusable(account.ledger)


def tell_now(places: PremisesPlaces, workstation: str | None, *, as_json: bool) -> bool:
    """Print who is covered at this moment; whether nobody is missing without excuse.

    Raises:
        NotFoundError: ``workstation.not_found``.
        UnavailableError: ``server.not_running``.
    """
    items = Operator(places).coverage()
    if workstation is not None:
        items = [one for one in items if one["workstation"] == str(WorkstationId(workstation))]
        if not items:
            raise NotFoundError("workstation.not_found", f"There is no workstation {workstation}.")
    if as_json:
        names = ("workstation", "agent", "state", "covered", "code", "since", "alarm")
        emit_json([{name: one[name] for name in names} for one in items])
    elif not items:
        click.echo("No workstation is enrolled.")
    else:
        rows = [
            [
                one["workstation"],
                one["agent"],
                {True: "yes", False: "NO" if one["alarm"] else "no", None: "–"}[one["covered"]],
                one["code"] or "",
                one["since"] or "",
            ]
            for one in items
        ]
        click.echo(table(["WORKSTATION", "AGENT", "COVERED", "WHY NOT", "SINCE"], rows))
    alarms = sum(bool(one["alarm"]) for one in items)
    if alarms and not as_json:
        notice(f"{alarms} should be recorded and are not.")
    return not alarms


async def _workstations(catalogue: Catalogue, name: str | None) -> list[Workstation]:
    async with catalogue.reading() as connection:
        if name is not None:
            return [await get_workstation(connection, WorkstationId(name))]
        found: list[Workstation] = []
        while True:
            page = await list_workstations(connection, after=found[-1].id if found else None)
            found += page
            if len(page) < PAGE_ITEMS_MAX:
                return [one for one in found if one.revoked_at_us is None]


def _plain(workstation: Workstation, account: DayAccount) -> dict[str, Any]:
    told = day_item(account).model_dump(mode="json", by_alias=True)
    return {"workstation": str(workstation.id), "agent": workstation.agent} | told


def _row(workstation: Workstation, account: DayAccount) -> list[str]:
    ledger = account.ledger
    return [
        str(workstation.id),
        workstation.agent,
        human_length(ledger.due_us),
        human_length(ledger.kept_us),
        f"{ledger.share:.1%}" if ledger.due_us else "–",
        _reasons(ledger),
    ]


def _reasons(ledger: Ledger) -> str:
    told = ((reason, us) for reason, us in ledger.by_reason().items() if us >= NOTHING_US)
    return ", ".join(f"{reason} {human_length(us)}" for reason, us in told)


def _tell_missing(ledger: Ledger, places: Sequence[tuple[str, str]]) -> None:
    if ledger.missing:
        heads = ["FROM", "TO", "LENGTH", "WHY"]
        rows = [
            [begin, end, human_length(one.to_us - one.from_us), str(one.reason)]
            for (begin, end), one in zip(places, ledger.missing, strict=True)
        ]
        click.echo(table(heads, rows))
    text = f"{human_length(ledger.kept_us)} of {human_length(ledger.due_us)} recorded"
    if _is_inexcusable(ledger):
        notice(f"{text}; missing without excuse: {_reasons(_without_excuse(ledger))}.")
    else:
        done(f"{text}; nothing is missing without excuse.")


def _without_excuse(ledger: Ledger) -> Ledger:
    return Ledger(ledger.due_us, ledger.kept_us, tuple(_inexcusable(ledger.missing)))


def _inexcusable(missing: Iterable[Missing]) -> list[Missing]:
    return [one for one in missing if one.reason not in EXCUSED]


def _is_inexcusable(ledger: Ledger) -> bool:
    return sum(one.to_us - one.from_us for one in _inexcusable(ledger.missing)) >= NOTHING_US


def _on_the_clock(missing: Missing, ledger: CoverageLedger) -> tuple[str, str]:
    begin, end = (utc(at_us).astimezone(ledger.zone) for at_us in (missing.from_us, missing.to_us))
    return f"{begin:%H:%M:%S}", f"{end:%H:%M:%S}"
