"""What configuration messages call things: in the words of TOML 1.0, for whoever edits the file."""

import re
from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Final, Literal, Union, get_args, get_origin

import msgspec

_KINDS: Final[Mapping[str, str]] = {
    "str": "text in double quotes",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list in [ ]",
    "list": "a list in [ ]",
    "tuple": "a list in [ ]",
    "object": "a table",
    "dict": "a table",
}
"""Types, as Python and msgspec name them."""


def refusal(error: msgspec.ValidationError) -> str:
    """What msgspec says of a value, such as ``Expected a whole number <= 15, got text in double quotes``."""
    said = str(error).partition(" - at ")[0]
    return re.sub(r"`(\w+)( \| null)?", lambda match: f"`{_KINDS.get(match[1], match[1])}", said).replace("`", "")


def kind_of(value: object) -> str:
    """What a value of TOML is."""
    name = type(value).__name__
    return _KINDS.get(name, name)


def none_of(value: object, hint: object) -> str:
    """Why a value is none of those that there are: ``Expected "tls" or "plain", got "tsl"``; empty where it is one.

    Args:
        value: of TOML.
        hint: the field's type; one that names no values allows all.
    """
    kind = _bare(hint)
    allowed = get_args(kind) if get_origin(kind) is Literal else ()
    if not allowed or value in allowed:
        return ""
    got = _quoted(value[:64]) if isinstance(value, str) else kind_of(value)
    return f"Expected {' or '.join(map(_quoted, allowed))}, got {got}"


def line_for(key: str, hint: object) -> str:
    """How a key that is missing is written: ``id = "…"``; a table as ``[workstation]``, a list of them as ``[[rule]]``.

    Args:
        key: dotted from the top of the file.
        hint: its type.
    """
    name = key.rpartition(".")[2]
    kind = _bare(hint)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return f"[{key}]"
    if get_origin(kind) in {tuple, list}:
        inner = _bare(get_args(kind)[0])
        return f"[[{key}]]" if isinstance(inner, type) and issubclass(inner, msgspec.Struct) else f"{name} = […]"
    return f"{name} = …" if kind in {int, float, bool} else f'{name} = "…"'


def _bare(hint: object) -> object:
    """Without what is annotated, and without None."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _bare(arguments[0])
    if origin in {Union, UnionType}:
        return _bare(next(one for one in arguments if one is not type(None)))
    return hint


def _quoted(text: object) -> str:
    return f'"{text}"'
