"""Two changes at the same moment concern the same two Homes: neither waits for the other for ever."""

import asyncio
from datetime import timedelta

import pytest

from desk import home, lifecycle, snooze
from desk.access import Actor
from playground.playground import Playground
from playground.seed import CHANNEL, NUMBER
from storage import homes
from storage.states import Status
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import opened, whispers
from tests.journeys.screen import ALICE, ANA, BEN, BOB, CHLOE, MARA
from tests.journeys.team import change, owner

SALES, OTHER_NUMBER = "C0SALES", "+15550100001"

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
        await forget_shown(world)
        await asyncio.gather(wake(), look())


async def test_a_name_is_given_while_all_homes_are_looked_at(
    play: Playground, start: Start, eventually: Eventually
) -> None:
    """The contact has texted two inboxes; Ben has the older conversation, and Ana the other."""
    play.add_channel(SALES, "sales", [ANA, BEN, CHLOE])
    play.add_number(OTHER_NUMBER)
    async with start(inboxes={NUMBER: CHANNEL, OTHER_NUMBER: SALES}) as world:
        card = await opened(world)
        await play.text(ALICE, OTHER_NUMBER, "For sales")
        [sold] = await eventually(lambda: play.world.channels[SALES].posts)
        await play.quiet()
        for user in (ANA, BEN):
            await play.open_home(user)
        first = (await change(world, card, assignee_id=BEN, unassigned_since=None)).id
        await change(world, sold, assignee_id=ANA, unassigned_since=None)
        database, workspace_id, now = world.bridge.database, world.bridge.workspace.id, world.clock.now()

        async def name() -> None:
            async with database.write() as session:
                actor = Actor(workspace_id=workspace_id, user_id=CHLOE)
                await lifecycle.rename(session, actor, first, "Alice", now=now)

        async def look() -> None:
            async with database.write() as session:
                await home.look_around(session, workspace_id, now)

        for _ in range(10):
            await forget_shown(world)
            await asyncio.gather(name(), look())


async def forget_shown(world: World) -> None:
    """Have Ana's and Ben's Homes show something else than what is so."""
    async with world.bridge.database.write() as session:
        for user in (ANA, BEN):
            page = await homes.find(session, world.bridge.workspace.id, user)
            assert page is not None
            page.shown = ""
