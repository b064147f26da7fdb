"""Constants that stand in a statement itself and are no parameters of it."""

from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, literal_column


def written(constant: StrEnum | int) -> ColumnElement[Any]:
    """A word or a number, written out.

    Neither database uses a partial index for a parameter, and a planner that is not told how few rows are wanted may
    decide to sort all of them.
    """
    return literal_column(str(constant) if isinstance(constant, int) else f"'{constant}'")
