"""What all tests of the doctor begin with."""

import pytest
from environment.doctor.faults import patient


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    patient(monkeypatch)
