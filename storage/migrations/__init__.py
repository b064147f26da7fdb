"""Brings a database to the newest schema with Alembic. `serve` calls it first, under a lock."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from storage.database import Database

_LOCK = 7_468_726_561_640  # any constant: the advisory lock that all replicas ask PostgreSQL for


async def migrate(database: Database) -> None:
    """Upgrade to the newest schema; of several replicas that start at once, one does it and the others wait."""
    async with database.writer.begin() as connection:
        if database.dialect == "postgresql":
            await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
