import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from playhead.base.logs import STRUCK_OUT, Said, configure, keep, service_of


class Clock:
    def wall_us(self) -> int:
        return 1_767_225_600_123_456

    def monotonic_us(self) -> int:
        return 0


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_json_object_with_time_and_level() -> None:
    stream = io.StringIO()
    configure(Clock(), stream=stream)
    structlog.get_logger().info("recording started", recording="r1", size_bytes=5)
    assert lines(stream) == [
        {
            "event": "recording started",
            "recording": "r1",
            "size_bytes": 5,
            "level": "info",
            "timestamp": "2026-01-01T00:00:00.123456Z",
        }
    ]


def test_lines_below_the_level_are_left_out() -> None:
    stream = io.StringIO()
    configure(Clock(), stream=stream, level="warning")
    structlog.get_logger().info("a")
    structlog.get_logger().warning("b")
    assert [line["event"] for line in lines(stream)] == ["b"]


def test_records_of_the_standard_library_join() -> None:
    stream = io.StringIO()
    configure(Clock(), stream=stream)
    logging.getLogger("library").warning("slow %s", "query", extra={"token": "abc"})
    (line,) = lines(stream)
    assert (line["event"], line["level"], line["token"]) == ("slow query", "warning", STRUCK_OUT)


def test_secrets_are_struck_out_by_key_and_by_form() -> None:
    stream = io.StringIO()
    configure(Clock(), stream=stream)
    structlog.get_logger().info(
        "asked with Bearer abc.def",
        password="hunter2",
        headers={"Cookie": "playhead_session=1", "Accept": "*/*", "nested": [{"csrf_token": "x"}]},
        url="https://u:pw@host/a?x=1&token=s3cret&y=2",
        jwt="eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.c2ln",
        key="-----BEGIN PRIVATE KEY-----\nMC4\n-----END PRIVATE KEY-----",
        data=b"\x00" * 9,
        data_key=b"\x01" * 32,
        enrolment_code="ABCD-EFGH",
        token_valid=True,
    )
    text = stream.getvalue()
    for secret in ("hunter2", "playhead_session=1", "s3cret", "pw@", "eyJhbGci", "MC4", "\\u0001", "ABCD", "abc.def"):
        assert secret not in text
    (line,) = lines(stream)
    assert line["data"] == "<9 bytes>"
    assert line["headers"] == {"Cookie": STRUCK_OUT, "Accept": "*/*", "nested": [{"csrf_token": STRUCK_OUT}]}
    assert line["url"] == f"https://{STRUCK_OUT}@host/a?x=1&{STRUCK_OUT}&y=2"
    assert line["token_valid"] is True


def test_an_exception_is_written_with_its_traceback_and_without_its_secret() -> None:
    stream = io.StringIO()
    configure(Clock(), stream=stream)
    try:
        int("Bearer abcdef")
    except ValueError:
        structlog.get_logger().exception("broke")
    (line,) = lines(stream)
    assert "Traceback" in str(line["exception"])
    assert "abcdef" not in str(line["exception"])


def test_the_human_form_is_readable_and_clean() -> None:
    stream = io.StringIO()
    configure(Clock(), form="human", stream=stream)
    structlog.get_logger().info("recording started", recording="r1", password="hunter2")
    text = stream.getvalue()
    assert "recording started" in text
    assert "recording=r1" in text
    assert "hunter2" not in text


@pytest.mark.parametrize("library", ["alembic", "httpx2"])
def test_libraries_tell_what_goes_wrong_and_not_each_thing_they_do(library: str) -> None:
    stream = io.StringIO()
    configure(Clock(), stream=stream)
    logging.getLogger(library).info("HTTP Request: GET https://portal/echo?seen=1")
    assert stream.getvalue() == ""
    logging.getLogger(library).warning("retrying")
    assert "retrying" in stream.getvalue()


@pytest.mark.parametrize(
    ("logger", "service"),
    [
        ("playhead.premises.screen.service", "screen"),
        ("playhead.workstation.shipper", "shipper"),
        ("playhead.workstation.service", "workstation"),
        ("playhead.store.segments.store", "store"),
        ("playhead", "playhead"),
        ("granian.asgi", "granian"),
    ],
)
def test_which_part_of_the_program_says_it(logger: str, service: str) -> None:
    assert service_of(logger) == service


def test_lines_are_kept_elsewhere_too_until_that_ends() -> None:
    clock, kept = Clock(), list[Said]()
    configure(clock, stream=io.StringIO())
    end = keep(clock, kept.append)
    structlog.get_logger("playhead.net.peer").warning("lost", token="t", size=5, parts=["a"])
    logging.getLogger("other").error("failed %s", "so", exc_info=ValueError("why"))
    end()
    structlog.get_logger("playhead.net.peer").warning("not kept")
    first, second = kept
    assert (first.service, first.level, first.text) == ("net", "warning", "lost")
    assert first.fields == {"token": STRUCK_OUT, "size": "5", "parts": '["a"]'}
    assert (second.service, second.level, second.text) == ("other", "error", "failed so")
    assert "ValueError: why" in second.fields["exception"]
