"""A real server, a real workstation and a real broker, over TLS, with accounts as docs/integrating.md has them made."""

import asyncio
import json
import os
import sys

import aio_pika
import pytest
from broker.rabbit import HOME
from broker.test_guide import examples
from e2e.site import Site, until

from playhead.cli.provisioning import write_definitions
from playhead.workstation.capture.test_card import TEST_CARD

VHOST = "whole"
ORDERED = ("crm", "recording.start", "message")
"""By whom, what, from where: an entry of the audit log."""


@pytest.fixture
async def site(tmp_path, rabbit, certificates):
    """Running, with a workstation."""
    folder = tmp_path / "broker"
    write_definitions(folder, ("crm",), (), vhost=VHOST, renew=False)
    program = {**rabbit.environment, "PATH": f"{HOME / 'sbin'}:{os.environ['PATH']}"}
    importing = await asyncio.create_subprocess_exec("sh", "-c", examples("sh")[0], cwd=tmp_path, env=program)
    assert await importing.wait() == 0
    await until(lambda: len(rabbit.ask("GET", f"/api/vhosts/{VHOST}/permissions")) > 1, "the broker has taken them")
    settings = (
        f'[messaging]\ntransport = "rabbitmq"\nbroker = "localhost:{rabbit.tls_port}"\nvhost = "{VHOST}"\n'
        f'authority = "{certificates / "certificate.pem"}"\npassword_file = "{folder / "playhead.password"}"\n'
    )
    made = Site(tmp_path, settings=settings)
    try:
        await made.add_user("crm", role="manager")
        await made.add_user()
        await made.start_premises()
        await made.enrol("desk-7", display=TEST_CARD, fps=2)
        made.start_workstation("desk-7", {})
        yield made
    finally:
        made.close()
        rabbit.ask("DELETE", f"/api/vhosts/{VHOST}")


async def test_a_program_has_a_workstation_record_and_is_told_of_it(site, rabbit, certificates, tmp_path):
    password = (tmp_path / "broker" / "crm.password").read_text().strip()
    authority = certificates / "certificate.pem"
    url = f"amqps://crm:{password}@localhost:{rabbit.tls_port}/{VHOST}?cafile={authority}"
    told, ordered = {}, []
    async with await aio_pika.connect(url) as connection:
        queue = await (await connection.channel()).declare_queue(exclusive=True)
        await queue.bind("playhead.events", "#")

        async def handle(incoming):
            event = json.loads(incoming.body)
            told.setdefault(event["type"].removeprefix("playhead."), event)
            if event["subject"] == "audit":
                ordered.append((event["data"]["actor"], event["data"]["action"], event["data"]["address"]))

        await queue.consume(handle, no_ack=True)
        await until(lambda: "workstation.up.v1" in told, site.premises_said)
        start, _ = examples("python")
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-c", start, env={**os.environ, "AMQP_URL": url}, stdout=asyncio.subprocess.PIPE
        )
        said, _ = await running.communicate()
        recording = said.decode().strip()
        await until(lambda: "recording.started.v1" in told and ORDERED in ordered, site.premises_said)
    assert told["workstation.up.v1"]["subject"] == "desk-7"
    assert told["recording.started.v1"]["subject"] == recording
    async with site.portal() as portal:
        assert (await portal.recording(recording))["state"] == "recording"
        assert (await portal.get("/healthz")).json()["problems"] == []
    status = json.loads(await site.ask("messages", "status", "--json"))
    assert (status["transport"], status["broker"], status["dead"]) == ("rabbitmq", "ready", 0)
