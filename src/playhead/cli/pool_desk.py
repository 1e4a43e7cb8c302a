"""``playhead pool status``: what the servers of this data folder say of their links."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import click
import msgspec

from playhead.base.clock import SystemClock
from playhead.base.errors import UnavailableError
from playhead.base.instants import from_rfc3339, rfc3339
from playhead.cli.cloud_places import CloudPlaces
from playhead.cli.cloud_status import CloudStatus, read_status
from playhead.cli.console import emit_json, human_bytes, table
from playhead.cli.operator import Operator
from playhead.cli.places import PremisesPlaces
from playhead.domain.link import LinkLine, LinkState, LinkTraffic


def show(data: Path, *, as_json: bool) -> bool:
    """Print it; whether the premises, where there is one, has a link that it should have.

    Raises:
        UnavailableError: ``server.not_running``: neither a premises server nor a cloud runs with this folder.
    """
    cloud, premises = _cloud(data), _premises(data)
    if cloud is None and premises is None:
        hint = "Start one with `playhead premises run` or `playhead cloud run`, or name its folder with --data."
        raise UnavailableError("server.not_running", f"No server is running with {data}.", hint=hint)
    if as_json:
        emit_json(msgspec.to_builtins({"premises": premises, "cloud": cloud}))
    else:
        if premises is not None:
            show_link(premises)
        if cloud is not None:
            _show_cloud(cloud)
    return premises is None or not premises.joined or premises.up


def _premises(data: Path) -> LinkState | None:
    places = PremisesPlaces(data)
    if not places.running.exists():
        return None
    return link_state_of(Operator(places).link())


def link_state_of(told: Mapping[str, Any]) -> LinkState:
    """How a link is, from what the API says of it."""
    known = _snake(dict(told))
    since = known.pop("since")
    return msgspec.convert({**known, "since_us": None if since is None else from_rfc3339(since)}, type=LinkState)


def _cloud(data: Path) -> CloudStatus | None:
    places = CloudPlaces(data)
    return read_status(places, SystemClock().wall_us()) if places.status.exists() else None


def show_link(state: LinkState) -> None:
    """Print how a site's link is."""
    if not state.joined:
        click.echo("This site has joined no cloud. With a code of its administrator: playhead premises join CODE")
    else:
        since = "" if state.since_us is None else f" since {rfc3339(state.since_us)}"
        word = click.style("up", fg="green") if state.up else click.style("down", fg="red")
        click.echo(f"{state.site} at {state.cloud}: {word}{since}, {len(state.links)} of {state.links_wanted} links")
        cap = "as much as the line carries" if state.cap_kbit_s is None else f"{state.cap_kbit_s:,.0f} kbit/s"
        click.echo(f"May send {cap}.")
        if state.plain:
            told = "It is not encrypted (plain HTTP, as configured): whoever is on the way reads all of it."
            click.echo(click.style(told, fg="yellow"))
    if state.code:
        click.echo(f"{state.message} ({state.code})\n{state.hint}".rstrip())
    _show_links(state.links, state.traffic)


def _show_cloud(status: CloudStatus) -> None:
    click.echo(f"The cloud has links of {len(status.sites)} sites on port {status.pool_port}.")
    for one in status.sites:
        click.echo(f"\n{one.site}")
        _show_links(one.links, one.traffic)


def _show_links(links: Sequence[LinkLine], traffic: Sequence[LinkTraffic]) -> None:
    if links:
        rows = [
            (
                str(one.slot),
                _ms(one.round_trip_ms),
                _ms(one.round_trip_ms_min),
                f"{one.rate_kbit_s:,.0f}",
                human_bytes(one.flight_bytes),
                human_bytes(one.sent_bytes),
                human_bytes(one.received_bytes),
                str(one.waiting),
            )
            for one in links
        ]
        click.echo(table(["LINK", "RTT ms", "LEAST ms", "kbit/s", "ON ITS WAY", "SENT", "RECEIVED", "WAITING"], rows))
    if traffic:
        rows = [
            (
                one.urgency,
                str(one.streams),
                f"{one.sent_kbit_s:,.0f}",
                f"{one.received_kbit_s:,.0f}",
                human_bytes(one.sent_bytes),
                human_bytes(one.received_bytes),
                str(one.broken),
            )
            for one in traffic
        ]
        click.echo(table(["CLASS", "STREAMS", "OUT kbit/s", "IN kbit/s", "SENT", "RECEIVED", "BROKEN OFF"], rows))


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _snake(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Keys of the API as ours."""
    if isinstance(value, dict):
        return {_word(key): _snake(inner) for key, inner in cast("dict[str, Any]", value).items()}
    return [_snake(inner) for inner in cast("list[Any]", value)] if isinstance(value, list) else value


def _word(camel: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in camel)
