"""Two managers give out conversations of two inboxes in the same moment: nobody is given more than they take."""

import asyncio

import pytest

from playground.playground import Playground
from playground.seed import CHANNEL, MANAGER, NUMBER
from storage import reps
from tests.conftest import Eventually, Start
from tests.journeys.scene import direct
from tests.journeys.screen import BEN, CHLOE, modal

SALES, OTHER_NUMBER = "C0SALES", "+15550100001"

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


async def test_of_two_inboxes_at_once(play: Playground, start: Start, eventually: Eventually) -> None:
    """Ben takes three, and each of two managers has three for him."""
    play.add_channel(SALES, "sales", members=[BEN, CHLOE])
    play.add_number(OTHER_NUMBER)
    async with start(inboxes={NUMBER: CHANNEL, OTHER_NUMBER: SALES}, managers=(MANAGER, CHLOE)) as world:
        async with world.bridge.database.write() as session:
            await reps.keep(session, world.bridge.workspace.id, BEN, capacity=3)
        for number, phones in ((NUMBER, range(3)), (OTHER_NUMBER, range(3, 6))):
            for phone in phones:
                await play.text(f"+1415555{phone:04}", number, "Hello")
        await eventually(lambda: len(play.world.channels[SALES].posts) == 3 and len(world.roots()) == 3)
        for user, channel in ((MANAGER, CHANNEL), (CHLOE, SALES)):
            shown = await play.command(user, channel, "/unassigned")
            assert shown is not None
            await play.press(user, channel, shown.ts, "distribute")
            await play.choose(user, None, modal(world, user).id, "distribute_among", [BEN])
        said = await asyncio.gather(*[play.submit(user, modal(world, user).id, {}) for user in (MANAGER, CHLOE)])
        assert sum("nobody to give any to" in str(one) for one in said) == 1
        await eventually(lambda: [*direct(world, MANAGER), *direct(world, CHLOE)])
        await play.quiet()
        assert [*direct(world, MANAGER), *direct(world, CHLOE)] == [f"Gave out 3 conversations:\n• <@{BEN}>: 3"]
