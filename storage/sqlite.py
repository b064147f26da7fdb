"""SQLite for SQLAlchemy through aiosqlite, with fewer trips between threads: measured, three times the use cases.

aiosqlite makes four trips to its thread for each statement: to open a cursor, execute, fetch and close. Here a
statement is one trip; and inside the writer's transaction, where it waits for no lock and no disk, none at all. What
may wait (BEGIN IMMEDIATE, COMMIT, readers' long looks) stays in the thread.
"""

import sqlite3
from collections import deque
from typing import Any

import aiosqlite
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
    SQLiteDialect_aiosqlite,
)

DRIVER = "sqlite+threadline"

registry.register("sqlite.threadline", __name__, "Dialect")


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    """sqlite3's own cursor, used from the thread of its connection or from the event loop, never from both at once."""

    __slots__ = ()
    _awaitable_cursor_close = False
    _adapt_connection: "Connection"

    def _make_new_cursor(self, connection: Any) -> Any:
        return connection._conn.cursor()  # noqa: SLF001 - aiosqlite has no other way to it

    def _aenter_cursor(self, cursor: Any) -> Any:
        return cursor

    async def _execute_async(self, operation: Any, parameters: Any) -> None:
        await self._run(self._cursor.execute, operation, parameters or ())

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> None:
        await self._run(self._cursor.executemany, operation, seq_of_parameters)

    async def _run(self, execute: Any, operation: Any, parameters: Any) -> None:
        cursor: Any = self._cursor
        connection: Any = self._connection

        def run() -> deque[Any]:
            execute(operation, parameters)
            return deque(cursor.fetchall() if cursor.description else ())

        async with self._adapt_connection._execute_mutex:  # noqa: SLF001
            at_once = self._adapt_connection.is_writer and connection.in_transaction
            self._rows = run() if at_once else await connection._execute(run)  # noqa: SLF001


class Connection(AsyncAdapt_aiosqlite_connection):
    """`is_writer`: its statements inside a transaction are executed on the event loop."""

    _cursor_cls = _Cursor
    is_writer = False


class _Driver(AsyncAdapt_aiosqlite_dbapi):
    def connect(self, *arg: Any, **kw: Any) -> Connection:
        return Connection(self, super().connect(*arg, **{**kw, "check_same_thread": False}).driver_connection)


class Dialect(SQLiteDialect_aiosqlite):
    """What `sqlite+threadline://` means."""

    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> AsyncAdapt_aiosqlite_dbapi:
        """aiosqlite, with the connections of this module."""
        return _Driver(aiosqlite, sqlite3)
