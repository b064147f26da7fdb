"""An alert is said once, whatever becomes of its post, its answer, or the bridge."""

import pytest

from playground.playground import Playground
from playground.seed import CHANNEL, MANAGER, NUMBER
from tests.conftest import Eventually, Start
from tests.journeys.backlog import OFTEN, alerts, below, cards, claim, raised, settled, write
from tests.journeys.scene import at_work
from tests.journeys.screen import ALICE, ANA, arrive, buttons, words


async def test_a_restart_does_not_repeat_it(start: Start, eventually: Eventually) -> None:
    """What was said is stored, and the alert is drawn on."""
    async with start(**OFTEN) as world:
        at_work(world)
        alert = await raised(world, eventually)
    async with start(**OFTEN) as world:
        assert len(await settled(world)) == 1
        await world.play.press(ANA, CHANNEL, alert.ts, "on_it")
        await eventually(lambda: f"<@{ANA}> is on it" in words(alert.blocks))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_bridges_on_one_database_ping_once(start: Start, eventually: Eventually) -> None:
    """Both look; one of them speaks."""
    async with start(**OFTEN) as first, start(**OFTEN) as second:
        at_work(second)
        alert = await raised(second, eventually)
        assert len(await settled(second)) == 1
        for world in (first, second):
            world.clock.move(minutes=61)
        await eventually(lambda: below(second, alert))
        assert len(await settled(second)) == 1
        assert len(below(second, alert)) == 1


async def test_an_alert_whose_answer_was_lost_is_not_repeated(
    play: Playground, start: Start, eventually: Eventually
) -> None:
    """It is found in the channel and adopted, and what was said below it is found there."""
    async with start(**OFTEN) as world:
        at_work(world)
        await arrive(world, eventually, from_=ALICE)
        play.faults.drop("chat.postMessage", after_effect=True)
        world.clock.move(minutes=16)
        [alert] = await eventually(lambda: alerts(world))
        await play.until(lambda: any(call.method == "conversations.history" for call in play.calls))
        assert len(await settled(world)) == 1
        await world.play.press(ANA, CHANNEL, alert.ts, "on_it")
        await eventually(lambda: f"<@{ANA}> is on it" in words(alert.blocks))
        play.faults.drop("chat.postMessage", after_effect=True)
        world.clock.move(minutes=61)
        await eventually(lambda: below(world, alert))
        await play.until(lambda: any(call.method == "conversations.replies" for call in play.calls))
        await settled(world)
        assert len(below(world, alert)) == 1


async def test_what_is_over_before_slack_has_it_is_not_told(
    play: Playground, start: Start, eventually: Eventually
) -> None:
    """While Slack takes nothing, a backlog comes and goes; the next one is told."""
    async with start(**OFTEN) as world:
        at_work(world)
        await write(world, eventually, 1, 4)
        down = play.faults.answer("chat.postMessage", 503, times=None)
        await world.play.text("+14155550005", NUMBER, "Number 5")
        await world.play.quiet(0.5)
        await claim(world, 4)
        await world.play.quiet(0.5)
        down.release()
        await eventually(lambda: len(cards(world)) == 5)
        assert await settled(world) == []
        await write(world, eventually, 6, 9)
        [alert] = await eventually(lambda: alerts(world))
        assert "5 conversations wait" in words(alert.blocks)


async def test_an_alert_that_was_over_when_its_answer_came_is_drawn_so(
    play: Playground, start: Start, eventually: Eventually
) -> None:
    """It was posted, and nobody knew."""
    async with start(**OFTEN) as world:
        at_work(world)
        card = await arrive(world, eventually)
        held = play.faults.hold("chat.postMessage")
        world.clock.move(minutes=16)
        [alert] = await eventually(lambda: alerts(world))
        await world.play.press(ANA, CHANNEL, card.ts, "claim")
        await world.play.quiet(0.5)
        assert "1 conversation waits" in words(alert.blocks)
        held.release()
        await eventually(lambda: words(alert.blocks).startswith("Back to normal"))
        assert len(await settled(world)) == 1


async def test_a_deleted_alert_is_posted_anew_with_the_next_ping(start: Start, eventually: Eventually) -> None:
    """As soon as there is one, and no sooner."""
    async with start(**OFTEN) as world:
        at_work(world)
        alert = await raised(world, eventually)
        await world.play.delete(ANA, CHANNEL, alert.ts)
        await write(world, eventually, 6, 9)
        assert await settled(world) == []
        await write(world, eventually, 10, 10)
        [anew] = await eventually(lambda: alerts(world))
        assert words(anew.blocks).startswith(f"<@{MANAGER}> 10 conversations wait")
        assert "I'm on it" in buttons(anew)
        await claim(world, 10)
        await eventually(lambda: words(anew.blocks).startswith("Back to normal"))


async def test_a_deletion_that_nobody_has_told_shows_when_something_is_said(
    start: Start, eventually: Eventually
) -> None:
    """By the drawing that finds nothing, or by the reply that has nothing to stand below."""
    async with start(**OFTEN) as world:
        at_work(world)
        alert = await raised(world, eventually)
        world.play.slack.delete_post(alert)  # and Slack's event is lost
        world.clock.move(minutes=61)
        [anew] = await eventually(lambda: alerts(world))
        assert words(anew.blocks).startswith(f"<@{MANAGER}> 5 conversations wait")
        assert len(await settled(world)) == 1
