"""Chunks of the library's columns as bytes, so that a start need not read every recording.

They lie in the catalogue itself: what is copied, restored or read by another process is of one piece. The form is
NumPy's ``.npz`` without pickles; what cannot be read is made anew from the recordings.
"""

import io
import json
import zipfile
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import CorruptError
from playhead.store.catalogue.schema import library_chunks
from playhead.store.library.columns import COLUMNS, NAMED, Chunk, Columns, Labels
from playhead.store.library.names import Names

FORM: Final = 1
"""Changes whenever what is kept changes its meaning; other forms are passed over."""

_LABELS: Final = {"tag": "tags", "word": "words"}


def encode_chunk(columns: Columns, place: int) -> bytes:
    """A chunk with the names that it needs."""
    chunk = columns.chunks[place]
    arrays: dict[str, NDArray[Any]] = {"form": np.array(FORM)}
    for name in COLUMNS:
        arrays[name] = chunk[name]
    for name in NAMED:
        arrays[name], arrays[f"{name}_names"] = _with_names(chunk[name], columns.names[name])
    for name, attribute in _LABELS.items():
        labels: Labels = getattr(chunk, attribute)
        arrays[f"{name}_rows"] = labels.rows
        arrays[f"{name}_codes"], arrays[f"{name}_names"] = _with_names(labels.codes, columns.names[name])
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def decode_chunk(data: bytes, columns: Columns) -> None:
    """Add a chunk to the end of the columns.

    Raises:
        CorruptError: ``library.kept``; nothing is added then.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            columns.chunks.append(_chunk(arrays, columns))
    except (ValueError, KeyError, IndexError, EOFError, OSError, zipfile.BadZipFile) as error:
        raise CorruptError("library.kept", f"A kept part of the library cannot be read: {error}.") from error


async def load_chunk(connection: AsyncConnection, place: int) -> bytes | None:
    """A chunk that is kept, or None."""
    query = select(library_chunks.c.data).where(library_chunks.c.id == place)
    return (await connection.execute(query)).scalar_one_or_none()


async def keep_chunk(connection: AsyncConnection, place: int, data: bytes) -> None:
    """Keep a chunk in place of what was kept of it before."""
    await connection.execute(delete(library_chunks).where(library_chunks.c.id == place))
    await connection.execute(insert(library_chunks).values(id=place, data=data))


def _with_names(codes: NDArray[np.uint32], names: Names) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """Codes counted anew from 0, and the texts they stand for."""
    used, anew = np.unique(codes, return_inverse=True)
    texts = json.dumps([names.texts[code] for code in used], ensure_ascii=False).encode()
    return anew.astype(np.uint32), np.frombuffer(texts, dtype=np.uint8)


def _chunk(arrays: Any, columns: Columns) -> Chunk:  # noqa: ANN401 # what NumPy loads has no type of its own
    if int(arrays["form"]) != FORM:
        raise ValueError("another form")
    chunk = Chunk(len(columns.chunks))
    chunk.size = len(arrays["flags"])
    for name in COLUMNS:
        values = arrays[name]
        chunk.columns[name][: chunk.size] = _renamed(values, arrays, name, columns) if name in NAMED else values
    for name, attribute in _LABELS.items():
        codes = _renamed(arrays[f"{name}_codes"], arrays, name, columns)
        setattr(chunk, attribute, Labels(arrays[f"{name}_rows"].astype(np.uint32), codes))
    chunk.measure()
    return chunk


def _renamed(codes: NDArray[Any], arrays: Any, name: str, columns: Columns) -> NDArray[np.uint32]:  # noqa: ANN401 # as above
    texts: list[str] = json.loads(bytes(arrays[f"{name}_names"]))
    codes_now = np.array([columns.names[name].code(text) for text in texts], dtype=np.uint32)
    return codes_now[codes] if len(codes) else np.empty(0, dtype=np.uint32)
