"""Which databases a test is about."""

import pytest

SQLITE_ONLY = pytest.mark.parametrize("location", ["sqlite"], indirect=True)
"""For tests of what SQLite does, or of a plan or a file that only SQLite has; the others run in every database."""
