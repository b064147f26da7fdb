"""Labels: the words that a team has put on its conversations, spelled as they were first written."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, delete
from sqlalchemy import select as core_select
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Conversation, ConversationLabel, Inbox
from storage.upsert import insert_new
from storage.written import written

MOST_NAMES = 1_000  # a team that has more different ones does not find them by searching either
_NAME = col(ConversationLabel.name)


async def list_(session: AsyncSession, workspace_id: int, conversation_ids: Iterable[int]) -> dict[int, list[str]]:
    """The labels of conversations by name; those without one are left out."""
    rows = (
        select(ConversationLabel.conversation_id, ConversationLabel.name)
        .where(
            col(ConversationLabel.workspace_id) == workspace_id,
            col(ConversationLabel.conversation_id).in_(list(conversation_ids)),
        )
        .order_by(_NAME)
    )
    found: dict[int, list[str]] = {}
    for conversation_id, name in (await session.exec(rows)).all():
        found.setdefault(conversation_id, []).append(name)
    return found


async def keep(session: AsyncSession, conversation: Conversation, names: Iterable[str]) -> None:
    """Have a locked conversation carry exactly these."""
    told = set(names)
    await session.exec(
        delete(ConversationLabel).where(
            col(ConversationLabel.workspace_id) == conversation.workspace_id,
            col(ConversationLabel.conversation_id) == conversation.id,
            _NAME.not_in(told),
        )
    )
    for name in sorted(told):
        await insert_new(
            session,
            ConversationLabel,
            workspace_id=conversation.workspace_id,
            inbox_id=conversation.inbox_id,
            conversation_id=conversation.id,
            name=name,
        )


async def known(
    session: AsyncSession, workspace_id: int, inbox_ids: Sequence[int], *, matching: str = "", limit: int
) -> list[str]:
    """The labels in use in some inboxes, by name, those that contain `matching` (any case).

    The index is entered anew for each name of an inbox: however many conversations carry it, one is looked at.
    """
    if not inbox_ids:
        return []
    in_use = {"workspace": workspace_id, "inboxes": list(inbox_ids)}
    names = (await (await session.connection()).execute(_IN_USE, in_use)).scalars().all()
    sought = matching.casefold()
    return [name for name in names if sought in name.casefold()][:limit]


def _names_in_use() -> Any:
    of_inbox = core_select(_NAME).where(col(ConversationLabel.workspace_id) == bindparam("workspace"))
    of_inbox = of_inbox.order_by(_NAME).limit(written(1))
    first = of_inbox.where(col(ConversationLabel.inbox_id) == col(Inbox.id)).correlate(Inbox).scalar_subquery()
    names = (
        core_select(col(Inbox.id).label("inbox_id"), first.label("name"))
        .where(col(Inbox.id).in_(bindparam("inboxes", expanding=True)))
        .cte("names", recursive=True)
    )
    following = (
        of_inbox.where(col(ConversationLabel.inbox_id) == names.c.inbox_id, names.c.name < _NAME)
        .correlate(names)
        .scalar_subquery()
    )
    names = names.union_all(core_select(names.c.inbox_id, following).where(names.c.name.is_not(None)))
    return (
        core_select(names.c.name).distinct().where(names.c.name.is_not(None)).order_by(names.c.name).limit(MOST_NAMES)
    )


_IN_USE = _names_in_use()
