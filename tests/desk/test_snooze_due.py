"""What is due at once, and what somebody works on at that moment."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from desk import snooze
from storage import conversations, inboxes, workspaces
from storage.database import Database, connect
from storage.migrations import migrate
from storage.models import Contact, Conversation, Delivery, Membership, Person
from storage.states import Kind, Status

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANA = "U0ANA"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Ana's inbox, with nothing in it."""
    database = connect(database_url)
    await migrate(database)
    async with database.write() as session:
        await workspaces.ensure(session, team_id="T1", name="Team", url="https://t.test/", bot_user_id="UB", now=NOON)
        await inboxes.ensure(session, workspace_id=1, number="+1", label="", channel_id="C1", now=NOON)
        session.add(Person(workspace_id=1, user_id=ANA, name="Ana", sought="ana"))
        session.add(Membership(workspace_id=1, channel_id="C1", user_id=ANA))
    yield database
    await database.close()


async def add(database: Database, id_: int, until: datetime | None) -> None:
    """A conversation of Ana's that she has snoozed."""
    async with database.write() as session:
        session.add(Contact(id=id_, workspace_id=1, address=f"+1{id_}", label="", created_at=NOON))
        await session.flush()
        session.add(
            Conversation(
                id=id_,
                workspace_id=1,
                inbox_id=1,
                contact_id=id_,
                assignee_id=ANA,
                status=Status.SNOOZED,
                snoozed_until=until,
                last_activity_at=NOON,
                created_at=NOON,
            )
        )


async def round_(database: Database, now: datetime) -> list[int]:
    """Who is awake after one more round, by id."""
    async with database.write() as session:
        await snooze.wake_due(session, 1, now)
    async with database.read() as session:
        rows = select(Conversation.id).where(col(Conversation.status) == Status.OPEN).order_by(col(Conversation.id))
        return list((await session.exec(rows)).all())


async def test_many_at_once_awake_in_turns(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that were to first come first, none is left or told twice, and what has no time sleeps on."""
    monkeypatch.setattr(snooze, "MOST_AT_ONCE", 2)
    for id_, minutes in ((1, 3), (2, 1), (3, 2), (4, 60)):
        await add(database, id_, NOON + timedelta(minutes=minutes))
    await add(database, 5, None)
    now = NOON + timedelta(minutes=5)
    assert await round_(database, NOON) == []
    assert await round_(database, now) == [2, 3]
    assert await round_(database, now) == [1, 2, 3]
    assert await round_(database, now) == [1, 2, 3]
    async with database.read() as session:
        told = (await session.exec(select(Delivery.conversation_id).where(col(Delivery.kind) == Kind.LINE))).all()
    assert sorted(told) == [1, 2, 3]  # type: ignore[type-var]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_what_somebody_works_on_keeps_nobody_waiting(database: Database) -> None:
    """The others awake, and it does with the next round, unless what was done there has ended its snooze."""
    for id_ in (1, 2):
        await add(database, id_, NOON)
    async with database.write() as session:
        await conversations.lock(session, 1, 1)
        assert await round_(database, NOON) == [2]
    assert await round_(database, NOON) == [1, 2]
