"""``playhead environment``: what it does."""

from dataclasses import dataclass, replace

import click

from playhead.base.addresses import Address
from playhead.base.errors import InvalidInputError, PlayheadError
from playhead.cli.cloud_places import CloudPlaces
from playhead.cli.console import done, emit_json, notice, table
from playhead.cli.places import PremisesPlaces
from playhead.cli.settings import PremisesSettings
from playhead.environment.firewall import request
from playhead.environment.firewall.rules import Role, rules_of
from playhead.environment.firewall.running import difference
from playhead.environment.firewall.written import FORMS
from playhead.environment.installation import Installation, Listener, parse_networks
from playhead.environment.pages import HEADS, as_csv, as_markdown, as_plain, cells
from playhead.environment.ports import REGISTRY, Host, Port, Service, port_of
from playhead.premises.link.identity import LinkFolder
from playhead.store.disk import SystemDisk


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


def settings_at(places: PremisesPlaces) -> PremisesSettings:
    """The settings of a data folder; where it is nobody's it may be mistyped, so that is said.

    Raises:
        InvalidInputError: as `PremisesSettings.load`.
    """
    if not places.config.exists() and not places.catalogue.exists():
        notice(f"No premises server has its data in {places.root}: this is what one without premises.toml needs.")
    return PremisesSettings.load(places)


def show_ports(places: PremisesPlaces, form: str, *, show_all: bool) -> None:
    """Print the port table with the ports as they are configured."""
    settings = settings_at(places)
    joined = joined_cloud(places, settings)
    # Without a broker, a cloud or a store nobody connects to one; nor to what is turned off.
    used = {
        Service.MESSAGING: settings.messaging.transport == "rabbitmq",
        Service.POOL: joined is not None,
        Service.UPLOAD: bool(settings.upload.url),
        Service.POLICY: settings.policy.enabled,
        Service.ANALYTICS: settings.analytics.enabled,
        Service.CLIENT_PLAYERS: settings.native_players.enabled,
    }
    rows = [row for row in _configured(settings, joined) if show_all or used.get(row.service, True)]
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
    listeners, has_cloud = _in_cloud(places) if role is Role.CLOUD else _at_premises(places)
    installation = Installation(
        listeners,
        parse_networks(wish.clients),
        parse_networks(wish.servers),
        parse_networks(wish.clouds) if wish.clouds or wish.has_cloud or has_cloud else None,
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


def _at_premises(places: PremisesPlaces) -> tuple[tuple[Listener, ...], bool]:
    """What listens there, and in the cloud that it has joined; and whether it sends to one at all."""
    settings = settings_at(places)
    joined = joined_cloud(places, settings)
    dialled = () if joined is None else (Listener(Service.POOL, joined.host, joined.port),)
    return (*listeners_of(settings), *dialled), joined is not None or bool(settings.upload.url)


def _in_cloud(places: PremisesPlaces) -> tuple[tuple[Listener, ...], bool]:
    """What a machine of the cloud listens on for sites, by its own settings; it sends to no other."""
    from playhead.cli.cloud_settings import CloudSettings

    listen = CloudSettings.load(CloudPlaces(places.root)).links.listen
    return (Listener(Service.POOL, listen.host, listen.port),), False


def _notice_what_is_open(role: Role, installation: Installation) -> None:
    """Say what the rules leave out, and what they are wider than they could be for want of addresses."""
    if role is Role.CLOUD:
        if not installation.clients:
            notice("These rules let any address in; name the public addresses of the sites with --from.")
        return
    local = [one for one in installation.listeners if one.is_local and port_of(one.service).target is Host.PREMISES]
    if local:
        names = ", ".join(f"{listener.service} ({listener.port})" for listener in local)
        notice(f"Left out, because only this machine reaches them: {names}. `listen` in premises.toml says so.")
    if not installation.clients and role is not Role.CLIENT:
        notice("These rules let any address in; name where client PCs are with --from.")
    if not installation.premises and role is not Role.PREMISES:
        notice("These rules are for any server; name the premises server with --server.")
    if installation.cloud == () and role is not Role.CLIENT:
        notice("These rules let connections out to any address; name the cloud with --cloud.")


def _compare(differs: str, *, show: bool) -> int:
    if not differs:
        done("The firewall has exactly these rules.")
        return 0
    notice("The firewall has other rules than it should have.")
    if show:
        click.echo(differs, nl=False)
    return 1


def joined_cloud(places: PremisesPlaces, settings: PremisesSettings) -> Address | None:
    """Where the cloud is that this site has joined; None where it has joined none, or that cannot be read."""
    try:
        identity = LinkFolder(SystemDisk(), places.cloud).load()
    except PlayheadError:  # the doctor says so
        return None
    return None if identity is None else settings.cloud.address or identity.address


def _configured(settings: PremisesSettings, joined: Address | None) -> list[Port]:
    ports = {listener.service: listener.port for listener in listeners_of(settings)}
    ports[Service.MESSAGING] = settings.messaging.broker.port
    if joined is not None:
        ports[Service.POOL] = joined.port
    return [replace(row, number=ports.get(row.service, row.number)) for row in REGISTRY]
