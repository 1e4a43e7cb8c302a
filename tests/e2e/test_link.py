"""The link between a premises and a cloud, by the real commands and processes."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from e2e.cloud import Cloud
from e2e.site import Site, until

from playhead.cli import cloud_desk, joining
from playhead.cli.operator import Operator

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME = "acme/berlin"


async def _until_link(site: Site, true: Callable[[dict[str, Any]], bool], what: str) -> dict[str, Any]:
    operator, seen = Operator(site.places), list[dict[str, Any]]()

    async def found() -> dict[str, Any] | None:
        seen.append(await asyncio.to_thread(operator.link))
        return seen[-1] if true(seen[-1]) else None

    return await until(found, lambda: f"{what} in {seen[-1:]}")


async def test_a_site_joins_loses_the_cloud_finds_it_again_and_is_shut_out(site: Site, place: Path) -> None:
    cloud = Cloud(place)
    try:
        await cloud_desk.new_tenant(cloud.places, "acme", name="Acme", hosts=[])
        code = await cloud_desk.new_site(cloud.places, NAME, name="Berlin", hours=1)
        await cloud.start()
        await site.ask("premises", "join", code, "--cloud", f"127.0.0.1:{cloud.links_port}")
        state = await _until_link(site, lambda found: len(found["links"]) == 2, "two links")
        assert (state["joined"], state["up"], state["site"], state["code"]) == (True, True, NAME, "")

        async def shows_it() -> bool:  # the cloud writes down from time to time whose links it has
            shown = await site.ask("pool", "status", "--data", str(cloud.data))
            return NAME in shown and "interactive" in shown

        await until(shows_it, lambda: "the site's links")
        assert [connected for _, connected in await cloud_desk.all_sites(cloud.places)] == [True]

        cloud.close()  # killed
        await _until_link(site, lambda found: found["code"] == "net.unreachable", "nobody there")
        answer = await site.command("pool", "status", "--json")
        told = json.loads(answer.out)["premises"]
        assert (answer.code, told["up"], told["site"], len(told["traffic"])) == (1, False, NAME, 4)
        await cloud.start()
        await _until_link(site, lambda found: found["up"], "a link again")

        await cloud_desk.shut_out(cloud.places, NAME)
        state = await _until_link(site, lambda found: found["code"] == "site.revoked", "the end of the links")
        assert (state["up"], "premises join" in state["hint"]) == (False, True)
        joining.leave_cloud(site.places)
        await _until_link(site, lambda found: not found["joined"], "a site that has left")
    finally:
        cloud.close()
