"""The database cannot store: the sender hears a 5xx in time, nothing is lost, and it goes on by itself."""

import pytest

from playground.seed import NUMBER
from storage import database
from storage.database import DatabaseError, connect
from tests.conftest import Eventually, World
from tests.journeys.scene import opened, quoted, received, reply, stuck
from tests.journeys.screen import ALICE, BOB


async def answered(world: World, phone: str, body: str) -> int:
    """A customer's text, and the status that our webhook answered Twilio in the end."""
    text = await world.play.text(phone, NUMBER, body)
    return (text.answer.status if text.answer else None) or 0


async def test_a_text_that_cannot_be_stored_in_time_is_refused_and_comes_again(
    world: World, database_url: str, eventually: Eventually
) -> None:
    """The database hangs: Twilio gets a 503 instead of waiting, and its texts are there once it is over."""
    await opened(world)
    async with stuck(database_url):
        assert await answered(world, BOB, "Anybody there?") == 503
        assert await answered(world, ALICE, "And me?") == 503
    await eventually(lambda: [quoted(card) for card in world.roots()][1:] == [["Anybody there?"]])
    await eventually(lambda: [quoted(post) for post in world.thread(world.roots()[0].ts)] == [["And me?"]])


async def test_a_reply_that_cannot_be_stored_in_time_comes_again(
    world: World, database_url: str, eventually: Eventually
) -> None:
    """The database hangs while a rep writes: Slack tells us again, and the text leaves once."""
    card = await opened(world)
    async with stuck(database_url):
        await reply(world, card, "Yes")
    await eventually(lambda: received(world) == ["Yes"])
    await world.play.quiet()
    assert received(world) == ["Yes"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_replica_that_stands_still_in_a_transaction_keeps_nobody_waiting(
    world: World, database_url: str, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It froze with the conversation locked, between the two words by which a statement is prepared and executed."""
    monkeypatch.setattr(database, "_FROZEN_SECONDS", 1)
    card = await opened(world)
    await world.play.quiet()
    frozen = connect(database_url)
    try:
        async with frozen.transaction() as session:
            connection = await session.connection()
            await connection.exec_driver_sql("SELECT id FROM conversation FOR UPDATE")
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            await driver.prepare("SELECT 1")
            await world.play.text(ALICE, NUMBER, "And me?")
            await eventually(lambda: [quoted(post) for post in world.thread(card.ts)] == [["And me?"]])
    except DatabaseError:  # its transaction was ended
        pass
    finally:
        await frozen.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_full_disk_refuses_and_recovers_when_there_is_room(world: World, eventually: Eventually) -> None:
    """SQLite can take no further page: texts are refused, not lost, and shown once there is room again."""
    await opened(world)
    pages = await _limit(world, 0)
    await _limit(world, pages)
    long = "x" * 1500
    statuses = [await answered(world, BOB, f"{number} {long}") for number in range(8)]
    assert statuses[-1] == 503
    await _limit(world, 1_000_000)
    wanted = [f"{number} {long}" for number in range(8)]

    def shown() -> list[str]:
        cards = world.roots()
        posts = [cards[1], *world.thread(cards[1].ts)] if len(cards) > 1 else []
        return [text for post in posts for text in quoted(post)]

    await eventually(lambda: sorted(shown()) == wanted)


async def _limit(world: World, pages: int) -> int:
    """Let the database file have no more pages than this, or say how many it has (0)."""
    async with world.bridge.database.transaction() as session:
        connection = await session.connection()
        if pages:
            await connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        return int((await connection.exec_driver_sql("PRAGMA page_count")).scalar_one())
