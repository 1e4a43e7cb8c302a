"""Days of desktop events as a contact centre has them, generated in SQL and packed as the product packs them.

An agent has a window in front for some seconds (log-uniform), goes back and forth between a few applications, has a
customer for some 25 of them, and is idle now and then. One seed, the same events each time.
"""

import datetime as dt
from pathlib import Path

import msgspec

from playhead.base.clock import SystemClock
from playhead.store.analytics.compaction import WHOLE, Packer
from playhead.store.analytics.files import Manifest
from playhead.store.disk import SystemDisk

FIRST_DAY = dt.date(2026, 10, 1)
EVENTS_OF_AGENT = 2_000
"""A day: one every 14 s of a shift."""


def rows(day: int, agents: int, events: int) -> str:
    """SQL of a day's events."""
    begins_ds = (FIRST_DAY - dt.date(1970, 1, 1)).days * 864_000 + day * 864_000 + 6 * 36_000
    return f"""
        WITH base AS (
            SELECT a, k, hash({day} * 77777777 + a * 100003 + k) AS h, hash({day} + a * 7919 + k * 31 + 5) AS h2,
                hash({day} * 13 + a * 1000 + k // 25) AS customer
            FROM range({agents}) t(a), range({events}) s(k)
        ), lasting AS (
            SELECT *, h % 50 = 0 AS idle,
                CASE WHEN h % 50 = 0 THEN 600 + h % 2400
                    ELSE exp(2.0 + 3.2 * (h % 10007) / 10007.0)::BIGINT END AS lasts,
                floor(12 * pow((h2 % 10009) / 10009.0, 2.2))::INTEGER AS app
            FROM base
        )
        SELECT 'desk-' || lpad(a::VARCHAR, 4, '0') AS workstation, 'spool' || hash(a) AS spool,
            ({day} * {events} + k + 1)::BIGINT AS sequence,
            CASE WHEN idle THEN 'idle' ELSE 'active' END AS kind,
            ({begins_ds} + (a % 600) + coalesce(sum(lasts) OVER (
                PARTITION BY a ORDER BY k ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))::BIGINT AS from_ds,
            lasts::BIGINT AS lasts_ds, 'agent' || lpad(a::VARCHAR, 4, '0') AS agent,
            'application-' || app AS application,
            CASE WHEN app < 4 THEN 'Customer ' || (100000 + customer % 900000) || ' - CRM'
                ELSE 'Document ' || (hash(a * 13 + h2 % 40) % 5000) || ' - application ' || app END AS title,
            CASE WHEN app < 2 THEN 'https://crm.example/customer/' || (100000 + customer % 900000) ELSE '' END AS url,
            (1 + a % 2)::UTINYINT AS monitor,
            CASE WHEN idle OR h2 % 3 = 0 THEN 0 ELSE h2 % 60 END::INTEGER AS keys,
            CASE WHEN idle THEN 0 ELSE h % 6 END::INTEGER AS clicks,
            '' AS rule, '' AS action, '' AS detail,
            (coalesce(lag(app) OVER (PARTITION BY a ORDER BY k), app) <> app)::UTINYINT AS switches
        FROM lasting"""


def fill(root: Path, *, days: int, agents: int, events: int = EVENTS_OF_AGENT) -> Manifest:
    """A store with so many days; what is there already is left."""
    disk = SystemDisk()
    disk.make_folder(root)
    packer = Packer(disk, root, SystemClock(), site="bench", threads=2)
    manifest = Manifest.read(disk, root)
    if not manifest.parts:
        manifest = Manifest(site="bench")
    for day in range(len(manifest.parts), days):
        name = (FIRST_DAY + dt.timedelta(days=day)).isoformat()
        with packer._engine() as engine:  # noqa: SLF001 - the product's own packing, without its log
            made = packer._written(engine, manifest, name, rows(day, agents, events), level=WHOLE)  # noqa: SLF001
        manifest, part = made
        manifest = msgspec.structs.replace(manifest, parts=(*manifest.parts, part))
        manifest.write(disk, root)
        print(f"  {name}: {part.rows} events, {part.bytes / part.rows:.2f} bytes each", flush=True)
    return manifest
