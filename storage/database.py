"""Opens the database and marks where a transaction begins and ends: use cases take a session and never commit."""

import asyncio
import fcntl
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import URL, ExceptionContext, event, make_url, text
from sqlalchemy.exc import DBAPIError, NoResultFound
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import sqlite

log = structlog.get_logger(__name__)

Session = AsyncSession
DatabaseError = DBAPIError
AllInUse = PoolTimeout
NotFound = NoResultFound

_CLOCKS = {
    "sqlite": "(julianday('now') - 2440587.5) * 86400.0",
    "postgresql": "CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS double precision)",
}
_NO_FILE = (None, "", ":memory:")  # which would be another database for each connection
_BUSY_SECONDS = 2.0
_COMMAND_SECONDS = 10.0
_CLOSE_SECONDS = 2.0
_AT_THE_END = "at_the_end"
_LOCK_SECONDS = 0.5  # for a row that somebody is busy with, or that a frozen replica holds
_FROZEN_SECONDS = 5  # a replica that stands still holding locks keeps nobody waiting for ever
_SERVER_SETTINGS = {
    "jit": "off",
    "application_name": "threadline",
    "idle_in_transaction_session_timeout": f"{_FROZEN_SECONDS}s",
}
# asyncpg prepares a statement with Flush and not Sync. Whoever freezes before the next word is not idle for the server,
# which reads on for ever and heeds no statement_timeout meanwhile; transaction_timeout came with PostgreSQL 17 only.
_END_FROZEN = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND application_name = 'threadline'
  AND state = 'active' AND wait_event = 'ClientRead' AND xact_start IS NOT NULL
  AND state_change < clock_timestamp() - make_interval(secs => :seconds)
"""


@dataclass(eq=False)
class Database:
    """A SQLite file (one writer connection, readers beside it) or a PostgreSQL server.

    What `hasty` executes waits for no row's lock for long: it fails then. SQLite has one writer, who holds every lock.
    """

    writer: AsyncEngine
    reader: AsyncEngine
    hasty: AsyncEngine
    on_commit: list[Callable[[], None]] = field(default_factory=list)

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.writer.dialect.name

    @property
    def is_in_process(self) -> bool:
        """Whether the database's work is done in this process, where others wait for it, and not by a server."""
        return self.dialect == "sqlite"

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends, rolled back when it raises; a commit wakes the workers."""
        async with self.transaction() as session:
            yield session
        self.wake()

    def wake(self) -> None:
        """Have the workers look for what there is to do."""
        for wake in self.on_commit:
            wake()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Like `write`, for the workers' own bookkeeping, which wakes nobody."""
        async with _begun(self.writer) as session:
            yield session

    @asynccontextmanager
    async def hasty_transaction(self) -> AsyncIterator[AsyncSession]:
        """Like `transaction`, in which a statement fails after half a second of waiting for somebody's lock."""
        async with _begun(self.hasty) as session:
            yield session

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A look at the rows, which never waits for a writer; on PostgreSQL statement by statement."""
        async with _begun(self.reader) as session:
            yield session

    async def end_frozen(self) -> int:
        """End the transactions in which a replica stands still, so that what they lock is free; how many there were."""
        if self.dialect != "postgresql":
            return 0
        async with self.transaction() as session:
            ended = await (await session.connection()).execute(text(_END_FROZEN), {"seconds": _FROZEN_SECONDS})
            return int(ended.scalar_one())

    async def close(self) -> None:
        """Give every connection back; those of a server that does not answer are dropped."""
        for engine in dict.fromkeys((self.writer, self.reader, self.hasty)):
            try:
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await engine.dispose()
            except TimeoutError:
                await engine.dispose(close=False)


def connect(url: str, *, command_seconds: float | None = _COMMAND_SECONDS) -> Database:
    """Open `sqlite:///file.db` or `postgresql://…`; nothing is read or created yet.

    `command_seconds` is how long a server that does not answer is waited for; None: for ever. Raises ValueError for any
    other kind of address.
    """
    address = make_url(re.sub(r"^postgres://", "postgresql://", url))
    if address.get_backend_name() == "postgresql":
        address = _for_asyncpg(address)
        writer = _for_postgresql(address, 14, command_seconds)
        hasty = _for_postgresql(address, 2, command_seconds, lock_timeout=f"{int(_LOCK_SECONDS * 1000)}ms")
        return Database(writer=writer, reader=writer.execution_options(isolation_level="AUTOCOMMIT"), hasty=hasty)
    if address.get_backend_name() == "sqlite" and address.database not in _NO_FILE:
        address = address.set(drivername=sqlite.DRIVER)
        writer = create_async_engine(
            address, pool_size=1, max_overflow=0, hide_parameters=True, connect_args={"timeout": _BUSY_SECONDS}
        )
        _prepare(writer, begin=sqlite.BEGIN_TO_WRITE, is_writer=True)
        reader = create_async_engine(
            address, pool_size=4, max_overflow=4, hide_parameters=True, connect_args={"timeout": _BUSY_SECONDS}
        )
        _prepare(reader, begin=sqlite.BEGIN_TO_READ, is_writer=False)
        return Database(writer=writer, reader=reader, hasty=writer)
    raise ValueError("DATABASE_URL must begin with sqlite:/// or postgresql://")


@asynccontextmanager
async def _begun(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
        yield session
        await _end(session)


def at_the_end(session: AsyncSession, what: str, do: Callable[[AsyncSession], Awaitable[None]]) -> None:
    """Have something written right before the transaction ends, and once, whatever has asked for it.

    It is for rows that transactions about anything write: they lock them last, for a moment, and all in one order, so
    that none waits for another in a circle. What cannot be written then is left out, and the rest is committed.
    """
    session.info.setdefault(_AT_THE_END, {})[what] = do


async def _end(session: AsyncSession) -> None:
    for what, do in sorted(session.info.pop(_AT_THE_END, {}).items()):
        try:
            async with session.begin_nested():
                await do(session)
        except DBAPIError as error:
            log.warning("left out of a transaction", what=what.partition("/")[0], error=type(error).__name__)


def _for_postgresql(address: URL, connections: int, command_seconds: float | None, **settings: str) -> AsyncEngine:
    engine = create_async_engine(
        address,
        pool_size=connections,
        max_overflow=0,
        pool_use_lifo=True,  # whose statements are prepared already
        hide_parameters=True,
        connect_args={
            "server_settings": {**_SERVER_SETTINGS, **settings},
            "timeout": 5,
            "command_timeout": command_seconds,
        },
    )
    _distrust_silence(engine)
    return engine


def _distrust_silence(engine: AsyncEngine) -> None:
    """Where one connection had no answer in time, the others may be dead, too: none of them is used again."""

    @event.listens_for(engine.sync_engine, "handle_error")
    def _failed(context: ExceptionContext) -> None:
        if isinstance(context.original_exception, TimeoutError):
            context.invalidate_pool_on_disconnect = True


class InUse(Exception):
    """Another process holds the SQLite file."""


@contextmanager
def held_alone(url: str) -> Iterator[None]:
    """Hold a SQLite file for the one process that works its deliveries; others may read and write beside it.

    The lock goes with the process, however that ends. PostgreSQL has room for many. Raises InUse, and OSError when the
    folder cannot be written.
    """
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or address.database in _NO_FILE:
        yield
        return
    file_name = Path(address.database).resolve()  # which has one name, whatever links lead to it
    with file_name.with_name(f"{file_name.name}-serve").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUse from None
        yield


def _for_asyncpg(address: URL) -> URL:
    """Say to asyncpg what libpq's addresses say: its `sslmode` is called `ssl` there, with the same values."""
    mode = address.query.get("sslmode")
    address = address.set(drivername="postgresql+asyncpg").difference_update_query(["sslmode"])
    return address.update_query_dict({"ssl": mode}) if mode else address


def _prepare(engine: AsyncEngine, *, begin: str, is_writer: bool) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def _connected(connection: sqlite.Connection, _record: Any) -> None:
        connection.is_writer = is_writer
        connection.isolation_level = None  # SQLAlchemy begins transactions itself, below
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)


async def now(session: AsyncSession) -> float:
    """Seconds since 1970 on the database's own clock: the only clock for leases and pace."""
    return float((await (await session.connection()).exec_driver_sql(f"SELECT {clock_of(session)}")).scalar_one())


def clock_of(session: AsyncSession) -> str:
    """The same, in SQL."""
    return _CLOCKS[session.get_bind().dialect.name]
