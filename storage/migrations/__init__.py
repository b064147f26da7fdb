"""Brings a database to the newest schema with Alembic. `serve` calls it first, under a lock."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database

_LOCK = 7_468_726_561_640  # any constant: the advisory lock that all replicas ask PostgreSQL for


async def migrate(database: Database) -> None:
    """Upgrade to the newest schema; of several replicas that start at once, one does it and the others wait.

    SQLite changes a table by building a new one in its place, which rows that point to it would forbid; so there the
    foreign keys rest meanwhile and are checked at the end. Raises DatabaseError, or ValueError when that check fails.
    """
    async with database.writer.connect() as connection:
        if database.dialect == "postgresql":
            async with connection.begin():
                await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
                await connection.run_sync(_upgrade)
            return
        await _foreign_keys(connection, on=False)
        async with connection.begin():
            await connection.run_sync(_upgrade)
            broken = (await connection.exec_driver_sql("PRAGMA foreign_key_check")).all()
            if broken:
                raise ValueError(f"the migration leaves {len(broken)} rows that point nowhere")
        await _foreign_keys(connection, on=True)


async def _foreign_keys(connection: AsyncConnection, *, on: bool) -> None:
    driver = (await connection.get_raw_connection()).driver_connection
    if driver is not None:
        await driver.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")


def configured(connection: Connection) -> Config:
    """Alembic's configuration, to run on this connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    command.upgrade(configured(connection), "head")
