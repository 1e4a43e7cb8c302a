"""A proof as JSON has it: camelCase, milliseconds from the recording's beginning."""

from collections.abc import Mapping
from typing import Any

from playhead.domain.darkness import Asked
from playhead.premises.proof.cards import Looked
from playhead.premises.proof.recording import Proof
from playhead.premises.proof.segment import Finding


def told(proof: Proof) -> dict[str, Any]:
    """All that a proof says."""
    return {
        "whole": proof.is_whole,
        "segments": [_segment(one) for one in proof.segments],
        "blackouts": [_asked(one) for one in proof.blackouts],
        "blackMs": proof.black_us // 1_000,
        "blackPictures": proof.black_pictures,
        "gaps": [
            {"fromMs": one.from_us // 1_000, "toMs": one.to_us // 1_000, "code": one.reason} for one in proof.gaps
        ],
        "problems": [
            {"code": one.code, "message": one.message, "atMs": one.at_us // 1_000, "track": one.track}
            for one in proof.problems
        ],
        "ocr": None if proof.looked is None else _looked(proof.looked),
    }


def _segment(finding: Finding) -> dict[str, Any]:
    return {
        "segment": finding.segment,
        "bytes": finding.size_bytes,
        "records": finding.records,
        "coveredMs": finding.covered_us // 1_000,
        "sealed": finding.sealed,
        "decrypted": finding.decrypted,
        "signer": finding.signer,
        "fault": finding.fault,
        "message": finding.message,
    }


def _asked(asked: Asked) -> Mapping[str, Any]:
    return {
        "fromMs": asked.from_us // 1_000,
        "toMs": asked.to_us // 1_000,
        "source": asked.party.source,
        "by": asked.party.by,
        "label": asked.party.label,
        "reason": asked.reason,
        "ended": asked.ended,
    }


def _looked(looked: Looked) -> dict[str, Any]:
    return {
        "where": looked.where.value,
        "reader": looked.reader,
        "pictures": looked.pictures,
        "unreadable": looked.unreadable,
        "segmentsUnreadable": looked.segments_unreadable,
        "cards": looked.count,
        "seen": [
            {
                "atMs": one.at_us // 1_000,
                "track": one.track,
                "issuer": one.sighting.issuer,
                "masked": one.sighting.masked,
                "left": round(one.sighting.left),
                "top": round(one.sighting.top),
            }
            for one in looked.seen
        ],
    }
