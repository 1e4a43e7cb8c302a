"""``playhead analytics``: brought in, counted, tried against rules, erased."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta

from cli.conftest import Run

from playhead.cli.places import PremisesPlaces
from playhead.store.folder_lock import FolderLock

NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=2)
DAY = NOON.date().isoformat()


def database(path):
    """As aw-server makes one (aw-core 0.5)."""
    with sqlite3.connect(path) as connection:
        connection.executescript(
            """
            CREATE TABLE bucketmodel (key INTEGER PRIMARY KEY, id TEXT, created TEXT, name TEXT, type TEXT,
                client TEXT, hostname TEXT, datastr TEXT);
            CREATE TABLE eventmodel (id INTEGER PRIMARY KEY, bucket_id INTEGER, timestamp TEXT, duration REAL,
                datastr TEXT);
            INSERT INTO bucketmodel VALUES (1, 'w', '', '', 'currentwindow', 'x', 'PC 7', '{}');
            """
        )
        for second, lasts, app, title in ((0, 60, "crm", "Customer"), (60, 30, "firefox", "Card payment")):
            at = (NOON + timedelta(seconds=second)).strftime("%Y-%m-%d %H:%M:%S.%f+00:00")
            data = json.dumps({"app": app, "title": title})
            connection.execute("INSERT INTO eventmodel VALUES (NULL, 1, ?, ?, ?)", (at, lasts, data))
    connection.close()


def test_what_activitywatch_kept_is_brought_in_counted_tried_and_erased(
    run: Run, library: PremisesPlaces, tmp_path
) -> None:
    library.config.write_text('[coverage]\ntime_zone = "UTC"\n')
    database(tmp_path / "peewee-sqlite.v2.db")
    data = ("--data", str(library.root))
    bring = ("analytics", "import", str(tmp_path / "peewee-sqlite.v2.db"), "--agent", "Jane", *data)
    assert "2 of 2 events are new" in run(*bring).out
    assert "0 of 2 events are new" in run(*bring).out

    said = json.loads(run("analytics", "usage", "--period", DAY, "--json", *data).out)
    assert [(row["keys"], row["usage"]["active_us"]) for row in said["rows"]] == [
        (["crm"], 60_000_000),
        (["firefox"], 30_000_000),
    ]
    assert "jane" in run("analytics", "usage", "--period", f"{DAY}..{DAY}", "--by", "agent", *data).out

    rules = tmp_path / "rules.toml"
    rules.write_text('[[rule]]\nname = "card"\nwhen = { title = "card*" }\nthen = [{ blackout = "start" }]\n')
    tried = run("analytics", "test", str(rules), "--against", DAY, *data).out
    assert "'card' begins: blackout start" in tried
    assert "card: 1 times at 1 workstations" in tried
    assert "version 1 with 1 rules" in run("analytics", "rules", "set", "cards", str(rules), "--everyone", *data).out
    assert "version 2" in run("analytics", "rules", "set", "cards", str(rules), *data).out
    assert "(draft)" in run("analytics", "rules", "list", *data).out
    assert "removed" in run("analytics", "rules", "delete", "cards", *data).out

    with FolderLock(library.lock_folder, "premises server"):
        assert "handed to the running server" in run(*bring).out
    assert len(list((library.analytics / "incoming").glob("*.json.zst"))) == 1

    assert "2 events were erased" in run("analytics", "erase", "--agent", "JANE", "--period", DAY, *data).out
    assert json.loads(run("analytics", "usage", "--period", DAY, "--json", *data).out)["rows"] == []
