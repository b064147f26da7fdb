"""Several replicas are at the same work: each conversation is moved once, and each departure is seen once."""

import asyncio

import pytest

from desk import leaving, transfers
from desk.access import Actor
from desk.alarms import Told
from playground.seed import CHANNEL
from storage import people
from storage import transfers as rows
from tests.conftest import Eventually, World
from tests.journeys.scene import direct, lines, opened
from tests.journeys.screen import ALICE, ANA, BEN, BOB, MARA
from tests.journeys.team import change, owner

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
NOBODY = Told(people=(), groups=())


async def test_two_replicas_at_one_transfer_take_turns(world: World, eventually: Eventually) -> None:
    """While one moves a conversation the other finds nothing to do; there is one line and one receipt."""
    cards = [await opened(world, phone) for phone in (ALICE, BOB)]
    ids = [(await change(world, card, assignee_id=ANA, unassigned_since=None)).id for card in cards]
    database, workspace_id, now = world.bridge.database, world.bridge.workspace.id, world.clock.now()
    async with database.transaction() as session:
        actor = Actor(workspace_id=workspace_id, user_id=ANA)
        transfer = await transfers.begin(
            session,
            workspace_id,
            what=transfers.HANDOFF,
            actor=actor,
            owner=ANA,
            items=[(conversation_id, BEN) for conversation_id in ids],
            now=now,
        )
    async with database.transaction() as one, database.transaction() as other:
        assert await transfers.move_next(one, workspace_id, transfer.id, NOBODY, now=now) is not None
        assert await transfers.move_next(other, workspace_id, transfer.id, NOBODY, now=now) is None

    async def work() -> None:
        for _ in range(5):
            async with database.write() as session:
                await transfers.move_next(session, workspace_id, transfer.id, NOBODY, now=now)

    await asyncio.gather(work(), work(), work())
    await eventually(lambda: [owner(card) for card in cards] == ["Ben", "Ben"])
    await eventually(lambda: direct(world, ANA) == [f"Handed off 2 conversations to <@{BEN}>."])
    await world.play.quiet()
    assert [lines(world, card) for card in cards] == [[f"<@{ANA}> handed this off to <@{BEN}>."]] * 2


async def test_two_replicas_that_see_somebody_gone_take_it_once(world: World, eventually: Eventually) -> None:
    """Both begin in the same moment: there is one departure, and managers hear once."""
    card = await opened(world)
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    await eventually(lambda: owner(card) == "Ana")
    database, workspace_id, now = world.bridge.database, world.bridge.workspace.id, world.clock.now()
    async with database.transaction() as session:
        await people.leave(session, workspace_id, CHANNEL, ANA)

    async def begin() -> None:
        async with database.transaction() as session:
            await leaving.begin(session, workspace_id, now=now)

    async with database.transaction() as session:
        await leaving.begin(session, workspace_id, now=now)
        other = asyncio.create_task(begin())
        await asyncio.sleep(0.3)
    await other
    async with database.read() as session:
        assert len(await rows.list_unfinished(session, workspace_id)) == 1
    await world.bridge.moving.keep_up()
    await eventually(lambda: owner(card) == "")
    await eventually(lambda: len(direct(world, MARA)) == 1)
