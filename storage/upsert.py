"""INSERT … ON CONFLICT, which both databases spell alike but SQLAlchemy keeps apart, and how many rows were changed."""

from typing import Any

from sqlalchemy import CursorResult, Result
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession


def insert(session: AsyncSession, model: type[SQLModel]) -> Any:
    """An insert into the model's table that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(model)


async def insert_new(session: AsyncSession, model: type[SQLModel], **values: Any) -> bool:
    """Insert unless a unique key is taken; True when the row is new."""
    result = await session.exec(insert(session, model).values(**values).on_conflict_do_nothing())
    return rows_changed(result) == 1


def rows_changed(result: Result[Any]) -> int:
    """How many rows an insert or update has changed: the answer to who was first."""
    if not isinstance(result, CursorResult):
        raise TypeError("only an insert, update or delete changes rows")
    return result.rowcount
