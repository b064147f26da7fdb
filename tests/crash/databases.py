"""Empty databases for the stages, beside the one that is there: files, or databases of the same server."""

import asyncpg
from sqlalchemy import make_url


async def another(database_url: str, name: str) -> str:
    """The address of one more database; on a server it is made."""
    if not database_url.startswith("postgresql"):
        return f"{database_url}.{name}"
    address = make_url(database_url)
    created = f"{address.database}_{name}"
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(f"CREATE DATABASE {created}")
    finally:
        await connection.close()
    return address.set(database=created).render_as_string(hide_password=False)
