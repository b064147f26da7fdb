"""SQLite for SQLAlchemy through aiosqlite, with fewer trips between threads: measured, three times the use cases.

aiosqlite makes four trips to its thread for each statement: to open a cursor, execute, fetch and close. Here a
statement is one trip; and what waits for no lock and no disk is none at all: the statements inside the writer's
transaction, where a reader's begins and ends, and where the writer's begins while nobody else writes. What may wait
(for another writer, for the disk in COMMIT, readers' long looks) stays in the thread.
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
BEGIN_TO_READ, BEGIN_TO_WRITE = "BEGIN", "BEGIN IMMEDIATE"

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

        adapted = self._adapt_connection
        adapted.require_transaction()
        async with adapted._execute_mutex:  # noqa: SLF001
            if connection.in_transaction if adapted.is_writer else operation == BEGIN_TO_READ:
                self._rows = run()
            elif operation != BEGIN_TO_WRITE or not adapted.begins_at_once():
                self._rows = await connection._execute(run)  # noqa: SLF001
            adapted.has_begun = adapted.has_begun or operation == BEGIN_TO_WRITE


class Connection(AsyncAdapt_aiosqlite_connection):
    """`is_writer`: its statements inside a transaction, which `has_begun` then, are executed on the event loop."""

    _cursor_cls = _Cursor
    is_writer = False
    has_begun = False

    def require_transaction(self) -> None:
        """Raise OperationalError when SQLite has ended the transaction by itself, as it does when the disk is full.

        What follows would be committed piece by piece.
        """
        if self.has_begun and not self._connection.in_transaction:
            raise sqlite3.OperationalError("SQLite has rolled the transaction back")

    def begins_at_once(self) -> bool:
        """Begin a transaction if nobody else writes at this moment; False when that has to be waited for."""
        connection: sqlite3.Connection = self._connection._conn  # noqa: SLF001
        [patience] = connection.execute("PRAGMA busy_timeout").fetchone()
        connection.execute("PRAGMA busy_timeout = 0")
        try:
            connection.execute(BEGIN_TO_WRITE)
        except sqlite3.OperationalError:
            return False
        finally:
            connection.execute(f"PRAGMA busy_timeout = {patience}")
        return True

    def commit(self) -> None:
        """A reader has nothing to wait for."""
        if self.is_writer:
            self.require_transaction()
            super().commit()
            self.has_begun = False
        else:
            self._connection._conn.commit()  # noqa: SLF001

    def rollback(self) -> None:
        """The pool asks for it whenever a connection comes back, mostly after a commit."""
        self.has_begun = False
        if self._connection.in_transaction:
            super().rollback()


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
