"""DuckDB as it is used here: in memory, bounded, and reaching for nothing over the network."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb

from playhead.base.errors import UnavailableError

MEMORY_BYTES: Final = 1 << 30
"""What one engine may hold; past it it writes aside, and past that a question fails."""
THREADS: Final = 2
ASIDE_BYTES_MAX: Final = 8 << 30
"""What it may write aside while it sorts."""


def opened(aside: Path, *, memory_bytes: int = MEMORY_BYTES, threads: int = THREADS) -> duckdb.DuckDBPyConnection:
    """An engine.

    Args:
        aside: folder that it may write to while it sorts; made when it is needed.
        memory_bytes: at most.
        threads: at most.
    """
    return duckdb.connect(
        ":memory:",
        config={
            "memory_limit": f"{memory_bytes >> 20}MiB",
            "threads": str(threads),
            "temp_directory": str(aside),
            "max_temp_directory_size": f"{ASIDE_BYTES_MAX >> 20}MiB",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "preserve_insertion_order": "true",
        },
    )


@contextmanager
def failing(doing: str) -> Generator[None]:
    """Tell what DuckDB says as errors of ours.

    Raises:
        UnavailableError: ``analytics.unreadable``.
    """
    try:
        yield
    except duckdb.Error as error:
        message = f"Desktop events cannot be {doing}: {str(error).splitlines()[0][:200]}"
        raise UnavailableError("analytics.unreadable", message) from error
