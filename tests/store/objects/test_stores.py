"""What every store promises, on a folder and on a real server of S3."""

import httpx2
import pytest

from playhead.base.clock import SystemClock
from playhead.base.errors import CorruptError, NotFoundError, PlayheadError, RefusedError, UnavailableError
from playhead.store.disk import SystemDisk
from playhead.store.objects.config import StoreConfig, open_store, read_credentials
from playhead.store.objects.errors import refusal
from playhead.store.objects.folder import FolderStore
from playhead.store.objects.interface import PART_BYTES_MIN
from playhead.testing.s3 import KEY_ID, SECRET


@pytest.fixture(params=["folder", "s3"])
async def store(request, tmp_path):
    if request.param == "folder":
        yield FolderStore(tmp_path / "objects", SystemDisk())
        return
    made = _bucket(request.getfixturevalue("s3_server"), f"test-{abs(hash(str(tmp_path)))}")
    await made.make()
    yield made
    await made.close()


def _bucket(server, bucket="bucket-1", **changed):
    config = StoreConfig(url=f"s3://{bucket}/some/prefix", endpoint=server.endpoint)
    return open_store(config, disk=SystemDisk(), clock=SystemClock(), environment=server.environment() | changed)


async def _all(store, prefix=""):
    return [(one.key, one.size_bytes) async for one in store.stored(prefix)]


class TestContract:
    async def test_small_objects(self, store):
        assert await store.head("site-1/a.vid") is None
        with pytest.raises(NotFoundError, match="There is no"):
            store.read("site-1/a.vid", 1, 0)
        await store.put("site-1/a.vid", b"first")
        await store.put("site-1/a.vid", b"second")
        assert await store.head("site-1/a.vid") == 6
        assert [store.read("site-1/a.vid", *place) for place in ((3, 1), (30, 3), (3, 60), (0, 0))] == [
            b"eco",
            b"ond",
            b"",
            b"",
        ]
        await store.put("site-1/day/b.vid", b"b")
        await store.put("site-10/c.vid", b"c")
        assert sorted(await _all(store)) == [("site-1/a.vid", 6), ("site-1/day/b.vid", 1), ("site-10/c.vid", 1)]
        assert sorted(await _all(store, "site-1/")) == [("site-1/a.vid", 6), ("site-1/day/b.vid", 1)]
        assert await _all(store, "nowhere") == []
        for _ in range(2):
            await store.delete("site-1/a.vid")
        assert await store.head("site-1/a.vid") is None

    async def test_parts_make_an_object_when_they_are_put_together(self, store):
        passed = []

        async def pace(size):
            passed.append(size)

        multipart = await store.begin("big.vid")
        parts = [await store.send("big.vid", multipart, 1, b"-" * PART_BYTES_MIN)]
        parts[0] = await store.send("big.vid", multipart, 1, b"1" * PART_BYTES_MIN, pace)
        assert sum(passed) == PART_BYTES_MIN
        parts.append(await store.send("big.vid", multipart, 2, b"tail"))
        assert await store.head("big.vid") is None
        await store.complete("big.vid", multipart, parts)
        assert await store.head("big.vid") == PART_BYTES_MIN + 4
        assert store.read("big.vid", 10, PART_BYTES_MIN - 2) == b"11tail"
        for late in (store.complete("big.vid", multipart, parts), store.send("big.vid", multipart, 3, b"late")):
            with pytest.raises(NotFoundError) as raised:
                await late
            assert raised.value.code == "objects.multipart_gone"
        assert await _all(store) == [("big.vid", PART_BYTES_MIN + 4)]

    async def test_what_is_broken_off_leaves_nothing(self, store):
        multipart = await store.begin("a.vid")
        await store.send("a.vid", multipart, 1, b"a")
        for _ in range(2):
            await store.abort("a.vid", multipart)
        with pytest.raises(NotFoundError):
            await store.send("a.vid", multipart, 2, b"b")
        assert await store.multiparts("") == []
        assert await _all(store) == []


class TestFolder:
    async def test_a_part_that_was_changed_makes_no_object(self, tmp_path):
        store = FolderStore(tmp_path, SystemDisk())
        multipart = await store.begin("a.vid")
        part = await store.send("a.vid", multipart, 1, b"true")
        next(tmp_path.glob(".multipart/*.1")).write_bytes(b"lies")
        with pytest.raises(CorruptError) as raised:
            await store.complete("a.vid", multipart, [part])
        assert raised.value.code == "objects.checksum"
        assert await store.head("a.vid") is None

    async def test_a_disk_that_fails_is_unavailable(self, tmp_path):
        (tmp_path / "taken").write_text("a file")
        with pytest.raises(UnavailableError) as raised:
            await FolderStore(tmp_path / "taken" / "objects", SystemDisk()).put("a.vid", b"a")
        assert raised.value.code == "objects.unavailable"


class TestS3:
    async def test_multiparts_are_listed_by_their_keys(self, s3_server):
        store = _bucket(s3_server, "listed")
        await store.make()
        multipart = await store.begin("site-1/a.vid")
        assert await store.multiparts("site-1/") == [("site-1/a.vid", multipart)]
        await store.close()

    @pytest.mark.parametrize(
        ("bucket", "changed", "code"),
        [
            ("not-made", {}, "objects.bucket"),
            ("not-made", {"AWS_SECRET_ACCESS_KEY": "wrong"}, "objects.refused"),
            ("not-made", {"AWS_SESSION_TOKEN": "made-up"}, "objects.refused"),
        ],
    )
    async def test_refusals_say_what_to_do_and_no_secret(self, s3_server, bucket, changed, code):
        store = _bucket(s3_server, bucket, **changed)
        with pytest.raises(RefusedError) as raised:
            await store.begin("a.vid")
        assert raised.value.code == code
        assert raised.value.hint
        assert SECRET not in str(raised.value)
        await store.close()

    async def test_a_server_that_is_away(self):
        store = open_store(
            StoreConfig(url="s3://bucket-1", endpoint="http://127.0.0.1:1"),
            disk=SystemDisk(),
            clock=SystemClock(),
            environment={"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET},
        )
        for asked in (store.begin("a"), store.put("a", b""), store.delete("a")):
            with pytest.raises(UnavailableError) as raised:
                await asked
            assert raised.value.code == "objects.unreachable"
        await store.close()

    async def test_a_presigned_address_opens_one_object(self, s3_server):
        store = _bucket(s3_server, "presigned")
        await store.make()
        await store.put("a.vid", b"0123456789")
        address = store.presign("a.vid", 60)
        async with httpx2.AsyncClient() as client:
            assert (await client.get(address, headers={"range": "bytes=2-4"})).content == b"234"
            assert (await client.get(address.replace("a.vid", "b.vid"))).status_code == 403
        await store.close()

    @pytest.mark.parametrize(
        ("status", "body", "kind", "code"),
        [
            (503, "<Code>SlowDown</Code>", UnavailableError, "objects.unavailable"),
            (400, "<Code>XAmzContentSHA256Mismatch</Code>", CorruptError, "objects.checksum"),
            (400, "<Code>EntityTooSmall</Code>", RefusedError, "objects.rejected"),
            (404, "", NotFoundError, "objects.missing"),
            (500, "no XML at all", UnavailableError, "objects.unavailable"),
        ],
    )
    def test_answers(self, status, body, kind, code):
        found = refusal(status, body, "s3://bucket")
        assert isinstance(found, kind)
        assert found.code == code

    async def test_bytes_that_are_not_what_was_signed_are_refused(self, s3_server, monkeypatch):
        store = _bucket(s3_server, "tampered")
        await store.make()
        multipart = await store.begin("a.vid")

        async def others(body, pace):
            await pace(len(body))
            yield b"x" * len(body)

        monkeypatch.setattr("playhead.store.objects.s3._slices", others)
        with pytest.raises(PlayheadError) as raised:
            await store.send("a.vid", multipart, 1, b"true")
        assert raised.value.code in {"objects.checksum", "objects.refused"}
        await store.close()


class TestConfiguration:
    @pytest.mark.parametrize("url", ["s3:/b", "s3://B", "s3://ab", "file://relative", "file:///a/../../b%", "ftp://x"])
    def test_a_malformed_address_is_refused(self, url):
        with pytest.raises(ValueError, match="Write s3://bucket"):
            StoreConfig(url=url)

    def test_credentials_come_from_a_file_that_nobody_else_reads(self, tmp_path):
        path = tmp_path / "credentials"
        path.write_text("[backup]\naws_access_key_id = id\naws_secret_access_key = se%cret\naws_session_token = t\n")
        path.chmod(0o644)
        with pytest.raises(RefusedError) as raised:
            read_credentials(path, {})
        assert raised.value.code == "objects.credentials_open"
        path.chmod(0o600)
        found = read_credentials(path, {})
        assert (found.key_id, found.secret, found.token) == ("id", "se%cret", "t")
        path.write_text("aws_access_key_id = id\n")
        with pytest.raises(PlayheadError) as raised:
            read_credentials(path, {})
        assert raised.value.code == "objects.credentials"
        with pytest.raises(UnavailableError):
            read_credentials(tmp_path / "none", {})

    def test_they_come_from_the_environment_else(self):
        assert read_credentials(None, {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}).secret == "b"
        with pytest.raises(PlayheadError):
            read_credentials(None, {})
