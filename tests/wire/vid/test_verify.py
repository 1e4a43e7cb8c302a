from wire.vid import reference
from wire.vid.segments import reader, scan, signing_key, small

from playhead.testing.vid import make_vid
from playhead.wire import vid

DATA, HEADER, KEY = small()
_, FOUND = scan(DATA)
START = FOUND[0].offset
UNSEALED, _, _ = small(sealed=False)


def check(data, **known):
    return vid.verify(reader(data), len(data), **known)


def test_a_sealed_file_is_complete():
    result = check(DATA)
    assert (result.records, result.covered_us, result.whole_bytes) == (8, 1_500_000, len(DATA))
    assert result.complete
    assert result.header == HEADER


def test_real_media_larger_than_one_portion_is_complete_with_its_key():
    fixture = make_vid(seconds=2, tracks=("a", "b"))
    result = check(fixture.data, data_key=fixture.data_key, signer=fixture.header.signer)
    assert result.complete
    assert result.opened
    large, _, key = small([{"kind": vid.Kind.MARKER, "body": bytes(700_000)}] * 5)
    assert check(large, data_key=key).complete


def test_cut_anywhere_it_is_whole_but_not_complete():
    for size in range(len(DATA)):
        result = check(DATA[:size], data_key=KEY)
        assert not result.complete
        assert result.chain_whole
        assert result.whole_bytes + result.truncated_bytes == size
        assert result.whole_bytes in {0, START, *(scanned.offset for scanned in FOUND)}


def test_damage_is_placed_and_named():
    broken = bytearray(DATA)
    broken[FOUND[4].offset + 44] ^= 1
    result = check(bytes(broken))
    assert (result.fault, result.records, result.whole_bytes) == ("vid.chain", 4, FOUND[4].offset)
    assert not result.complete
    assert not result.chain_whole
    assert result.truncated_bytes == len(DATA) - FOUND[4].offset


def test_an_unsealed_file_made_new_by_a_forger_is_caught_by_the_key_alone():
    """The table of docs/wire/vid.md §10: no key, no notice; with the key, every bit is bound."""
    body = FOUND[1].offset + 40
    for position in range(body, body + FOUND[1].header.body_bytes):
        changed = bytearray(UNSEALED)
        changed[position] ^= 4
        forged = reference.relink(changed, START)
        assert check(forged).chain_whole
        assert check(forged, data_key=KEY).fault == "vid.authentic"


def test_a_header_changed_and_made_new_is_caught_by_the_key_through_the_first_record():
    changed = reference.header(DATA[16 : START - 32].replace(b"agent.one", b"agent.two")) + UNSEALED[START:]
    forged = reference.relink(changed, START)
    assert check(forged).chain_whole
    assert check(forged, data_key=KEY).fault == "vid.authentic"


def test_a_file_forged_from_the_beginning_names_another_signer():
    other, _, other_key = small(seed="forged")
    known = signing_key("the real workstation").public_key().public_bytes_raw()
    assert check(other, data_key=other_key).complete
    assert check(other, data_key=other_key, signer=known).fault == "vid.signer"
    assert check(DATA, signer=HEADER.signer).complete


def test_another_segments_key_opens_nothing():
    result = check(DATA, data_key=bytes(32))
    assert result.fault == "vid.authentic"
    assert not result.opened


def test_garbage_and_nothing_are_reported_and_not_raised():
    assert check(b"").records == 0
    assert not check(b"").complete
    assert check(b"garbage" * 100).fault == "vid.magic"
    assert check(b"garbage" * 100).header is None
