"""Configuration: one strict TOML file into one frozen value.

Every service describes its table as a `Section`: a frozen structure whose fields are typed, defaulted and annotated
with ``msgspec.Meta(description=…)``. Unknown keys are refused, so that a misspelt setting is an error at the start and
not a surprise in production. `reference` in ``config_reference`` lists every key for the documentation and its test.
"""

import difflib
import re
import tomllib
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import msgspec

from playhead.base.addresses import Address
from playhead.base.config_words import kind_of, line_for, none_of, refusal
from playhead.base.errors import InvalidInputError, LimitError, PlayheadError, UnavailableError
from playhead.base.ids import CloudId, RecordingId, SegmentId, SiteId, UserId, WorkstationId
from playhead.base.quantities import Duration, Size

CONFIG_BYTES_MAX: Final = 1 << 20
"""A configuration is written by a person; a megabyte of it is a mistake (a wrong file named)."""

_TABLE_LINE = re.compile(r"\s*\[\[?\s*([^\]#]+?)\s*\]\]?\s*(?:#.*)?")
_KEY_LINE = re.compile(r"\s*([A-Za-z0-9_.\"'-]+)\s*=")

_READERS: Final[dict[object, Callable[[str], object]]] = {
    Duration: Duration.parse,
    Size: Size.parse,
    Address: Address.parse,
    WorkstationId: WorkstationId,
    SiteId: SiteId,
    CloudId: CloudId,
    UserId: UserId,
    RecordingId: RecordingId.parse,
    SegmentId: SegmentId.parse,
}
"""Types that TOML does not have, and how their text is read. ValueError and PlayheadError become errors of the key."""


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One table of the configuration. A field's annotation carries its type, its bounds and its description.

    Declare it as ``class ScreenConfig(Section, frozen=True)``: type checkers want to hear it again.
    A bound that concerns several fields goes into ``__post_init__``, raising ValueError, or `KeyFaultError` where one
    of them is to be named, with a sentence that says what to write instead.
    """


class KeyFaultError(ValueError):
    """A value that does not go with others.

    Args:
        keys: who may be at fault, the likeliest first: the first of them that the file has is shown. Dotted paths below
            the structure that says so.
        message: what is wrong, and what to write instead.
    """

    def __init__(self, keys: Sequence[str], message: str) -> None:
        super().__init__(message)
        self.keys = tuple(keys)


T = TypeVar("T", bound=msgspec.Struct)


def load(path: Path, shape: type[T]) -> T:
    """Read a configuration file.

    Args:
        path: the file, UTF-8 TOML 1.0.
        shape: a structure whose fields are the file's tables, each a `Section`.

    Returns:
        The frozen value. Relative paths in it are made absolute against the file's folder; ``~`` is the home folder.

    Raises:
        UnavailableError: ``config.unreadable``.
        LimitError: ``config.too_large``.
        InvalidInputError: ``config.syntax``, ``config.unknown_key``, ``config.missing_key``, ``config.value``; the
            message names file, line and key, and what to write instead.
    """
    try:
        with path.open("rb") as file:
            data = file.read(CONFIG_BYTES_MAX + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        hint = "Name another file, or make it readable."
        raise UnavailableError("config.unreadable", f"Cannot read {path}: {reason}.", hint=hint) from error
    if len(data) > CONFIG_BYTES_MAX:
        raise LimitError("config.too_large", f"{path} is larger than {CONFIG_BYTES_MAX} bytes.", hint="Is it TOML?")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise InvalidInputError("config.syntax", f"{path} is not UTF-8 text.", hint="Save it as UTF-8.") from error
    return parse(text, shape, source=str(path), folder=path.absolute().parent)


def parse(text: str, shape: type[T], *, source: str, folder: Path) -> T:
    """Read a configuration from text; as `load`.

    Args:
        text: TOML.
        shape: as in `load`.
        source: how messages name the text.
        folder: what relative paths are relative to.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        hint = "Strings stand in double quotes, lists in [ ], and every key once."
        raise InvalidInputError("config.syntax", f"{source} is not valid TOML: {error}.", hint=hint) from error
    return cast("T", _Reader(text, source, folder).section(document, shape, ""))


@dataclass(frozen=True, slots=True)
class _Reader:
    text: str
    source: str
    folder: Path

    def section(self, value: object, shape: type[msgspec.Struct], path: str) -> msgspec.Struct:
        if not isinstance(value, dict):
            self._refuse(path, f"Expected a table, got {kind_of(value)}")
        table = cast("dict[str, object]", value)
        hints: dict[str, object] = get_type_hints(shape, include_extras=True)
        fields = {field.encode_name: field for field in msgspec.structs.fields(shape)}
        values: dict[str, object] = {}
        for key, inner in table.items():
            here = f"{path}.{key}".lstrip(".")
            if key not in fields:
                self._refuse_key(here, key, list(fields))
            values[fields[key].name] = self._value(inner, hints[fields[key].name], here)
        for key, field in fields.items():
            if field.required and key not in table:
                here = f"{path}.{key}".lstrip(".")
                message = f"{self._place(path)}: {here!r} is missing."
                under = f" under [{path}]" if path else ""
                hint = f"Add it{under}: {line_for(here, hints[field.name])}"
                raise InvalidInputError("config.missing_key", message, hint=hint)
        try:
            return shape(**values)
        except KeyFaultError as fault:
            paths = [f"{path}.{key}".lstrip(".") for key in fault.keys]
            self._refuse(next((one for one in paths if line_of(self.text, one)), paths[0]), str(fault))
        except (ValueError, PlayheadError) as error:  # a bound that concerns several fields
            self._refuse(path, str(error))

    def _value(self, value: object, hint: object, path: str) -> object:
        arguments = get_args(hint)
        if arguments and _is_own(hint):
            origin = get_origin(hint)
            if origin is Annotated:
                return self._value(value, arguments[0], path)
            if origin in (Union, types.UnionType):
                return self._value(value, next(kind for kind in arguments if kind is not type(None)), path)
            if not isinstance(value, list):
                self._refuse(path, f"Expected a list in [ ], got {kind_of(value)}")
            return tuple(self._value(row, arguments[0], path) for row in cast("list[object]", value))
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            return self.section(value, hint, path)
        try:
            return self._leaf(value, cast("object", hint))
        except msgspec.ValidationError as error:
            self._refuse(path, none_of(value, cast("object", hint)) or refusal(error))
        except (ValueError, RuntimeError, PlayheadError) as error:  # RuntimeError: "~someone" without a home
            self._refuse(path, str(error))

    def _leaf(self, value: object, hint: object) -> object:
        if hint is Duration or hint is Size:
            return _READERS[hint](cast("str", value))  # their own errors name the units
        if hint is Path:
            return self.folder / Path(msgspec.convert(value, str)).expanduser()
        if hint in _READERS:
            return _READERS[hint](msgspec.convert(value, str))
        return msgspec.convert(value, cast("type[Any]", hint))

    def _refuse(self, path: str, what: str) -> NoReturn:
        message = f"{self._place(path)}: {path}: {what.rstrip('.')}."
        raise InvalidInputError("config.value", message) from None

    def _refuse_key(self, path: str, key: str, known: list[str]) -> NoReturn:
        close = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
        hint = f"Did you mean {close[0]!r}?" if close else f"Known here: {', '.join(sorted(known))}."
        message = f"{self._place(path)}: there is no key {path!r}."
        raise InvalidInputError("config.unknown_key", message, hint=hint)

    def _place(self, path: str) -> str:
        """``file, line n`` of a dotted path, or just the file where the key's line cannot be told."""
        line = line_of(self.text, path)
        return self.source if line is None else f"{self.source}, line {line}"


def line_of(text: str, path: str) -> int | None:
    """The line of a key or table in a TOML text, from 1; None where it has none, or is written in an unusual way.

    Args:
        text: valid TOML.
        path: dotted, such as ``portal.listen``.
    """
    table, table_line = "", None
    for number, line in enumerate(text.splitlines(), start=1):
        header = _TABLE_LINE.fullmatch(line)
        if header is not None:
            table = _plain(header[1])
            if table == path:
                table_line = number
            continue
        key = _KEY_LINE.match(line)
        if key is not None and f"{table}.{_plain(key[1])}".lstrip(".") == path:
            return number
    return table_line


def section_in(hint: object) -> type[msgspec.Struct] | None:
    """The structure inside an annotation such as ``Section``, ``Section | None``, ``tuple[Section, ...]``."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return hint
    for argument in get_args(hint):
        found = section_in(argument)
        if found is not None:
            return found
    return None


def _is_own(hint: object) -> bool:
    """Whether a type is, or holds, one that is read here and not by msgspec."""
    if section_in(hint) is not None or hint is Path or (isinstance(hint, type) and hint in _READERS):
        return True
    return any(_is_own(argument) for argument in get_args(hint))


def _plain(dotted: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in dotted.split("."))
