"""Every key of a configuration as documentation: the page is made of it, and a test compares the two."""

import types
from dataclasses import dataclass
from typing import Annotated, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from playhead.base.config import section_in

_NAMES = {str: "text", int: "whole number", float: "number", bool: "true or false", "Path": "path"}


@dataclass(frozen=True, slots=True)
class Key:
    """One documented key."""

    path: str
    """Dotted, from the top of the file: ``workstation.pre_buffer``."""
    kind: str
    """What to write: ``text``, ``whole number``, ``Duration`` …, with its bounds."""
    default: str
    """As it would be written in the file; empty where the key is obligatory."""
    description: str


def documented_keys(shape: type[msgspec.Struct], prefix: str = "") -> list[Key]:
    """All keys below a structure, in the order they are declared.

    Raises:
        AssertionError: a key has no description; that is our mistake, and the test of the page finds it.
    """
    keys: list[Key] = []
    hints: dict[str, object] = get_type_hints(shape, include_extras=True)
    for field in msgspec.structs.fields(shape):
        path = f"{prefix}.{field.encode_name}".lstrip(".")
        hint = hints[field.name]
        section = section_in(hint)
        if section is not None:
            keys += documented_keys(section, path)
            continue
        description = _meta(hint).description
        if not description:
            raise AssertionError(f"{path} has no description")
        keys.append(Key(path, _kind(hint), _default(field), " ".join(description.split())))
    return keys


def reference(shape: type[msgspec.Struct], prefix: str = "") -> str:
    """The keys as rows of a Markdown table, with its heading row."""
    rows = ["| key | value | default | meaning |", "|---|---|---|---|"]
    for key in documented_keys(shape, prefix):
        default = f"`{key.default}`" if key.default else "(must be set)"
        rows.append(f"| `{key.path}` | {key.kind} | {default} | {key.description} |")
    return "\n".join(rows) + "\n"


def _meta(hint: object) -> msgspec.Meta:
    if get_origin(hint) is Annotated:
        for extra in get_args(hint)[1:]:
            if isinstance(extra, msgspec.Meta):
                return extra
    return msgspec.Meta()


def _kind(hint: object) -> str:
    meta = _meta(hint)
    bare = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    name = _name(bare)
    if meta.ge is not None and meta.le is not None:
        name += f", {meta.ge} to {meta.le}"
    elif meta.ge is not None:
        name += f", at least {meta.ge}"
    return name


def _name(kind: object) -> str:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _kind(kind)
    if origin is Literal:
        return " or ".join(f'`"{value}"`' for value in arguments)
    if origin in (list, tuple):
        return f"list of {_name(arguments[0])}"
    if origin in (Union, types.UnionType):
        return " or ".join(_name(argument) for argument in arguments if argument is not type(None))
    if isinstance(kind, type):
        return _NAMES.get(kind) or {"Path": "path", "Address": "host:port"}.get(kind.__name__, _words(kind.__name__))
    raise NotImplementedError(f"configuration of type {kind}")


def _words(name: str) -> str:
    return name.removesuffix("Id").lower() + (" name" if name.endswith("Id") else "")


def _default(field: msgspec.structs.FieldInfo) -> str:
    value: object = field.default
    if value is msgspec.NODEFAULT:
        if field.default_factory is msgspec.NODEFAULT:
            return ""
        value = field.default_factory()
    return _written(value)


def _written(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list | tuple):
        items: list[object] = [*value]  # pyright: ignore[reportUnknownArgumentType] - a default of any element type
        return "[" + ", ".join(_written(item) for item in items) + "]"
    return f'"{value}"'
