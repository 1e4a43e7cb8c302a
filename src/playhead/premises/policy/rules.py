"""Decisions about policies: what is granted, and what is too much. Pure."""

from collections.abc import Sequence

from playhead.wire.policy import Origin, Policy


def policy_of(origins: Sequence[str], port: int | None) -> Policy:
    """What is granted.

    Args:
        origins: as they are configured.
        port: where client players are served; None where they are not.
    """
    return Policy(tuple(Origin.parse(text) for text in origins), port)


def wide_origins(origins: Sequence[str]) -> list[str]:
    """Those that stand for more than one host."""
    return [text for text in origins if Origin.parse(text).is_wide]
