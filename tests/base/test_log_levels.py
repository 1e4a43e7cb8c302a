"""Parts of the program that say more: those alone, without secrets, and as before when it is over."""

import io
import json
import logging
import pkgutil

import pytest
import structlog

import playhead
import playhead.premises
from playhead.base import logs
from playhead.base.log_levels import WHOLE, raise_levels
from playhead.base.logs import STRUCK_OUT, service_of
from playhead.domain.log_levels import SERVICES
from playhead.testing.clock import SimClock


@pytest.fixture
def stream():
    out = io.StringIO()
    logs.configure(SimClock(), stream=out)
    yield out
    raise_levels({})


def said(stream):
    """What two services and a library say at debug."""
    stream.truncate(0)
    stream.seek(0)
    for name in ("playhead.premises.screen.service", "playhead.store.disk", "asyncio", "playhead.premises.service"):
        structlog.get_logger(name).debug("x", of=name)
    return {service_of(json.loads(line)["of"]) for line in stream.getvalue().splitlines()}


def test_a_service_the_whole_and_neither(stream):
    assert said(stream) == set()
    raise_levels({"screen": "debug"})
    assert said(stream) == {"screen"}
    raise_levels({"store": "debug", "screen": "info"})
    assert said(stream) == {"store"}
    raise_levels({WHOLE: "debug", "screen": "info"})
    assert said(stream) == {"premises", "screen", "store"}
    raise_levels({})
    assert said(stream) == set()


def test_never_less_than_is_configured(stream):
    logs.configure(SimClock(), level="debug", stream=stream)
    raise_levels({WHOLE: "info", "screen": "info"})
    assert said(stream) == {"premises", "screen", "store", "asyncio"}
    logs.configure(SimClock(), level="error", stream=stream)
    raise_levels({"screen": "info"})
    assert logging.getLogger("playhead.premises.screen").level == logging.INFO
    assert not logging.getLogger("playhead.store").isEnabledFor(logging.INFO)


def test_secrets_are_struck_out_at_debug_too(stream):
    kept = []
    raise_levels({WHOLE: "debug"})
    stop = logs.keep(SimClock(), kept.append)
    structlog.get_logger("playhead.net.http").debug(
        "asked https://jo:hunter2@example.org/?token=abcdef", password="hunter2", header="Bearer abc.def"
    )
    stop()
    (line,) = kept
    assert (line.level, line.service) == ("debug", "net")
    for text in (stream.getvalue(), line.text, *line.fields.values()):
        assert not {"hunter2", "abcdef", "abc.def"} & set(text.replace('"', " ").split())
        assert "hunter2" not in text
    assert line.fields["password"] == STRUCK_OUT


def test_every_service_that_can_be_named_has_a_logger():
    found = {
        module.name for package in (playhead, playhead.premises) for module in pkgutil.iter_modules(package.__path__)
    }
    assert found | {"premises"} >= SERVICES
