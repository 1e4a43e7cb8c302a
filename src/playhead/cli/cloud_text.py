"""Tenants and sites of the cloud as people read them."""

from collections.abc import Sequence

import click

from playhead.base.instants import rfc3339
from playhead.cli.console import emit_json, table
from playhead.store.sites.sites import Site
from playhead.store.sites.tenants import Tenant


def show_tenants(tenants: Sequence[Tenant], *, as_json: bool) -> None:
    """Print them."""
    if as_json:
        emit_json([{"id": str(one.id), "name": one.name, "hosts": list(one.hosts)} for one in tenants])
    elif not tenants:
        click.echo("There is no tenant. Add one with `playhead cloud tenant add`.")
    else:
        rows = [(str(one.id), one.name, ", ".join(one.hosts) or "-") for one in tenants]
        click.echo(table(["TENANT", "NAME", "HOSTS"], rows))


def show_sites(sites: Sequence[tuple[Site, bool]], *, as_json: bool) -> None:
    """Print them."""
    if as_json:
        emit_json(
            [
                {
                    "id": str(site.id),
                    "name": site.name,
                    "state": _state(site, connected=connected),
                    "seen": _at(site.seen_at_us),
                }
                for site, connected in sites
            ]
        )
    elif not sites:
        click.echo("There is no site. Add one with `playhead cloud site add TENANT/NAME`.")
    else:
        rows = [
            (str(site.id), site.name, _state(site, connected=connected), _at(site.seen_at_us) or "-")
            for site, connected in sites
        ]
        click.echo(table(["SITE", "NAME", "STATE", "LAST SEEN"], rows))


def _state(site: Site, *, connected: bool) -> str:
    if site.revoked_at_us is not None:
        return "revoked"
    if site.enrolled_at_us is None:
        return "not enrolled"
    return "connected" if connected else "away"


def _at(at_us: int | None) -> str | None:
    return None if at_us is None else rfc3339(at_us)
