"""Catalogues without rows: to make one takes all migrations, to copy one takes nothing."""

from pathlib import Path
from tempfile import TemporaryDirectory

from playhead.store.catalogue import Catalogue

_EMPTY: list[bytes] = []
"""The file of one, once one was made."""


async def provide(path: Path) -> Path:
    """Put an empty catalogue there, where none is yet; the path."""
    if not _EMPTY:
        with TemporaryDirectory() as folder:
            made = Path(folder) / "catalogue.db"
            await (await Catalogue.open(made)).close()
            _EMPTY.append(_content(made))
    _put(path, _EMPTY[0])
    return path


async def opened(path: Path) -> Catalogue:
    """The catalogue there, which is an empty one at first."""
    return await Catalogue.open(await provide(path))


def _content(path: Path) -> bytes:
    return path.read_bytes()


def _put(path: Path, content: bytes) -> None:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(content)
