import gzip
import ssl
import zlib

import msgspec
import zstandard
from premises.analytics.rig import DESK, Analytics

from playhead.base.ids import GroupId, RecordingId, WorkstationId
from playhead.domain.analytics.events import BATCH_BYTES_MAX, EVENTS_MAX, PACKED_BYTES_MAX, Kind, encoded
from playhead.domain.analytics.rollout import decoded as told_rules
from playhead.store.catalogue import recordings
from playhead.store.catalogue.analytics_rules import RuleSet, add_rule_set, list_told
from playhead.store.catalogue.groups import Group, add_group
from playhead.store.catalogue.outbox import next_events
from playhead.store.catalogue.tags import tags_of


async def test_good_rows_beside_bad_ones_are_kept_and_survive_a_restart(tmp_path):
    site = Analytics(tmp_path)
    async with site.running():
        tls = await site.enrol()
        rows = [site.event(1), site.event(2), site.event(3, ago_s=-400), site.event(4, ago_s=400 * 86_400)]
        batch = msgspec.json.decode(encoded(str(DESK), "s", rows))
        batch["events"][1]["kind"] = "typed"
        batch["events"] += [{"sequence": 5}, {**batch["events"][0], "sequence": 6, "secret": "x", "keys": 3}]
        said = (await site.ask("POST", "/v1/events", msgspec.json.encode(batch), tls=tls)).answer
        assert said.durable == 6
        assert [(one.sequence, one.code) for one in said.refused] == [
            (2, "analytics.malformed"),
            (3, "analytics.future"),
            (4, "analytics.too_old"),
            (5, "analytics.malformed"),
        ]
        assert await site.stored() == [("desk-1", "s", 1, "anna"), ("desk-1", "s", 6, "anna")]
    async with site.running():
        again = (await site.send([site.event(1), site.event(6), site.event(7)], tls=tls)).answer
        assert [(one.sequence, one.code) for one in again.refused] == [
            (1, "analytics.replay"),
            (6, "analytics.replay"),
        ]
        assert again.durable == 7
        assert [row[2] for row in await site.stored()] == [1, 6, 7]
        other = (await site.send([site.event(1)], tls=tls, spool="t")).answer
        assert (other.durable, list(other.refused)) == (1, [])


async def test_whoever_is_not_enrolled_or_somebody_else_is_refused(tmp_path):
    site = Analytics(tmp_path)
    async with site.running():
        mine = await site.enrol()
        stranger = await site.enrol(WorkstationId("desk-9"), known=False)
        foreign = await site.send([site.event(1)], tls=mine, desk="desk-2")
        assert (foreign.status, foreign.code) == (403, "analytics.foreign")
        unknown = await site.send([site.event(1)], tls=stranger, desk="desk-9")
        assert (unknown.status, unknown.code) == (403, "analytics.not_enrolled")
        nobody = await site.ask("GET", "/v1/rules", tls=_anonymous(mine))
        assert (nobody.status, nobody.code) == (403, "analytics.certificate")
        elsewhere = await site.ask("GET", "/v1/other", tls=mine)
        assert (elsewhere.status, elsewhere.code) == (404, "http.path")
        assert await site.stored() == []


def _anonymous(like):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(cadata=like.get_ca_certs(binary_form=True)[0])
    context.verify_flags = like.verify_flags
    return context


async def test_bombs_and_what_is_no_batch_are_refused(tmp_path):
    site = Analytics(tmp_path, {"transport": "plain"})
    async with site.running():
        bomb = b" " * (BATCH_BYTES_MAX + 1)
        whole = encoded("d", "s", [site.event(1)])
        torn = gzip.compress(whole)[:-4]
        packer = zlib.compressobj(wbits=31)
        many = encoded("d", "s", [site.event(n) for n in range(1, EVENTS_MAX + 2)])
        unsized = zstandard.ZstdCompressor(write_content_size=False)
        packed = zstandard.compress(whole)
        cases = [
            (zstandard.ZstdCompressor().compress(bomb), "zstd", 413, "analytics.batch"),
            (unsized.compress(bomb), "zstd", 413, "analytics.batch"),
            (_saying_less(packed), "zstd", 400, "analytics.packed"),
            (packed[:-4], "zstd", 400, "analytics.packed"),
            (packer.compress(bomb) + packer.flush(), "gzip", 413, "analytics.batch"),
            (torn, "gzip", 400, "analytics.packed"),
            (b"\x28\xb5\x2f\xfd nonsense", "zstd", 400, "analytics.packed"),
            (whole, "br", 400, "analytics.coding"),
            (b"[]", "identity", 400, "analytics.malformed"),
            (whole.replace(b'"schema":1', b'"schema":2'), "identity", 400, "analytics.schema"),
            (zstandard.ZstdCompressor().compress(many), "zstd", 413, "analytics.batch"),
            (b"x" * (PACKED_BYTES_MAX + 1), "identity", 413, "http.body_size"),
        ]
        for body, coding, status, code in cases:
            said = await site.ask("POST", "/v1/events", body, tls=None, content_encoding=coding)
            assert (said.status, said.code) == (status, code), code
        for coding, sent in (("gzip", gzip.compress(whole)), ("zstd", packed), ("zstd", unsized.compress(whole))):
            said = await site.ask("POST", "/v1/events", sent, tls=None, content_encoding=coding)
            assert said.answer.durable == 1
        assert len(await site.stored()) == 1


def _saying_less(frame):
    """A frame of zstandard whose header says that it holds one byte less (RFC 8878 §3.1.1.1.4)."""
    assert zstandard.get_frame_parameters(frame).content_size < 256
    assert frame[4] >> 6 == 0
    return frame[:5] + bytes([frame[5] - 1]) + frame[6:]


async def test_each_workstation_gets_its_rules_and_it_is_known_who_has_them(tmp_path):
    site = Analytics(tmp_path)
    async with site.running():
        tls = await site.enrol()
        async with site.catalogue.writing() as connection:
            await add_group(connection, Group(GroupId("north"), "North", ("anna",)))
            text = '[[rule]]\nname = "a"\nwhen = { title = "*" }\nthen = [{ mark = "x" }]\n'
            await add_rule_set(connection, RuleSet(name="all", text=text, everyone=True))
            await add_rule_set(connection, RuleSet(name="draft", text=text))
        first = await site.ask("GET", "/v1/rules", tls=tls)
        rollout = told_rules(first.body)
        assert [one.name for one in rollout.sets] == ["all"]
        assert rollout.privacy.hide
        same = await site.ask("GET", "/v1/rules", tls=tls, if_none_match=f'"{rollout.digest}"')
        assert (same.status, same.body) == (304, b"")
        assert (await site.send([site.event(1)], tls=tls)).answer.rules == rollout.digest
        async with site.catalogue.reading() as connection:
            told = await list_told(connection)
        assert [(one.digest, one.sequence) for one in told] == [(rollout.digest, 1)]


async def test_triggers_tag_set_fields_and_raise_alarms_once(tmp_path):
    site = Analytics(tmp_path)
    async with site.running():
        tls = await site.enrol()
        recording = RecordingId.new(site.clock)
        async with site.catalogue.writing() as connection:
            started_at_us = site.clock.wall_us() - 300_000_000
            await recordings.add_recording(
                connection, recording=recording, workstation=DESK, agent="anna", started_at_us=started_at_us
            )

        def trigger(sequence, action, detail, ago_s=60):
            return site.event(sequence, ago_s, kind=Kind.TRIGGER, lasts_us=0, rule="card", action=action, detail=detail)

        rows = [
            trigger(1, "tag", "Card"),
            trigger(2, "field", "queue=sales"),
            trigger(3, "field", "queue=billing"),
            trigger(4, "alarm", "look here"),
            trigger(5, "tag", "a,b"),
            trigger(6, "blackout", "start"),
        ]
        for _ in range(2):
            assert (await site.send(rows, tls=tls)).answer.durable == 6
        async with site.catalogue.reading() as connection:
            tagged = await tags_of(connection, [recording])
            alarms = [
                one for one in await next_events(connection, 100) if one.event.type == "playhead.analytics.alarm.v1"
            ]
        assert tagged == {recording: ("card", "queue:billing")}
        assert len(alarms) == 1
        assert msgspec.json.decode(alarms[0].event.data)["message"] == "look here"
