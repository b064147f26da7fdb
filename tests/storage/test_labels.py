"""Labels as they are found again: those in use in some inboxes, by any part of them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from storage import conversations, inboxes, labels, workspaces
from storage.database import Database, connect
from storage.migrations import migrate
from storage.models import Contact, Conversation, ConversationLabel

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Three conversations in each of two inboxes, and one in a workspace of others."""
    database = connect(database_url)
    await migrate(database)
    async with database.write() as session:
        for team in ("T1", "T2"):
            await workspaces.ensure(session, team_id=team, name=team, url="https://t.test/", bot_user_id="B", now=NOON)
        for number, workspace_id in ((1, 1), (2, 1), (3, 2)):
            await inboxes.ensure(
                session, workspace_id=workspace_id, number=f"+{number}", label="", channel_id=f"C{number}", now=NOON
            )
        for id_, inbox_id in ((1, 1), (2, 1), (3, 1), (4, 2), (5, 2), (6, 2), (7, 3)):
            workspace_id = 2 if inbox_id == 3 else 1
            session.add(Contact(id=id_, workspace_id=workspace_id, address=f"+1{id_}", label="", created_at=NOON))
            await session.flush()
            session.add(
                Conversation(
                    id=id_,
                    workspace_id=workspace_id,
                    inbox_id=inbox_id,
                    contact_id=id_,
                    last_activity_at=NOON,
                    created_at=NOON,
                )
            )
    yield database
    await database.close()


async def put(database: Database, conversation_id: int, *names: str, workspace_id: int = 1) -> None:
    async with database.write() as session:
        conversation = await conversations.lock(session, workspace_id, conversation_id)
        await labels.keep(session, conversation, names)


async def known(database: Database, *inbox_ids: int, matching: str = "", limit: int = 10) -> list[str]:
    async with database.read() as session:
        return await labels.known(session, 1, inbox_ids, matching=matching, limit=limit)


async def test_labels_in_use_are_found_by_any_part_of_them(database: Database) -> None:
    """Each once, in any case and script, only in the inboxes that are asked about."""
    await put(database, 1, "billing", "Überweisung")
    await put(database, 2, "billing", "refund")
    await put(database, 4, "billing", "secret")
    await put(database, 7, "theirs", workspace_id=2)
    assert set(await known(database, 1)) == {"billing", "refund", "Überweisung"}
    assert set(await known(database, 1, 2)) == {"billing", "refund", "secret", "Überweisung"}
    assert await known(database, 1, matching="LLI") == ["billing"]
    assert await known(database, 1, matching="über") == ["Überweisung"]
    assert await known(database, 1, matching="secret") == []
    assert len(await known(database, 1, limit=2)) == 2
    assert await known(database) == []


async def test_what_is_taken_away_everywhere_is_known_no_more(database: Database) -> None:
    """A conversation carries exactly what it was given last."""
    await put(database, 1, "billing", "refund")
    await put(database, 1, "refund", "vip")
    assert set(await known(database, 1)) == {"refund", "vip"}
    async with database.read() as session:
        assert await labels.list_(session, 1, [1, 2]) == {1: ["refund", "vip"]}
        assert await labels.list_(session, 2, [1]) == {}
    await put(database, 1)
    assert await known(database, 1) == []


async def test_very_many_labels_are_all_found(database: Database) -> None:
    """In their order, though every conversation carries each of them."""
    async with database.write() as session:
        session.add_all(
            ConversationLabel(conversation_id=id_, name=name, workspace_id=1, inbox_id=1)
            for id_ in (1, 2, 3)
            for name in [f"{number:03}" for number in range(200)]
        )
    assert await known(database, 1, limit=1_000) == [f"{number:03}" for number in range(200)]
