"""What our driver adds to SQLite's own ways: a transaction is whole or has not been."""

from collections.abc import AsyncIterator

import pytest

from storage.database import Database, DatabaseError, Session, connect

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = connect(database_url)
    async with database.transaction() as session:
        await run(session, "CREATE TABLE kept (n)")
        await run(session, "CREATE TABLE large (words)")
    yield database
    await database.close()


async def run(session: Session, statement: str) -> list[int]:
    found = await (await session.connection()).exec_driver_sql(statement)
    return [row[0] for row in found.all()] if found.returns_rows else []


async def fill(session: Session) -> None:
    """Write more than there is room for, and go on as if nothing had happened."""
    [pages] = await run(session, "PRAGMA page_count")
    await run(session, f"PRAGMA max_page_count = {pages}")
    try:
        with pytest.raises(DatabaseError, match="full"):
            await run(session, "INSERT INTO large VALUES (zeroblob(100000))")
    finally:
        await _make_room(session)


async def _make_room(session: Session) -> None:
    """On the connection itself, since none of SQLAlchemy's own statements is let through any more."""
    driver = (await (await session.connection()).get_raw_connection()).driver_connection
    assert driver is not None
    await driver.execute("PRAGMA max_page_count = 1000000")


async def _undone(database: Database, *and_then: str) -> None:
    """A transaction that SQLite ends in its middle."""
    async with database.transaction() as session:
        await run(session, "INSERT INTO kept VALUES (1)")
        await fill(session)
        for statement in and_then:
            await run(session, statement)


async def test_nothing_is_committed_after_sqlite_has_rolled_back(database: Database) -> None:
    """A disk that is full undoes all of a transaction: what would follow is refused, not committed by itself."""
    with pytest.raises(DatabaseError, match="rolled the transaction back"):
        await _undone(database, "INSERT INTO kept VALUES (2)")
    async with database.read() as session:
        assert await run(session, "SELECT n FROM kept") == []


async def test_a_commit_of_what_was_rolled_back_fails(database: Database) -> None:
    """Whoever waits for it is not told that it is stored."""
    with pytest.raises(DatabaseError, match="rolled the transaction back"):
        await _undone(database)
    async with database.transaction() as session:
        await run(session, "INSERT INTO kept VALUES (3)")
    async with database.read() as session:
        assert await run(session, "SELECT n FROM kept") == [3]


async def test_a_writer_waits_for_another(database: Database, database_url: str) -> None:
    """Another process writes for a moment: ours comes after it, and reading does not wait."""
    other = connect(database_url)
    async with other.transaction() as session:
        await run(session, "INSERT INTO kept VALUES (1)")
        async with database.read() as reading:
            assert await run(reading, "SELECT n FROM kept") == []
        with pytest.raises(DatabaseError, match="locked"):
            async with database.transaction() as ours:
                await run(ours, "INSERT INTO kept VALUES (2)")
    async with database.transaction() as ours:
        await run(ours, "INSERT INTO kept VALUES (3)")
    async with database.read() as reading:
        assert await run(reading, "SELECT n FROM kept") == [1, 3]
    await other.close()
