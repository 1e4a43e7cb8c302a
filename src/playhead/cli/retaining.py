"""What the commands of ``playhead retention`` do."""

from typing import IO, Any, Final

import click
import msgspec

from playhead.base.clock import SystemClock
from playhead.base.errors import InvalidInputError
from playhead.base.instants import rfc3339
from playhead.cli.catalogues import existing_catalogue
from playhead.cli.console import done, emit_json, human_bytes, human_instant, notice, table
from playhead.cli.keepers import keeper, looking_keeper, running_server
from playhead.cli.operator import OPERATOR
from playhead.cli.places import PremisesPlaces
from playhead.domain.retention import Pending, Policy, Rule, checked
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue.audit import add_audit_entry
from playhead.store.catalogue.retention import Run, last_run, load_policy, save_policy

POLICY_BYTES_MAX: Final = 1 << 20


class _Rule(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    name: str
    days: int | None
    id: str = ""
    agents: list[str] = msgspec.field(default_factory=list[str])
    groups: list[str] = msgspec.field(default_factory=list[str])
    tags: list[str] = msgspec.field(default_factory=list[str])
    states: list[str] = msgspec.field(default_factory=list[str])


class _Policy(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    rules: list[_Rule]
    default_days: int | None
    last: Any = None
    """What `show` prints beside the policy is passed over, so that its output can be changed and set again."""
    pending: Any = None


def wanted(file: IO[bytes] | None, days: int | None, *, for_ever: bool) -> Policy:
    """The policy that somebody asks for.

    Raises:
        InvalidInputError: ``retention.malformed``, and as `playhead.domain.retention.checked`.
    """
    if (file is not None) + (days is not None) + for_ever != 1:
        raise click.UsageError("Name one file with a policy, or --days, or --for-ever.")
    if file is None:
        return Policy((), days)
    try:
        told = msgspec.json.decode(file.read(POLICY_BYTES_MAX), type=_Policy)
    except msgspec.MsgspecError as error:
        hint = "`playhead retention show --json` prints one."
        raise InvalidInputError("retention.malformed", f"This is no policy: {error}.", hint=hint) from None
    rules = [
        Rule(
            rule.id or f"rule-{number}",
            rule.name,
            rule.days,
            frozenset(rule.agents),
            frozenset(rule.groups),
            frozenset(rule.tags),
            frozenset(rule.states),
        )
        for number, rule in enumerate(told.rules, 1)
    ]
    return checked(Policy(tuple(rules), told.default_days))


async def show(places: PremisesPlaces, *, as_json: bool) -> None:
    """Print the policy and what becomes of it."""
    async with looking_keeper(places) as (service, catalogue):
        async with catalogue.reading() as connection:
            policy, last = await load_policy(connection), await last_run(connection)
        pending = await service.pending()
    if as_json:
        emit_json({**_plain(policy), "last": _plain_run(last), "pending": _plain_pending(pending)})
        return
    rows = [[rule.name, _days(rule.days), _about(rule)] for rule in policy.rules]
    click.echo(table(["RULE", "KEPT", "WHICH"], [*rows, ["otherwise", _days(policy.default_days), "everything else"]]))
    if last is not None:
        click.echo(
            f"Last run {human_instant(last.at_us)}: {last.deleted} deleted ({human_bytes(last.size_bytes)}), "
            f"{last.held} held, {last.failed} failed, {last.waiting} left waiting."
        )
    _tell(pending)


async def set_policy(places: PremisesPlaces, policy: Policy) -> None:
    """Let a policy be in force."""
    async with existing_catalogue(places) as catalogue:
        audit = AuditTrail(catalogue, SystemClock())
        async with catalogue.writing() as connection:
            before = await load_policy(connection)
            await save_policy(connection, policy)
            details = {"before": before.told(), "after": policy.told()}
            await add_audit_entry(connection, audit.entry(str(OPERATOR), "retention.changed", "", "", details))
    rules = "".join(f"{rule.name}: {_days(rule.days)}. " for rule in policy.rules)
    kept = "for ever" if policy.default_days is None else f"for {_days(policy.default_days)}"
    done(f"{rules}{'Everything else' if policy.rules else 'Everything'} is kept {kept}.")


async def preview(places: PremisesPlaces, policy: Policy, *, as_json: bool) -> None:
    """Print what a run would take."""
    async with looking_keeper(places) as (service, _):
        pending = await service.pending(policy)
    if as_json:
        emit_json(_plain_pending(pending))
    else:
        _tell(pending)


async def run(places: PremisesPlaces, confirmed: int | None) -> bool:
    """Run the policy; whether nothing waits for somebody's confirmation."""
    operator = running_server(places)
    if operator is not None:
        operator.run_retention(confirmed)
        done("The server runs the policy now; `playhead retention show` tells what became of it.")
        return True
    async with keeper(places) as service:
        if confirmed is not None:
            await service.confirm(confirmed, str(OPERATOR), "")
        found = await service.purge()
        await service.finish()
    if found.waiting:
        notice(f"{found.waiting} recordings are due: more than a run may take. Nothing was deleted.")
        notice(f"If that is right: playhead retention run --confirm {found.waiting}")
        return False
    done(f"{found.deleted} recordings deleted ({human_bytes(found.size_bytes)}), {found.held} held.")
    return True


def _tell(pending: Pending) -> None:
    share = f"{pending.share:.1%} of all"
    text = f"A run would delete {pending.recordings} recordings ({human_bytes(pending.size_bytes)}, {share})"
    click.echo(f"{text}; {pending.held} more are held." if pending.held else f"{text}.")
    if pending.needs_confirmation:
        notice(f"That is more than it may take by itself: playhead retention run --confirm {pending.recordings}")


def _days(days: int | None) -> str:
    return "for ever" if days is None else "1 day" if days == 1 else f"{days} days"


def _about(rule: Rule) -> str:
    kinds = (("agents", rule.agents), ("groups", rule.groups), ("tags", rule.tags), ("states", rule.states))
    return "; ".join(f"{name}: {', '.join(sorted(values))}" for name, values in kinds if values) or "everything"


def _plain(policy: Policy) -> dict[str, object]:
    return {"rules": [rule.plain() for rule in policy.rules], "defaultDays": policy.default_days}


def _plain_run(run: Run | None) -> dict[str, object] | None:
    if run is None:
        return None
    return {
        "at": rfc3339(run.at_us),
        "deleted": run.deleted,
        "bytes": run.size_bytes,
        "held": run.held,
        "failed": run.failed,
        "waiting": run.waiting,
    }


def _plain_pending(pending: Pending) -> dict[str, object]:
    return {
        "recordings": pending.recordings,
        "bytes": pending.size_bytes,
        "share": pending.share,
        "held": pending.held,
        "needsConfirmation": pending.needs_confirmation,
    }
