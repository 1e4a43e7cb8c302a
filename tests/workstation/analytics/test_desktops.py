import importlib

import pytest

from playhead.base.errors import UnavailableError
from playhead.testing.clock import SimClock
from playhead.workstation.analytics.desktops import open_desktop


def test_a_system_without_a_source_is_said_to_be_one():
    with pytest.raises(UnavailableError) as refused:
        open_desktop("", SimClock(), platform="darwin")
    assert refused.value.code == "analytics.no_source"


def test_the_display_that_is_not_there():
    with pytest.raises(UnavailableError) as refused:
        open_desktop(":4711", SimClock(), platform="linux")
    assert refused.value.code == "indicator.no_display"


def test_windows_is_not_called_anywhere_else():
    with pytest.raises(ImportError, match="Windows"):
        importlib.import_module("playhead.workstation.analytics.windows.system")
