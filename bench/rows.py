"""Looks at the rows that a bridge has written, beside it."""

import asyncio

from sqlalchemy import text

from storage.database import Database, connect

_PROCESSED = "SELECT count(*) FROM raw_request WHERE source = 'twilio.inbound' AND processed_at IS NOT NULL"
_LEFT = """
SELECT (SELECT count(*) FROM raw_request WHERE source = 'twilio.inbound' AND processed_at IS NULL)
    + (SELECT count(*) FROM delivery WHERE state IN ('waiting', 'sending', 'unknown'))
"""
_POLL_SECONDS = 0.1


async def processed(database_url: str) -> int:
    """How many texts had their use case run."""
    database = connect(database_url)
    try:
        return await _count(database, _PROCESSED)
    finally:
        await database.close()


async def until_done(database_url: str, *, within: float) -> None:
    """Wait until every use case has run and every effect is done; raises TimeoutError after so many seconds."""
    database = connect(database_url)
    try:
        async with asyncio.timeout(within):
            while await _count(database, _LEFT):  # noqa: ASYNC110 - it is another process that works
                await asyncio.sleep(_POLL_SECONDS)
    finally:
        await database.close()


async def _count(database: Database, statement: str) -> int:
    async with database.read() as session:
        return int((await (await session.connection()).execute(text(statement))).scalar_one())
