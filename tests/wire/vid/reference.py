"""A second implementation of docs/wire/vid.md, written from that page alone and sharing no code with the first.

It is slow, checks little and exists to disagree: where the two differ, the page or one of them is wrong.
"""

import base64
import hashlib
import hmac
import json
import struct

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = bytes.fromhex("895649440d0a1a0a")
INIT, PIECE, THUMBNAIL, MARKER, HEARTBEAT, SEAL = range(1, 7)
KEY, CLEAR = 1, 2


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unbase64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# §3


def header(body, version=1, flags=0):
    """``body`` is bytes, or an object to write as JSON."""
    if isinstance(body, dict):
        body = json.dumps(body).encode()
    clear = MAGIC + struct.pack(">HHI", version, flags, len(body)) + body
    return clear + sha256(clear)


# §4, RFC 9180


def _extract(suite, salt, label, material):
    return hmac.digest(salt, b"HPKE-v1" + suite + label + material, "sha256")


def _expand(suite, secret, label, info, length):
    info = struct.pack(">H", length) + b"HPKE-v1" + suite + label + info
    return hmac.digest(secret, info + b"\x01", "sha256")[:length]  # one block is enough for 32 bytes


def _hpke(shared_point, enc, public, info):
    """Key and base nonce of the single message (RFC 9180 §4.1, §5.1)."""
    kem, suite = b"KEM" + bytes.fromhex("0020"), b"HPKE" + bytes.fromhex("002000010002")
    prk = _extract(kem, b"", b"eae_prk", shared_point)
    shared = _expand(kem, prk, b"shared_secret", enc + public, 32)
    context = b"\x00" + _extract(suite, b"", b"psk_id_hash", b"") + _extract(suite, b"", b"info_hash", info)
    secret = _extract(suite, shared, b"secret", b"")
    return _expand(suite, secret, b"key", context, 32), _expand(suite, secret, b"base_nonce", context, 12)


def _info(recording, segment, signer):
    return b"playhead vid 1 data key\0" + recording + segment + signer


def envelope(data_key, site_public, *, recording, segment, signer, ephemeral):
    """One member of ``keys``. ``ephemeral`` is HPKE's skE, so that a vector can be made twice."""
    enc = ephemeral.public_key().public_bytes_raw()
    point = ephemeral.exchange(X25519PublicKey.from_public_bytes(site_public))
    key, nonce = _hpke(point, enc, site_public, _info(recording, segment, signer))
    return {
        "recipient": hashlib.sha256(site_public).hexdigest(),
        "suite": "HPKE-0020-0001-0002",
        "sealed": base64url(enc + AESGCM(key).encrypt(nonce, data_key, b"")),
    }


def open_envelope(body, site_private: X25519PrivateKey):
    public = site_private.public_key().public_bytes_raw()
    (found,) = [key for key in body["keys"] if key["recipient"] == hashlib.sha256(public).hexdigest()]
    sealed = unbase64url(found["sealed"])
    enc, ct = sealed[:32], sealed[32:]
    recording, segment = (bytes.fromhex(body[name].replace("-", "")) for name in ("recording", "segment"))
    point = site_private.exchange(X25519PublicKey.from_public_bytes(enc))
    key, nonce = _hpke(point, enc, public, _info(recording, segment, unbase64url(body["signer"])))
    return AESGCM(key).decrypt(nonce, ct, b"")


# §5


def record_header(*, kind, sequence, body_bytes, flags=0, track=0, epoch=0, media=0, wall=0, span=0):
    return struct.pack(">BBHIQQQII", kind, flags, track, epoch, sequence, media, wall, body_bytes, span)


def record(data_key, chain, plaintext, **fields):
    """The bytes of a record, whose last 32 are the next link."""
    clear = record_header(body_bytes=len(plaintext) + 16, **fields)
    nonce = fields["sequence"].to_bytes(12, "big")
    if fields.get("flags", 0) & CLEAR:
        body = plaintext + AESGCM(data_key).encrypt(nonce, b"", clear + chain + plaintext)
    else:
        body = AESGCM(data_key).encrypt(nonce, plaintext, clear + chain)
    return clear + body + sha256(chain, clear, body)


# §7


def seal(data_key, chain, signer: Ed25519PrivateKey, *, sequence, media, wall):
    def body(signature):
        fields = {"records": sequence, "chain": chain.hex(), "signature": base64url(signature)}
        return json.dumps(fields).encode()

    fields = {"kind": SEAL, "flags": CLEAR, "sequence": sequence, "media": media, "wall": wall}
    clear = record_header(body_bytes=len(body(bytes(64))) + 16, **fields)
    return record(data_key, chain, body(signer.sign(b"playhead vid 1 seal\0" + clear + chain)), **fields)


def relink(data, start):
    """The file with every link of the chain from the record at ``start`` on made new: what a forger would do."""
    data = bytearray(data)
    while start < len(data):
        (body_bytes,) = struct.unpack_from(">I", data, start + 32)
        end = start + 40 + body_bytes
        data[end : end + 32] = sha256(data[start - 32 : end])
        start = end + 32
    return bytes(data)


# §8


def read(data, site_private):
    """The header's object and all records as (kind, flags, track, epoch, media, span, plaintext)."""
    magic, version, flags, body_bytes = struct.unpack_from(">8sHHI", data)
    assert (magic, version, flags) == (MAGIC, 1, 0)
    offset = 16 + body_bytes + 32
    assert sha256(data[: offset - 32]) == data[offset - 32 : offset]
    body = json.loads(data[16 : 16 + body_bytes])
    data_key = open_envelope(body, site_private)
    records = []
    while offset < len(data):
        clear, chain = data[offset : offset + 40], data[offset - 32 : offset]
        kind, flags, track, epoch, sequence, media, _wall, size, span = struct.unpack(">BBHIQQQII", clear)
        sealed = data[offset + 40 : offset + 40 + size]
        offset += 40 + size + 32
        assert sha256(chain, clear, sealed) == data[offset - 32 : offset]
        assert sequence == len(records)
        nonce = sequence.to_bytes(12, "big")
        if flags & CLEAR:
            plaintext = sealed[:-16]
            AESGCM(data_key).decrypt(nonce, sealed[-16:], clear + chain + plaintext)
        else:
            plaintext = AESGCM(data_key).decrypt(nonce, sealed, clear + chain)
        if kind == SEAL:
            fields = json.loads(plaintext)
            assert (fields["records"], fields["chain"]) == (sequence, chain.hex())
            signer = Ed25519PublicKey.from_public_bytes(unbase64url(body["signer"]))
            signer.verify(unbase64url(fields["signature"]), b"playhead vid 1 seal\0" + clear + chain)
            assert offset == len(data)
        records.append((kind, flags, track, epoch, media, span, plaintext))
    return body, records
