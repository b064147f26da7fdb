"""`python -m storage.migrations "what changes"`: write the migration from the present schema to the models'."""

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from sqlalchemy import Connection

from storage.database import connect
from storage.migrations import configured, migrate


async def _write(message: str) -> None:
    with TemporaryDirectory() as folder:
        database = connect(f"sqlite:///{Path(folder) / 'present.db'}")
        await migrate(database)
        async with database.writer.begin() as connection:
            await connection.run_sync(_revision, message)
        await database.close()


def _revision(connection: Connection, message: str) -> None:
    number = f"{len(list((Path(__file__).parent / 'versions').glob('[0-9]*.py'))) + 1:04}"
    command.revision(configured(connection), message=message, autogenerate=True, rev_id=number)


if __name__ == "__main__":
    asyncio.run(_write(" ".join(sys.argv[1:]) or "a change"))
