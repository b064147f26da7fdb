"""Two changes at the same moment concern the same two Homes: neither waits for the other for ever."""

import asyncio
from datetime import timedelta

import pytest

from desk import home, snooze
from playground.seed import CHANNEL
from storage import homes
from storage.states import Status
from tests.conftest import Eventually, World
from tests.journeys.scene import opened, whispers
from tests.journeys.screen import ALICE, ANA, BEN, BOB, CHLOE, MARA
from tests.journeys.team import change, owner

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


async def test_two_swap_what_they_own(world: World, eventually: Eventually) -> None:
    """Each conversation goes to the other's owner, again and again, and no press is refused."""
    one, other = [await opened(world, phone) for phone in (ALICE, BOB)]
    for user in (ANA, BEN):
        await world.play.open_home(user)
    turns = [(ANA, BEN), (BEN, ANA)] * 10
    for first, second in turns:
        await asyncio.gather(
            world.play.choose(CHLOE, CHANNEL, one.ts, "assign", first),
            world.play.choose(MARA, CHANNEL, other.ts, "assign", second),
        )
    assert [*whispers(world, CHLOE), *whispers(world, MARA)] == []
    await eventually(lambda: [owner(one), owner(other)] == ["Ben", "Ana"])


async def test_what_wakes_up_while_all_homes_are_looked_at(world: World) -> None:
    """Ben's snooze is over before Ana's, and a look at all Homes comes to Ana's first."""
    cards = [await opened(world, phone) for phone in (ALICE, BOB)]
    for user in (ANA, BEN):
        await world.play.open_home(user)
    database, workspace_id, now = world.bridge.database, world.bridge.workspace.id, world.clock.now()

    async def wake() -> None:
        async with database.write() as session:
            await snooze.wake_due(session, workspace_id, now)

    async def look() -> None:
        async with database.write() as session:
            await home.look_around(session, workspace_id, now)

    for _ in range(10):
        for card, user, seconds in zip(cards, (BEN, ANA), (2, 1), strict=True):
            until = now - timedelta(seconds=seconds)
            await change(world, card, assignee_id=user, status=Status.SNOOZED, snoozed_until=until, face="")
        async with database.write() as session:
            for user in (ANA, BEN):
                page = await homes.find(session, workspace_id, user)
                assert page is not None
                page.shown = ""
        await asyncio.gather(wake(), look())
