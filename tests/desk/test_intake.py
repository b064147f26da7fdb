"""A use case that fails, however it fails, loses nothing and harms no neighbour."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import nullcontext
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import select

from desk.clock import SystemClock
from desk.intake import Intake, Receipt
from storage import raw_requests
from storage.database import Database, Session, connect
from storage.migrations import migrate
from storage.models import History, RawRequest


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = connect(database_url)
    await migrate(database)
    yield database
    await database.close()


async def points_nowhere(session: Session, body: dict[str, Any], now: datetime) -> None:
    """What it writes, the database refuses."""
    session.add(History(workspace_id=99, conversation_id=99, what="x", created_at=now))


async def raises(session: Session, body: dict[str, Any], now: datetime) -> None:
    raise ValueError("no such luck")


async def works(session: Session, body: dict[str, Any], now: datetime) -> None:
    await session.connection()


@pytest.mark.parametrize("bad", [points_nowhere, raises])
async def test_what_fails_is_kept_and_its_neighbours_are_used(database: Database, bad: Any) -> None:
    """Three come together, one of which fails: it is stored to be tried again, and the others are done."""
    intake = Intake(database, SystemClock(), {"bad": bad, "good": works})
    came = (("good", "1"), ("bad", "2"), ("good", "3"))
    await asyncio.gather(*(intake.take(source, key, {}) for source, key in came))
    await intake.finish()
    async with database.read() as session:
        rows = (await session.exec(select(RawRequest).order_by("key"))).all()
    assert [(row.key, row.attempts, row.processed_at is not None) for row in rows] == [
        ("1", 1, True),
        ("2", 1, False),
        ("3", 1, True),
    ]
    await intake.stop()


async def test_one_that_comes_alone_is_used_at_once(database: Database) -> None:
    """What became of it is known when it is answered."""
    intake = Intake(database, SystemClock(), {"bad": raises, "good": works})
    assert await intake.take("good", "1", {}) is Receipt.PROCESSED
    assert await intake.take("bad", "2", {}) is Receipt.KEPT
    await intake.stop()


async def test_texts_of_one_contact_wait_for_the_one_before(database: Database) -> None:
    """The first fails for a while: what came after it in its stream is used after it, and another stream's at once."""
    used: list[str] = []
    fails = True

    async def text(session: Session, body: dict[str, Any], now: datetime) -> None:
        if fails and body["text"] == "a1":
            raise ValueError("not yet")
        used.append(body["text"])

    intake = Intake(database, SystemClock(), {"text": text})
    for name in ("a1", "a2", "b1", "a3"):
        await intake.take("text", name, {"text": name}, stream=name[0])
    assert used == ["b1"]
    fails = False
    while len(used) < 4:
        await asyncio.sleep(0.1)
        intake.wake()
        await intake.finish()
    assert used == ["b1", "a1", "a2", "a3"]
    await intake.stop()


async def test_many_at_once_are_stored_and_then_used_in_order(database: Database) -> None:
    """More come together than are used at once: each is answered when it is stored, and none is left behind."""
    used: list[int] = []

    async def text(session: Session, body: dict[str, Any], now: datetime) -> None:
        used.append(body["number"])

    intake = Intake(database, SystemClock(), {"text": text})
    receipts = await asyncio.gather(
        *(intake.take("text", str(number), {"number": number}, stream="one") for number in range(60))
    )
    assert Receipt.WAITING in receipts
    await intake.finish()
    assert used == list(range(60))
    await intake.stop()


async def test_a_repeat_is_answered_like_the_first(database: Database) -> None:
    """A webhook that is replayed, together with the first or later, is used once."""
    used: list[str] = []

    async def text(session: Session, body: dict[str, Any], now: datetime) -> None:
        used.append("text")

    intake = Intake(database, SystemClock(), {"text": text})
    for _ in range(3):
        await asyncio.gather(*(intake.take("text", "same", {}) for _ in range(40)))
    await intake.finish()
    assert used == ["text"]
    await intake.stop()


async def test_use_cases_have_their_turn_while_more_keeps_coming(database: Database) -> None:
    """So much comes at every moment that none is used as it comes; what came early is used soon all the same."""
    used: list[int] = []

    async def text(session: Session, body: dict[str, Any], now: datetime) -> None:
        used.append(body["number"])

    intake = Intake(database, SystemClock(), {"text": text})

    async def texting(place: int) -> None:
        for number in range(place, 10_000, 12):
            await intake.take("text", str(number), {"number": number}, stream=str(number))
            if len(used) >= 40:
                return

    async with asyncio.timeout(20):
        await asyncio.gather(*(texting(place) for place in range(12)))
    assert set(range(12)) <= set(used)
    await intake.stop()


async def test_one_that_comes_alone_waits_for_no_other_replica(database: Database, database_url: str) -> None:
    """Another replica stands still while it uses several: what comes alone here does not need its turn."""
    other, used = connect(database_url), []

    async def text(session: Session, body: dict[str, Any], now: datetime) -> None:
        used.append(body["name"])

    intake = Intake(database, SystemClock(), {"text": text})
    async with other.transaction() if database.dialect == "postgresql" else nullcontext() as session:
        assert session is None or await raw_requests.is_our_turn(session)
        await asyncio.gather(*(intake.take("text", name, {"name": name}, stream=name) for name in "abcdefgh"))
        await asyncio.sleep(0.1)
        assert await intake.take("text", "alone", {"name": "alone"}, stream="alone") is Receipt.PROCESSED
    await intake.finish()
    assert sorted(used) == [*"a", "alone", *"bcdefgh"]
    await intake.stop()
    await other.close()


async def test_one_contact_who_never_stops_keeps_nobody_else_waiting(database: Database) -> None:
    """Many texts of one contact wait, and one of another that came after them all: it is used in the next turn."""
    used: list[str] = []

    async def text(session: Session, body: dict[str, Any], now: datetime) -> None:
        used.append(body["text"])

    intake = Intake(database, SystemClock(), {"text": text})
    names = [*(f"a{number:03}" for number in range(300)), "b"]
    await asyncio.gather(*(intake.take("text", name, {"text": name}, stream=name[0]) for name in names))
    await intake.finish()
    assert used.index("b") < 45  # a turn uses 20
    assert [name for name in used if name != "b"] == names[:-1]
    await intake.stop()
