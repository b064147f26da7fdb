"""The migrations and the models are one schema."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlmodel import SQLModel

from storage.database import connect
from storage.migrations import migrate


def _differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), SQLModel.metadata))


async def test_the_migrations_make_what_the_models_say(database_url: str) -> None:
    """After the last migration nothing differs from the models; migrating again changes nothing."""
    database = connect(database_url)
    await migrate(database)
    await migrate(database)
    async with database.reader.connect() as connection:
        assert await connection.run_sync(_differences) == []
    await database.close()


async def test_foreign_keys_hold_after_migrating(tmp_path: object) -> None:
    """SQLite lets them rest during a migration; afterwards a row that points nowhere is refused."""
    database = connect(f"sqlite:///{tmp_path}/keys.db")
    await migrate(database)
    async with database.writer.connect() as connection:
        assert (await connection.exec_driver_sql("PRAGMA foreign_keys")).scalar() == 1
    await database.close()
