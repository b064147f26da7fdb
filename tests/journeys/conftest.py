"""What several journeys start from: a backup of a SQLite database, and a bridge in a hurry."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot import calling, schedule
from desk import alarms, errand
from tests.conftest import Start
from tests.journeys.scene import opened


@dataclass(frozen=True, slots=True)
class Backup:
    """A SQLite file, and a copy of it."""

    database: Path
    copy: Path

    def make(self) -> None:
        """Keep the database as it is."""
        _copy(self.database, self.copy)

    def restore(self) -> None:
        """Put it back, while no bridge runs."""
        _copy(self.copy, self.database)


@pytest.fixture
def backup(database_url: str, tmp_path: Path) -> Backup:
    return Backup(Path(database_url.removeprefix("sqlite:///")), tmp_path / "backup.db")


@pytest.fixture
async def yesterday(start: Start, backup: Backup) -> Backup:
    """A backup of a database that knows of one text."""
    async with start() as world:
        await opened(world)
        await world.play.quiet(0.3)
    backup.make()
    return backup


@pytest.fixture
def prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked for in the background begins after moments."""
    monkeypatch.setattr(errand, "_GATHER_SECONDS", 0.02)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch, prompt: None) -> None:
    """The same, and what has failed there is tried again after moments."""
    monkeypatch.setattr(errand, "_FIRST_SECONDS", 0.1)
    monkeypatch.setattr(errand, "_LONGEST_SECONDS", 0.2)


@pytest.fixture
def watchful(monkeypatch: pytest.MonkeyPatch, soon: None) -> None:
    """Health is looked at all the time, and what has been tried for moments is stuck."""
    monkeypatch.setattr(schedule, "HEALTH_SECONDS", 0.1)
    monkeypatch.setattr(alarms, "STUCK_SECONDS", 0.5)
    monkeypatch.setattr(calling, "AWAY_SECONDS", 0.4)  # which leaves room for what is told, within Slack's limit


def _copy(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every round is made again after moments."""
    monkeypatch.setattr(schedule, "ROUNDS", {name: (0.1, look) for name, (_, look) in schedule.ROUNDS.items()})
