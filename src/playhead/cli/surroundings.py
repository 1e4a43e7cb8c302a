"""``playhead environment``: what it does."""

from dataclasses import dataclass, replace

import click

from playhead.base.errors import InvalidInputError
from playhead.cli.console import done, emit_json, notice, table
from playhead.cli.places import PremisesPlaces
from playhead.cli.settings import PremisesSettings
from playhead.environment.firewall import request
from playhead.environment.firewall.rules import Role, rules_of
from playhead.environment.firewall.running import difference
from playhead.environment.firewall.written import FORMS
from playhead.environment.installation import Installation, Listener, parse_networks
from playhead.environment.pages import HEADS, as_csv, as_markdown, as_plain, cells
from playhead.environment.ports import PRESENT, REGISTRY, Module, Port, Service


@dataclass(frozen=True, slots=True)
class Wish:
    """Which rules are asked for."""

    form: str
    role: str
    clients: tuple[str, ...]
    servers: tuple[str, ...]
    clouds: tuple[str, ...] = ()
    has_cloud: bool = False
    """Whether there is a cloud even where its address is not known."""


def listeners_of(settings: PremisesSettings) -> tuple[Listener, ...]:
    """What a premises server with these settings listens on."""
    return tuple(settings.listening().values())


def show_ports(places: PremisesPlaces, form: str, *, show_all: bool) -> None:
    """Print the port table with the ports as they are configured."""
    settings = PremisesSettings.load(places)
    # Without a broker nobody connects to one.
    used = settings.messaging.transport == "rabbitmq"
    rows = [row for row in _configured(settings) if show_all or (row.present and (row.ours or used))]
    match form:
        case "markdown":
            click.echo(as_markdown(rows), nl=False)
        case "json":
            emit_json(as_plain(rows))
        case "csv":
            click.echo(as_csv(rows), nl=False)
        case _:
            click.echo(table([head.upper() for head in HEADS], [list(cells(row)) for row in rows]))


def write_firewall(places: PremisesPlaces, wish: Wish, *, remove: bool, compare: bool, show: bool) -> int:
    """Print rules, or what takes them away, or how they differ from what is loaded; the exit code.

    Raises:
        InvalidInputError: ``environment.*``: what was asked for cannot be.
    """
    role = Role(wish.role)
    installation = Installation(
        listeners_of(PremisesSettings.load(places)),
        parse_networks(wish.clients),
        parse_networks(wish.servers),
        parse_networks(wish.clouds) if wish.clouds or wish.has_cloud else None,
    )
    rules = rules_of(role, installation)
    _notice_what_is_open(role, installation)
    if compare:
        return _compare(difference(rules, wish.form), show=show)
    if wish.form == "request":
        click.echo(request.render(rules, role), nl=False)
        return 0
    form = FORMS[wish.form]
    if role not in form.roles:
        hint = f"It is for: {', '.join(sorted(form.roles))}."
        raise InvalidInputError("environment.role", f"{form.title} is not written for {role}.", hint=hint)
    if remove and form.remove is None:
        hint = "Take it away where it was applied: `terraform destroy`."
        raise InvalidInputError("environment.removal", f"{form.title} needs no removal of its own.", hint=hint)
    click.echo((form.remove if remove and form.remove is not None else form.render)(rules), nl=False)
    return 0


def _notice_what_is_open(role: Role, installation: Installation) -> None:
    """Say what the rules leave out, and what they are wider than they could be for want of addresses."""
    cloud = () if role is Role.CLOUD else installation.cloud
    if cloud is not None and role is not Role.CLIENT and Module.CLOUD not in PRESENT:
        notice("The cloud module is not in this version: nothing dials the cloud or listens there yet.")
    if role is Role.CLOUD:
        if not installation.clients:
            notice("These rules let any address in; name the public addresses of the sites with --from.")
        return
    local = [listener for listener in installation.listeners if listener.is_local]
    if local:
        names = ", ".join(f"{listener.service} ({listener.port})" for listener in local)
        notice(f"Left out, because only this machine reaches them: {names}. `listen` in premises.toml says so.")
    if not installation.clients and role is not Role.CLIENT:
        notice("These rules let any address in; name where client PCs are with --from.")
    if not installation.premises and role is not Role.PREMISES:
        notice("These rules are for any server; name the premises server with --server.")
    if cloud == () and role is not Role.CLIENT:
        notice("These rules let connections out to any address; name the cloud with --cloud.")


def _compare(differs: str, *, show: bool) -> int:
    if not differs:
        done("The firewall has exactly these rules.")
        return 0
    notice("The firewall has other rules than it should have.")
    if show:
        click.echo(differs, nl=False)
    return 1


def _configured(settings: PremisesSettings) -> list[Port]:
    ports = {listener.service: listener.port for listener in listeners_of(settings)}
    ports[Service.MESSAGING] = settings.messaging.broker.port
    return [replace(row, number=ports.get(row.service, row.number)) for row in REGISTRY]
