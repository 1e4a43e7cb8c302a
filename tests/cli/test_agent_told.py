import json

from click.testing import CliRunner

from playhead.cli.app import playhead
from playhead.domain.analytics.events import DesktopEvent, Kind
from playhead.store.disk import SystemDisk
from playhead.workstation.analytics.spool import FOLDER, EventSpool


def told(folder, *arguments):
    result = CliRunner().invoke(playhead, ["workstation", "told", "--data", str(folder), *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_agent_sees_what_was_told_and_what_waits(tmp_path):
    (tmp_path / "workstation.toml").write_text('[workstation]\nid = "desk-1"\n')
    assert "desktop analytics is off" in told(tmp_path)
    spool = EventSpool(SystemDisk(), tmp_path / "workstation" / FOLDER, bytes_max=4 << 20, new_name=lambda: "s")
    (tmp_path / "workstation").mkdir()
    spool.open()
    at_us = 1_800_000_000_000_000
    spool.tell(DesktopEvent(sequence=1, kind=Kind.LOGIN, from_us=at_us))
    stretch = {"lasts_us": 90_500_000, "application": "crm", "title": "Customer 17", "keys": 3, "clicks": 1}
    spool.tell(DesktopEvent(sequence=1, kind=Kind.ACTIVE, from_us=at_us, **stretch))
    spool.tell(DesktopEvent(sequence=1, kind=Kind.TRIGGER, from_us=at_us, rule="card", action="tag", detail="t"))
    spool.sync()
    spool.acknowledge(2)
    spool.save()
    spool.close()
    login, active, trigger = told(tmp_path).splitlines()
    assert "login" in login
    assert "90.5 s" in active
    assert "crm  Customer 17" in active
    assert "(3 keys, 1 clicks)" in active
    assert "not sent" not in active
    assert "card: tag t" in trigger
    assert "not sent yet" in trigger
    answer = json.loads(told(tmp_path, "--json", "-n", "1"))
    assert answer["sent"] == 2
    assert [one["sequence"] for one in answer["events"]] == [3]
