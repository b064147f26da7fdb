"""INSERT … ON CONFLICT, which both databases spell alike but SQLAlchemy keeps apart, and how many rows were changed."""

from functools import cache
from typing import Any

from pydantic_core import PydanticUndefined
from sqlalchemy import CursorResult, Result
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession


def insert(session: AsyncSession, model: type[SQLModel]) -> Any:
    """An insert into the model's table that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return _insert(session.get_bind().dialect.name, model)


@cache
def _insert(dialect: str, model: type[SQLModel]) -> Any:
    table = model.__table__  # type: ignore[attr-defined]
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def _insert_new(dialect: str, model: type[SQLModel]) -> Any:
    """Made once: building a statement costs as much as executing it."""
    return _insert(dialect, model).on_conflict_do_nothing()


def defaults(model: type[SQLModel]) -> dict[str, Any]:
    """What a new row has where nothing else is said. To make one as a model takes as long as to insert it."""
    fields = {name: field.get_default(call_default_factory=True) for name, field in model.model_fields.items()}
    return {name: value for name, value in fields.items() if value is not PydanticUndefined}


async def insert_new(session: AsyncSession, model: type[SQLModel], **values: Any) -> bool:
    """Insert unless a unique key is taken; True when the row is new. What the session holds is not flushed first."""
    statement = _insert_new(session.get_bind().dialect.name, model)
    return rows_changed(await (await session.connection()).execute(statement, values)) == 1


def rows_changed(result: Result[Any]) -> int:
    """How many rows an insert or update has changed: the answer to who was first."""
    if not isinstance(result, CursorResult):
        raise TypeError("only an insert, update or delete changes rows")
    return result.rowcount
