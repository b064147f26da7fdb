"""What was last said about each inbox's backlog."""

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import BacklogAlert


async def lock(session: AsyncSession, inbox_id: int) -> BacklogAlert:
    """The last word about an inbox's backlog, locked: of several replicas one speaks."""
    return await session.get_one(BacklogAlert, inbox_id, with_for_update=True, populate_existing=True)
