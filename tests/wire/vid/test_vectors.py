import io
import json
from pathlib import Path

import av
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from wire.vid import reference
from wire.vid.segments import reader, site_key, small

from playhead.testing.pictures import number_of
from playhead.wire import vid
from playhead.wire.vid import Kind

PATHS = sorted((Path(__file__).parent / "vectors").glob("v*.json"))


class Vector:
    def __init__(self, path):
        self.fields = json.loads(path.read_text())
        self.data = bytes.fromhex("".join(self.fields["file"]))
        self.site_key = X25519PrivateKey.from_private_bytes(bytes.fromhex(self.fields["site_private_key"]))
        self.signer = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self.fields["signing_key"]))
        self.data_key = bytes.fromhex(self.fields["data_key"])

    def records(self):
        for record in self.fields["records"]:
            fields = dict(record)
            yield bytes.fromhex(fields.pop("plaintext")), fields


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def vector(request):
    return Vector(request.param)


def test_there_is_a_vector_of_every_version():
    assert [path.stem for path in PATHS] == [f"v{version}" for version in range(1, vid.VERSION + 1)]


def test_the_key_envelope_opens_with_the_site_key_alone(vector):
    header, _ = vid.read_header(reader(vector.data))
    assert vid.open_data_key(header, vector.site_key) == vector.data_key


def test_every_record_reads_as_it_was_written(vector):
    read_at = reader(vector.data)
    _, start = vid.read_header(read_at)
    found = list(vid.walk(read_at, len(vector.data), start))
    assert found == vid.Scanner().feed(vector.data)
    expected = list(vector.records())
    assert len(found) == len(expected) + 1
    for scanned, (plaintext, fields) in zip(found, expected, strict=False):
        assert vid.open_at(read_at, vector.data_key, scanned) == plaintext
        header = scanned.header
        assert {
            "kind": header.kind,
            "flags": header.flags,
            "track": header.track,
            "epoch": header.epoch,
            "sequence": header.sequence,
            "media": header.media_time_us,
            "wall": header.wall_time_us,
            "span": header.span_us,
        } == fields


def test_it_verifies_with_and_without_its_key(vector):
    signer = vector.signer.public_key().public_bytes_raw()
    without = vid.verify(reader(vector.data), len(vector.data), signer=signer)
    assert without.complete
    assert not without.opened
    with_key = vid.verify(reader(vector.data), len(vector.data), signer=signer, data_key=vector.data_key)
    assert with_key.complete
    assert with_key.opened


def test_its_pictures_decode_at_their_times(vector):
    read_at = reader(vector.data)
    _, start = vid.read_header(read_at)
    media = {}
    for scanned in vid.walk(read_at, len(vector.data), start):
        if scanned.header.kind in (Kind.INIT, Kind.PIECE):
            epoch = (scanned.header.track, scanned.header.epoch)
            media[epoch] = media.get(epoch, b"") + vid.open_at(read_at, vector.data_key, scanned)
    pictures = []
    for data in media.values():
        with av.open(io.BytesIO(data)) as container:
            pictures += [[frame.pts, number_of(frame)] for frame in container.decode(video=0)]
    assert pictures == vector.fields["pictures"]


def test_the_reference_makes_the_same_bytes_from_the_same_keys():
    vector = Vector(PATHS[0])
    fields = vector.fields
    body = json.loads(fields["body"])
    recording, segment = (bytes.fromhex(body[name].replace("-", "")) for name in ("recording", "segment"))
    assert body["keys"] == [
        reference.envelope(
            vector.data_key,
            vector.site_key.public_key().public_bytes_raw(),
            recording=recording,
            segment=segment,
            signer=vector.signer.public_key().public_bytes_raw(),
            ephemeral=X25519PrivateKey.from_private_bytes(bytes.fromhex(fields["ephemeral_key"])),
        )
    ]
    made = reference.header(fields["body"].encode())
    for plaintext, record in vector.records():
        made += reference.record(vector.data_key, made[-32:], plaintext, **record)
    made += reference.seal(vector.data_key, made[-32:], vector.signer, **fields["seal"])
    assert made == vector.data


def test_the_reference_reads_what_the_writer_writes():
    data, header, _ = small()
    body, records = reference.read(data, site_key())
    assert body["recording"] == str(header.recording)
    assert [record[0] for record in records] == [1, 2, 4, 1, 2, 2, 5, 6]
    assert records[1] == (Kind.PIECE, vid.Flag.KEY, 1, 0, 0, 400_000, b"piece one")
