"""Queues over many conversations in several inboxes: what stands on which page, and how it is counted."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from desk import queues
from desk.access import Actor
from desk.values import Filter, Page, Queue, Row
from storage import inboxes, workspaces
from storage.database import Database, connect
from storage.migrations import migrate
from storage.models import Contact, Conversation, Membership, Person
from storage.queues import COUNTED_TO
from storage.states import Status

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANA, BEN = "U0ANA", "U0BEN"
SIZE = 7
FAR = NOON + timedelta(days=10_000)


@dataclass
class Office:
    """Ana's three inboxes and a fourth that she is not in."""

    database: Database
    conversations: list[Conversation]

    async def add(self, conversations: list[Conversation]) -> None:
        """Write them, each with a contact of its own."""
        async with self.database.write() as session:
            session.add_all(
                Contact(id=one.contact_id, workspace_id=1, address=f"+1{one.id}", label=str(one.id), created_at=NOON)
                for one in conversations
            )
            await session.flush()
            session.add_all(conversations)
        self.conversations += conversations

    async def page(self, queue: Queue, filter_: Filter, number: int = 0, inbox_id: int | None = None) -> Page:
        """One page for Ana."""
        async with self.database.read() as session:
            return await queues.read(
                session,
                Actor(workspace_id=1, user_id=ANA),
                queue,
                filter_,
                channel_id=None,
                inbox_id=inbox_id,
                page=number,
                size=SIZE,
                now=NOON,
            )


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    """An empty office."""
    database = connect(database_url)
    await migrate(database)
    async with database.write() as session:
        await workspaces.ensure(session, team_id="T1", name="Team", url="https://t.test/", bot_user_id="UB", now=NOON)
        for number in range(1, 5):
            await inboxes.ensure(
                session,
                workspace_id=1,
                number=f"+1555010000{number}",
                label=f"Inbox {number}",
                channel_id=f"C{number}",
                now=NOON,
            )
        session.add(Person(workspace_id=1, user_id=ANA, name="Ana", sought="ana"))
        session.add_all(Membership(workspace_id=1, channel_id=f"C{number}", user_id=ANA) for number in range(1, 4))
    yield Office(database, [])
    await database.close()


def conversation(id_: int, **values: Any) -> Conversation:
    """An open conversation without an owner, in the first inbox."""
    given: dict[str, Any] = {"inbox_id": 1, "unassigned_since": NOON, "last_activity_at": NOON, **values}
    return Conversation(id=id_, workspace_id=1, contact_id=id_, created_at=NOON, **given)


def any_conversation(chance: Random, id_: int) -> Conversation:
    """A conversation as it may have become: open, snoozed or closed, owned or not, waiting or answered."""

    def earlier() -> datetime:
        return NOON - timedelta(minutes=chance.randrange(40))

    is_open = chance.random() < 0.7
    owner = chance.choice([None, ANA, BEN])
    is_snoozed = not is_open and owner is not None and chance.random() < 0.4
    waits = (is_open or is_snoozed) and chance.random() < 0.6
    return conversation(
        id_,
        inbox_id=chance.randrange(1, 5),
        status=Status.OPEN if is_open else Status.SNOOZED if is_snoozed else Status.CLOSED,
        assignee_id=owner,
        waiting_since=earlier() if waits else None,
        unread=chance.randrange(3) if waits else 0,
        unassigned_since=earlier() if is_open and owner is None else None,
        closed_at=None if is_open or is_snoozed else earlier(),
        snoozed_until=NOON + (NOON - earlier()) if is_snoozed and chance.random() < 0.8 else None,
        last_activity_at=earlier(),
    )


def as_told(queue: Queue, one: Conversation) -> tuple[object, ...]:
    """What it is sorted by: closed ones by closing time, snoozed ones by their end, open ones by who waits longest."""
    if one.status == Status.SNOOZED:
        return (2, one.snoozed_until or FAR, one.id)
    if one.status == Status.CLOSED:
        return (3, NOON - (one.closed_at or NOON), -one.id)
    first = 0 if queue is Queue.MINE and one.unread else 1
    return (first, one.waiting_since or FAR, one.unassigned_since or FAR, NOON - one.last_activity_at, one.id)


def belongs(queue: Queue, filter_: Filter, one: Conversation) -> bool:
    """Whether Ana is to find it there."""
    is_open = one.status == Status.OPEN
    in_queue = {Queue.MINE: one.assignee_id == ANA, Queue.UNASSIGNED: one.assignee_id is None, Queue.INBOX: True}
    admitted = {
        Filter.ALL: True,
        Filter.UNREAD: is_open and one.unread > 0,
        Filter.OPEN: is_open,
        Filter.SNOOZED: one.status == Status.SNOOZED,
        Filter.CLOSED: one.status == Status.CLOSED,
    }
    return in_queue[queue] and admitted[filter_]


SHOWN = [
    (queue, filter_) for queue in Queue for filter_ in Filter if queue is Queue.MINE or filter_ is not Filter.UNREAD
]


@pytest.mark.parametrize(("queue", "filter_"), SHOWN)
@pytest.mark.parametrize("inbox_id", [None, 2])
async def test_the_pages_of_a_queue_are_its_conversations_in_order(
    office: Office, queue: Queue, filter_: Filter, inbox_id: int | None
) -> None:
    """Page after page shows each conversation of one's own inboxes once, in order, and the count is their number."""
    chance = Random(f"{queue}{filter_}{inbox_id}")
    await office.add([any_conversation(chance, id_) for id_ in range(1, 150)])
    here = {inbox_id} if inbox_id else {1, 2, 3}
    wanted = [one for one in office.conversations if belongs(queue, filter_, one) and one.inbox_id in here]
    wanted.sort(key=lambda one: as_told(queue, one))
    shown: list[Row] = []
    for number in range(-(-len(wanted) // SIZE)):
        page = await office.page(queue, filter_, number, inbox_id)
        assert page.number == number
        assert page.total == len(wanted)
        shown += page.rows
    assert [row.conversation_id for row in shown] == [one.id for one in wanted]


async def test_beyond_a_thousand_a_queue_only_says_that_there_are_more(office: Office) -> None:
    """Its last page is the one that ends with the thousandth."""
    await office.add([conversation(id_, waiting_since=NOON - timedelta(minutes=id_)) for id_ in range(1, COUNTED_TO)])
    assert (await office.page(Queue.UNASSIGNED, Filter.OPEN)).total == COUNTED_TO - 1
    await office.add([conversation(COUNTED_TO + place, inbox_id=2) for place in range(3)])
    page = await office.page(Queue.UNASSIGNED, Filter.OPEN, number=10**6)
    assert page.total > page.counted_to == COUNTED_TO
    assert page.number == (COUNTED_TO - 1) // SIZE
    assert page.rows
