"""The usage report of a site over its Parquet files on Ray: each worker adds up some of the files with DuckDB.

Needs ``ray`` and ``duckdb`` and nothing of Playhead. The folder is one that all machines see under the same path::

    python on_ray.py /mnt/site/premises/analytics --from-us 1795392000000000 --to-us 1797984000000000 --address auto

Prints a JSON object: of each application its sums over the period, and how many agents used it. Only what is packed
counts, which everything is a minute after it came.
"""

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

import duckdb

TENTH_US = 100_000
OBJECTS_BYTES = 100 << 20
"""Of memory that workers on this machine share; answers are small."""
TIMES = ("active", "idle", "locked", "away")
COUNTS = {"stretches": "1", "switches": "switches", "keys": "keys", "clicks": "clicks"}


def files_of(root: Path) -> list[tuple[str, int]]:
    """Those that the manifest names, each with its events. What else lies there counts for nothing."""
    manifest = json.loads((root / "manifest.json").read_text())
    site = f"site={manifest['site']}"
    return [
        (str(root / "events" / site / f"day={part['day']}" / f"{part['number']:08}.parquet"), part["rows"])
        for part in manifest["parts"]
    ]


def shared_out(files: list[tuple[str, int]], shares: int) -> list[list[str]]:
    """Files in so many shares with about as many events each: the largest first, to whoever has least."""
    held = [(0, number, list[str]()) for number in range(shares)]
    for path, rows in sorted(files, key=lambda one: -one[1]):
        held.sort()
        events, number, paths = held[0]
        held[0] = (events + rows, number, [*paths, path])
    return [paths for _, _, paths in held if paths]


def added_up(paths: list[str], since_ds: int, until_ds: int) -> list[tuple[object, ...]]:
    """Sums of some files by application and agent; runs on a worker."""
    part = f"greatest(0, least(from_ds + lasts_ds, {until_ds}) - greatest(from_ds, {since_ds}))"
    times = [f"sum(CASE WHEN kind = '{kind}' THEN {part} ELSE 0 END)::BIGINT" for kind in TIMES]
    begins = f"from_ds >= {since_ds} AND from_ds < {until_ds}"
    counts = [f"sum(CASE WHEN {begins} THEN {what} ELSE 0 END)::BIGINT" for what in COUNTS.values()]
    kinds = ", ".join(f"'{kind}'" for kind in TIMES)
    statement = (
        f"SELECT application, agent, {', '.join(times + counts)} FROM read_parquet($1) WHERE kind IN ({kinds}) "
        f"AND from_ds < {until_ds} AND (from_ds + lasts_ds > {since_ds} OR from_ds >= {since_ds}) GROUP BY ALL"
    )
    with duckdb.connect(config={"threads": "1"}) as engine:
        return engine.execute(statement, [paths]).fetchall()


def put_together(partial: list[list[tuple[object, ...]]]) -> dict[str, dict[str, int]]:
    """Sums of sums. An agent who is in several shares is one agent."""
    names = [*(f"{kind}_us" for kind in TIMES), *COUNTS]
    agents, found = dict[str, set[str]](), dict[str, dict[str, int]]()
    for application, agent, *sums in (row for rows in partial for row in rows):
        if not any(sums):
            continue
        usage = found.setdefault(application, dict.fromkeys(names, 0))
        for name, value in zip(names, sums, strict=True):
            usage[name] += value * TENTH_US if name.endswith("_us") else value
        agents.setdefault(application, set()).update({agent} - {""})
    return {name: {**usage, "agents": len(agents[name])} for name, usage in sorted(found.items())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path, help="the premises' folder of desktop analytics")
    parser.add_argument("--from-us", type=int, required=True, help="µs since 1970")
    parser.add_argument("--to-us", type=int, required=True, help="µs since 1970")
    parser.add_argument(
        "--address", help="of a cluster (auto, ray://…); without it workers are started on this machine"
    )
    parser.add_argument("--workers", type=int, default=2, help="how many shares the files are put in")
    options = parser.parse_args()
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would tell its makers
    os.environ.setdefault("RAY_ENABLE_UV_RUN_RUNTIME_ENV", "0")
    import ray  # noqa: PLC0415 - reads the environment when it is imported

    since_ds, until_ds = ((at_us + TENTH_US // 2) // TENTH_US for at_us in (options.from_us, options.to_us))
    shares = shared_out(files_of(options.root), options.workers)
    with tempfile.TemporaryDirectory(prefix="ray-", dir="/tmp") as folder:  # short: there are sockets in it
        here = {"num_cpus": options.workers, "object_store_memory": OBJECTS_BYTES, "include_dashboard": False}
        here = {} if options.address else {**here, "_temp_dir": folder}
        ray.init(address=options.address, log_to_driver=False, logging_level="ERROR", **here)
        work = ray.remote(added_up)
        began = time.monotonic()
        partial = ray.get([work.remote(paths, since_ds, until_ds) for paths in shares])
        taken = round(time.monotonic() - began, 2)
        ray.shutdown()
    print(json.dumps({"shares": len(shares), "seconds": taken, "applications": put_together(partial)}))


if __name__ == "__main__":
    main()
