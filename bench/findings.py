"""What was found: one line for each figure, with how far the rounds lay apart and what it aims at."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A figure: the median of its rounds. `aim` is the least or the most that it should be, None if it only informs."""

    what: str
    database: str
    rounds: tuple[float, ...]
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def figure(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.rounds)

    @property
    def aim(self) -> str:
        """What it should be, and whether it is."""
        if self.at_least is not None:
            return f"≥ {_number(self.at_least)} {'✓' if self.figure >= self.at_least else '✗'}"
        if self.at_most is not None:
            return f"≤ {_number(self.at_most)} {'✓' if self.figure <= self.at_most else '✗'}"
        return ""


def table(title: str, findings: Sequence[Finding]) -> Table:
    """One question's figures."""
    drawn = Table(title=title, title_justify="left", title_style="bold")
    for heading in ("what", "database", "median", "rounds", "aim"):
        drawn.add_column(heading, justify="right" if heading in {"median", "rounds"} else "left")
    for one in findings:
        low, high = min(one.rounds), max(one.rounds)
        spread = f"{_number(low)} … {_number(high)}" if len(one.rounds) > 1 else ""
        drawn.add_row(one.what, one.database, f"{_number(one.figure)} {one.unit}".strip(), spread, one.aim)
    return drawn


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three figures say enough
