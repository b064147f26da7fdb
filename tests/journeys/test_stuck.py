"""What is stuck is also told when it was never tried: what came while the bridge was away is looked for first."""

import pytest

from playground.playground import Playground
from playground.seed import CHANNEL, NUMBER
from playground.world import BOT_USER
from tests.conftest import Eventually, Start
from tests.journeys.backlog import OFTEN, raised
from tests.journeys.scene import at_work, configure, direct, looked, opened, quoted
from tests.journeys.screen import ALICE, MARA

pytestmark = pytest.mark.usefixtures("soon", "hurried", "watchful")


async def test_a_channel_that_the_bot_left_while_it_was_away_is_told(
    start: Start, play: Playground, eventually: Eventually
) -> None:
    """A text came meanwhile: managers hear of it once, and once that it is over."""
    async with start() as world:
        card = await opened(world)
    await play.leave(BOT_USER, CHANNEL)
    await play.text(ALICE, NUMBER, "Anybody?")
    play.world.ahead += 1800
    async with start() as world:
        [said] = await eventually(lambda: direct(world))
        assert said.startswith("❗ Something is stuck. *1 post waits for <#C0CUSTOMERS>*, the oldest")
        assert said.endswith("The bot is not in <#C0CUSTOMERS>: /invite it there.")
        await looked(world)
        assert len(direct(world)) == 1
        await play.join(BOT_USER, CHANNEL)
        over = (await play.until(lambda: direct(world)[1:], timeout=30))[0]
        assert over.startswith("Posts go into <#C0CUSTOMERS> again; they were stuck since <!date^")
        assert [quoted(post) for post in world.thread(card.ts)] == [["Anybody?"]]


async def test_an_escalation_that_its_channel_does_not_take_is_told(
    start: Start, play: Playground, eventually: Eventually
) -> None:
    """Managers hear which channel it is, and when it is over."""
    play.add_channel("C0LEADS", "leads", members=[MARA])
    await play.leave(BOT_USER, "C0LEADS")
    async with start(**OFTEN) as world:
        at_work(world)
        await configure(world, escalate_to="C0LEADS")
        await raised(world, eventually)
        world.clock.move(minutes=31)
        said = (await play.until(lambda: direct(world), timeout=30))[0]
        assert said.startswith("❗ Something is stuck. *1 post waits for <#C0LEADS>*, the oldest")
        assert said.endswith("The bot is not in <#C0LEADS>: /invite it there.")
        await play.join(BOT_USER, "C0LEADS")
        over = (await play.until(lambda: direct(world)[1:], timeout=30))[0]
        assert over.startswith("Posts go into <#C0LEADS> again; they were stuck since <!date^")
