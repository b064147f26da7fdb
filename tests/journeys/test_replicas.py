"""Two bridges on one PostgreSQL: they share the work, and nobody notices."""

import asyncio

import pytest
from sqlalchemy import text as sql

from bot.app import Bridge
from playground.seed import NUMBER
from sms.webhooks import INBOUND, stream
from storage.database import connect
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import opened, quoted
from tests.journeys.screen import words

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


async def _take(bridge: Bridge, number: int, body: str) -> None:
    form = {"MessageSid": f"SM{number:03}{body}", "From": f"+1415555{number:04}", "To": NUMBER, "Body": body}
    await bridge.intake.take(INBOUND, form["MessageSid"], form, stream(form))


async def test_texts_of_the_same_people_in_any_order_wait_for_nobody(start: Start, eventually: Eventually) -> None:
    """Both take in texts of the same people, each in another order: nothing is put off, and nothing is lost."""
    async with start() as one, start() as two:
        people = range(1000, 1008)
        await asyncio.gather(*(_take(one.bridge, number, "first") for number in people))
        await asyncio.gather(
            *(_take(one.bridge, number, "there") for number in people),
            *(_take(two.bridge, number, "again") for number in reversed(people)),
        )

        def shown() -> bool:
            everything = " ".join(words(post.blocks) for post in one.posts)
            return all(everything.count(body) == len(people) for body in ("there", "again"))

        await eventually(shown)
        async with one.bridge.database.read() as session:
            tried = (await (await session.connection()).execute(sql("SELECT max(attempts) FROM raw_request"))).scalar()
        assert tried == 1


async def test_texts_that_two_replicas_take_while_a_third_is_in_their_way_stay_in_order(
    start: Start, eventually: Eventually
) -> None:
    """The first is put off because the conversation is locked for too long; the second, at the other one, is not."""
    async with start() as one, start() as two:
        await _take(one.bridge, 1000, "hello")
        await eventually(lambda: len(one.roots()) == 1)
        await one.play.quiet()
        async with two.bridge.database.transaction() as session:
            await (await session.connection()).exec_driver_sql("SELECT id FROM conversation FOR UPDATE")
            first = asyncio.create_task(_take(one.bridge, 1000, "first"))
            await asyncio.sleep(0.35)
            second = asyncio.create_task(_take(two.bridge, 1000, "second"))
            await first
        await second

        def shown() -> list[str]:
            return [body for post in one.thread(one.roots()[0].ts) for body in quoted(post)]

        await eventually(lambda: len(shown()) == 2)
        assert shown() == ["first", "second"]


async def test_a_replica_that_froze_in_a_transaction_lets_go(world: World, database_url: str) -> None:
    """PostgreSQL ends the transaction of a process that stopped in the middle of it, so that the others go on."""
    await opened(world)
    frozen = connect(database_url)
    async with frozen.read() as session:
        rows = await (await session.connection()).execute(sql("SHOW idle_in_transaction_session_timeout"))
        assert rows.scalar() == "5s"
    await frozen.close()
