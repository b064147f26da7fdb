"""A PostgreSQL server that stops answering without a word: a machine is gone, or the network between is."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import make_url

from storage.database import Database, DatabaseError, connect, now

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


class Line:
    """Passes bytes between clients and the server, until it is cut: then nobody hears of anything any more."""

    def __init__(self, socket_path: str) -> None:
        self._socket_path = socket_path
        self._passing: list[asyncio.Task[None]] = []
        self._ends: list[asyncio.StreamWriter] = []

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect a client."""
        server_reader, server_writer = await asyncio.open_unix_connection(self._socket_path)
        self._ends += [writer, server_writer]
        for source, target in ((reader, server_writer), (server_reader, writer)):
            self._passing.append(asyncio.create_task(_pass(source, target)))

    def cut(self) -> None:
        """All connections that there are; new ones are as good as ever."""
        for passing in self._passing:
            passing.cancel()

    async def close(self) -> None:
        """Let both sides know."""
        self.cut()
        await asyncio.gather(*self._passing, return_exceptions=True)
        for end in self._ends:
            end.close()
        await asyncio.gather(*(end.wait_closed() for end in self._ends), return_exceptions=True)


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()


@pytest.fixture
async def line(database_url: str) -> AsyncIterator[tuple[Line, str]]:
    """The line to the server, and the address at its other end."""
    address = make_url(database_url)
    line = Line(f"{address.query['host']}/.s.PGSQL.{address.port or 5432}")
    async with await asyncio.start_server(line.take, "127.0.0.1", 0) as server:
        here = address.difference_update_query(["host"]).set(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
        yield line, here.render_as_string(hide_password=False)
        await line.close()


async def test_of_connections_that_died_together_one_is_waited_for(line: tuple[Line, str]) -> None:
    """Once one has not answered in time, none of the others is used."""
    there, url = line
    database = connect(url, command_seconds=2.0)
    await asyncio.gather(*(_look(database) for _ in range(8)))
    there.cut()
    with pytest.raises((TimeoutError, DatabaseError)):
        await _look(database)
    await asyncio.gather(*(_look(database) for _ in range(8)))
    await database.close()


async def test_closing_waits_for_no_answer(line: tuple[Line, str]) -> None:
    """Connections that are dead are dropped, so that a process that is told to stop does."""
    there, url = line
    database = connect(url)
    await asyncio.gather(*(_look(database) for _ in range(8)))
    there.cut()
    async with asyncio.timeout(30):
        await database.close()


async def _look(database: Database) -> None:
    async with database.read() as session:
        await now(session)
        await asyncio.sleep(0.05)
