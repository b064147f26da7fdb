"""How columns and indexes are made that several tables have."""

from typing import Any

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field


def json_column(default: str | None = None) -> Any:
    """A dictionary; `default` is what rows have, in JSON, that were there before the column."""
    return Field(sa_column=Column(JSON, nullable=False, server_default=default), default_factory=dict)


def default(value: str) -> dict[str, Any]:
    """What a row has that was there before the column was, or that is inserted without it."""
    return {"server_default": value}


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index of some of the rows."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))
