"""Pages, health, metrics and the API's own document."""

import gzip

import httpx
import pytest
from http_answers import code_of

from playhead.net.http.hosts import AllowedHosts
from playhead.portal.application import create_application
from playhead.portal.pages import Pages

ORIGIN = "http://127.0.0.1:2020"


@pytest.fixture
def folder(tmp_path):
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text("<!doctype html>" + "page " * 100)
    (static / "favicon.svg").write_text("<svg/>")
    (static / "assets" / "index-abc.js").write_text("let a = 1;" * 100)
    (static / "secret.pem").write_text("not served")
    (tmp_path / "outside.html").write_text("outside")
    return static


@pytest.fixture
async def pages(parts, folder):
    application = create_application(parts, hosts=AllowedHosts(), pages=Pages(folder))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url=ORIGIN) as client:
        yield client


async def test_the_page_and_places_inside_it(pages):
    for path in ("/", "/index.html", "/recordings/7", "/sign-in"):
        answer = await pages.get(path)
        assert answer.status_code == 200
        assert answer.text.startswith("<!doctype html>")
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["cache-control"] == "no-cache"
        assert "script-src 'self'" in answer.headers["content-security-policy"]


async def test_assets_last_and_are_compressed(pages):
    answer = await pages.get("/assets/index-abc.js", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < 100
    plain = await pages.get("/assets/index-abc.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == answer.content == b"let a = 1;" * 100
    assert gzip.decompress(gzip.compress(plain.content)) == plain.content


async def test_a_page_that_is_known_is_not_sent_again(pages):
    tag = (await pages.get("/")).headers["etag"]
    again = await pages.get("/", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


async def test_head_asks_for_the_headers_alone(pages):
    answer = await pages.head("/")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    "path",
    ["/secret.pem", "/assets/none.js", "/..%2foutside.html", "/%2e%2e/outside.html", "/assets/../secret.pem", "/.env"],
)
async def test_nothing_else_is_served(pages, path):
    answer = await pages.send(httpx.Request("GET", httpx.URL(ORIGIN).copy_with(raw_path=path.encode())))
    assert answer.status_code in {400, 404}
    assert "outside" not in answer.text
    assert "not served" not in answer.text


async def test_without_a_build_the_page_says_what_to_do(parts, tmp_path):
    application = create_application(parts, hosts=AllowedHosts(), pages=Pages(tmp_path / "none"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url=ORIGIN) as client:
        assert "script/setup" in (await client.get("/")).text
        assert (await client.get("/assets/x.js")).status_code == 404


async def test_health(browser):
    assert (await browser.get("/healthz")).json()["status"] == "ok"


async def test_metrics_are_for_this_machine_and_for_administrators(browser, browse):
    assert code_of(await browser.get("/metrics")) == (401, "session.none")
    await browser.sign_in("sue")
    assert code_of(await browser.get("/metrics")) == (403, "access.refused")
    await browser.sign_in("root")
    assert "playhead_http_requests_total" in (await browser.get("/metrics")).text
    for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
        async with browse(address) as local:
            assert (await local.get("/metrics")).status_code == 200
            proxied = await local.get("/metrics", headers={"x-forwarded-for": "198.51.100.1"})
            assert proxied.status_code == 401


async def test_the_document_describes_every_operation_and_its_refusals(browser):
    """Which operations there are, and what each needs, is in `test_permissions`."""
    document = (await browser.get("/api/openapi.json")).json()
    operations = [
        (path, operation)
        for path, item in document["paths"].items()
        if path.startswith("/api/")
        for operation in item.values()
    ]
    assert len(operations) > 50
    for path, operation in operations:
        assert operation["summary"], path
        assert operation["description"], path
        assert {"400", "503"} <= set(operation["responses"]), path
        assert "422" not in operation["responses"], path
        assert operation.get("security") or operation["x-needs"] == ["nothing"], path
    assert {"session", "operator", "csrf"} <= set(document["components"]["securitySchemes"])
