"""The guard, one ASGI call at a time."""

import asyncio
import contextlib

import httpx
import pytest
from http_answers import code_of

from playhead.base.clock import SystemClock
from playhead.base.errors import ConflictError, PlayheadError
from playhead.net.http import guard as guard_module
from playhead.net.http.guard import BODY_BYTES_MAX, HEADER_BYTES_MAX, PATH_CHARS_MAX, QUERY_BYTES_MAX, Guard, guarded
from playhead.net.http.headers import SecurityPolicy
from playhead.net.http.hosts import AllowedHosts


def guarded_by(app, *, page=False):
    policy = SecurityPolicy(page=page)
    connect = (lambda host: (f"http://{host.name}:5650",)) if page else (lambda _: ())
    return guarded(
        app, Guard(service="test", clock=SystemClock(), policy=policy, hosts=AllowedHosts(), connect=connect)
    )


async def echo(scope, receive, send):
    message = await receive()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"X-Frame-Options", b"SAMEORIGIN")]})
    await send({"type": "http.response.body", "body": scope["path"].encode() + b"|" + message["body"]})


@contextlib.asynccontextmanager
async def browser(app):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:2020") as client:
        yield client


async def quiet(_scope, _receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body"})


async def test_a_good_request_passes_whole():
    async with browser(guarded_by(echo)) as client:
        answer = await client.post("/a/b", content=b"body")
        assert answer.content == b"/a/b|body"


async def test_every_answer_gets_the_headers_and_may_set_its_own():
    async with browser(guarded_by(echo)) as client:
        headers = (await client.get("/")).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; frame-ancestors 'none'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["server"] == "playhead"
    assert headers.get_list("x-frame-options") == ["SAMEORIGIN"]


async def test_a_page_may_talk_to_the_token_service_of_the_same_name_only():
    async with browser(guarded_by(echo, page=True)) as client:
        policy = (await client.get("/", headers={"host": "localhost:2020"})).headers["content-security-policy"]
    parts = dict(part.partition(" ")[::2] for part in policy.split("; "))
    assert parts["default-src"] == "'none'"
    assert parts["script-src"] == "'self'"
    assert parts["connect-src"] == "'self' http://localhost:5650"
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    "path",
    [
        "/../etc/passwd",
        "/a/../b",
        "/a/./b",
        "/..",
        "/a/..",
        "/a\\b",
        "/a\0b",
        "/a\nb",
        "/\ufffd",
        "//evil/",
        "/a//b",
        "a",
    ],
)
async def test_odd_paths_are_refused(path):
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [(b"host", b"localhost")]}
    await guarded_by(echo)(scope, None, send)
    assert sent[0]["status"] == 400
    assert b"http.path" in sent[1]["body"]


async def test_addresses_are_limited():
    async with browser(guarded_by(echo)) as client:
        assert (await client.get("/" + "a" * (PATH_CHARS_MAX - 1))).status_code == 200
        assert code_of(await client.get("/" + "a" * PATH_CHARS_MAX)) == (414, "http.uri_length")
        assert (await client.get("/?" + "a" * QUERY_BYTES_MAX)).status_code == 200
        assert code_of(await client.get("/?" + "a" * (QUERY_BYTES_MAX + 1))) == (414, "http.uri_length")


async def test_headers_are_limited():
    statuses = []
    for value in (
        b"a" * (HEADER_BYTES_MAX - len(b"hostlocalhostx")),
        b"a" * (HEADER_BYTES_MAX - len(b"hostlocalhostx") + 1),
    ):

        async def receive():
            return {"type": "http.request"}

        async def send(message):
            statuses.append(message.get("status"))

        headers = [(b"host", b"localhost"), (b"x", value)]
        scope = {"type": "http", "method": "OPTIONS", "path": "/", "query_string": b"", "headers": headers}
        await guarded_by(quiet)(scope, receive, send)
    assert [status for status in statuses if status] == [200, 431]


async def test_bodies_are_limited_whether_they_tell_their_length_or_not():
    async def portions(size):
        yield b"a" * (size - 1)
        yield b"a"

    async with browser(guarded_by(echo)) as client:
        for size, expected in ((BODY_BYTES_MAX, 200), (BODY_BYTES_MAX + 1, 413)):
            assert (await client.post("/", content=b"a" * size)).status_code == expected
            assert (await client.post("/", content=portions(size))).status_code == expected
        answer = await client.post("/", content=portions(BODY_BYTES_MAX + 1))
        assert code_of(answer) == (413, "http.body_length")


async def test_a_body_that_does_not_come_is_given_up(monkeypatch):
    monkeypatch.setattr(guard_module, "BODY_TIMEOUT_S", 0.01)
    never = asyncio.Event()
    sent = []

    async def receive():
        await never.wait()

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": [(b"host", b"localhost")]}
    await guarded_by(echo)(scope, receive, send)
    assert sent[0]["status"] == 408


@pytest.mark.parametrize(("host", "status"), [("evil.example", 421), ("localhost", 200), ("10.0.0.1:99", 200)])
async def test_hosts_are_checked(host, status):
    async with browser(guarded_by(echo)) as client:
        assert (await client.get("/", headers={"host": host})).status_code == status


@pytest.mark.parametrize("method", ["CONNECT", "PROPFIND", "LINK"])
async def test_methods_nobody_serves_are_refused(method):
    async with browser(guarded_by(echo)) as client:
        assert code_of(await client.request(method, "/")) == (405, "http.method")


async def test_an_expected_error_is_told_with_its_code_and_hint():
    async def refuse(*_):
        raise ConflictError("area.what", "It is so.", hint="Do that.")

    async with browser(guarded_by(refuse)) as client:
        answer = await client.get("/")
    assert code_of(answer) == (409, "area.what")
    assert answer.json()["error"] == {"code": "area.what", "message": "It is so.", "hint": "Do that."}


async def test_an_unexpected_error_tells_nothing():
    async def fail(*_):
        raise RuntimeError("secret detail")

    async with browser(guarded_by(fail)) as client:
        answer = await client.get("/")
    assert code_of(answer) == (500, "internal.error")
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


async def test_an_error_in_the_middle_of_an_answer_breaks_it_off():
    async def fail(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise RuntimeError("secret detail")

    async with browser(guarded_by(fail)) as client:
        with pytest.raises(PlayheadError) as caught:
            await client.get("/")
    assert caught.value.code == "internal.error"
