"""Views: questions to the library that people keep, for themselves or for all."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import ConflictError, InvalidInputError, LimitError, NotFoundError
from playhead.base.ids import UserId
from playhead.store.catalogue.schema import views

NAME_CHARS_MAX: Final = 64
QUERY_CHARS_MAX: Final = 2_000
"""As long as an address may be that the server still takes."""
COLUMNS_MAX: Final = 20
VIEWS_OF_USER_MAX: Final = 50
"""A menu that is longer is no help."""
SHARED_MAX: Final = 200
"""Of a site, for the same reason."""


@dataclass(frozen=True, slots=True)
class View:
    """A kept question."""

    user: UserId
    name: str
    query: str
    shared: bool
    columns: tuple[str, ...] = ()
    id: int = 0
    """Given when it is added."""


async def list_views(connection: AsyncConnection, user: UserId) -> list[View]:
    """A user's own and all that are shared, by name."""
    query = select(views).where(or_(views.c.user_id == user, views.c.shared))
    rows = (await connection.execute(query.order_by(func.lower(views.c.name), views.c.id))).all()
    return [_view(row) for row in rows]


async def get_view(connection: AsyncConnection, view: int, user: UserId) -> View:
    """One of a user's own, or a shared one.

    Raises:
        NotFoundError: ``view.not_found``.
    """
    query = select(views).where(views.c.id == view, or_(views.c.user_id == user, views.c.shared))
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise NotFoundError("view.not_found", "There is no such view, or it is not shared.")
    return _view(row)


async def add_view(connection: AsyncConnection, view: View) -> int:
    """Add one; returns its id.

    Raises:
        ConflictError: ``view.exists``: the user has one of that name.
        LimitError: ``view.number``, ``view.shared``.
        InvalidInputError: ``view.name``.
    """
    await _check(connection, view)
    mine = select(func.count()).select_from(views).where(views.c.user_id == view.user)
    if (await connection.execute(mine)).scalar_one() >= VIEWS_OF_USER_MAX:
        raise LimitError("view.number", f"You can keep up to {VIEWS_OF_USER_MAX} views.")
    try:
        async with connection.begin_nested():
            added = await connection.execute(insert(views).values(_values(view)))
    except IntegrityError as error:
        raise _exists(view) from error
    key = added.inserted_primary_key
    assert key is not None  # noqa: S101 # one row was inserted
    return key[0]


async def change_view(connection: AsyncConnection, view: View) -> None:
    """Make one what is given.

    Raises:
        ConflictError, LimitError, InvalidInputError: as `add_view`.
    """
    await _check(connection, view)
    try:
        async with connection.begin_nested():
            await connection.execute(update(views).where(views.c.id == view.id).values(_values(view)))
    except IntegrityError as error:
        raise _exists(view) from error


async def delete_view(connection: AsyncConnection, view: int) -> None:
    """Remove one. Harmless where it is gone already."""
    await connection.execute(delete(views).where(views.c.id == view))


async def _check(connection: AsyncConnection, view: View) -> None:
    if not view.name.strip() or not view.name.isprintable():
        raise InvalidInputError("view.name", "A view needs a name that can be read.")
    if view.shared:
        shared = select(func.count()).select_from(views).where(views.c.shared, views.c.id != view.id)
        if (await connection.execute(shared)).scalar_one() >= SHARED_MAX:
            raise LimitError("view.shared", f"A site has up to {SHARED_MAX} shared views.")


def _exists(view: View) -> ConflictError:
    return ConflictError("view.exists", f"You have a view called {view.name} already.")


def _values(view: View) -> dict[str, Any]:
    return {
        "user_id": view.user,
        "name": view.name,
        "query": view.query,
        "columns": list(view.columns),
        "shared": view.shared,
    }


def _view(row: Row[Any]) -> View:
    return View(row.user_id, row.name, row.query, row.shared, tuple(row.columns), row.id)
