"""Managers hear once that too much waits for an owner, again when it has grown, and when it is over."""

import pytest

from playground.playground import Playground
from playground.seed import CHANNEL, MANAGER, NUMBER
from playground.world import Post
from tests.conftest import Eventually, Start, World
from tests.journeys.screen import ALICE, ANA, BEN, GUS, arrive, buttons, title, told, words

OFTEN = {"backlog_check_seconds": 0.1}


def alerts(world: World) -> list[Post]:
    """What was said in the channel about the backlog, oldest first."""
    return [post for post in world.posts if "for an owner in" in post.text or "Back to normal" in post.text]


async def write(world: World, eventually: Eventually, first: int, last: int) -> None:
    """Customers number `first` to `last` text for the first time."""
    before = len(world.roots())
    for number in range(first, last + 1):
        await world.play.text(f"+1415555{number:04}", NUMBER, f"Number {number}")
    await eventually(lambda: len(world.roots()) >= before + last + 1 - first)


async def settled(world: World) -> list[Post]:
    """The alerts, once several looks have had nothing more to say."""
    await world.play.quiet(0.3)
    return alerts(world)


async def test_managers_are_pinged_once_past_the_threshold(start: Start, eventually: Eventually) -> None:
    """With the count, the oldest wait and a button to the queue; not below it, and not at every look."""
    async with start(**OFTEN) as world:
        await write(world, eventually, 1, 4)
        assert await settled(world) == []
        await write(world, eventually, 5, 5)
        [alert] = await eventually(lambda: alerts(world))
        assert words(alert.blocks).startswith(f"<@{MANAGER}> 5 conversations wait for an owner in (555) 010-0000.")
        assert "The oldest has waited less than a minute, since <!date^" in words(alert.blocks)
        assert alert.thread_ts is None
        assert buttons(alert) == ["Open queue"]
        assert len(await settled(world)) == 1
        await world.play.press(ANA, CHANNEL, alert.ts, "open_queue")
        assert title(world.play.ephemerals(ANA)[-1]) == "Unassigned · 5"
        assert world.play.ephemerals(BEN) == []
        await world.play.press(GUS, CHANNEL, alert.ts, "open_queue")
        assert told(world.play, GUS).startswith("Guests and people from other organisations can read along")


async def test_a_long_wait_pings_too(start: Start, eventually: Eventually) -> None:
    """One conversation is enough when it has waited for a quarter of an hour; an owned one is nobody's backlog."""
    async with start(**OFTEN) as world:
        card = await arrive(world, eventually)
        world.clock.move(minutes=14)
        assert await settled(world) == []
        world.clock.move(minutes=1)
        [alert] = await eventually(lambda: alerts(world))
        assert "1 conversation waits for an owner" in words(alert.blocks)
        assert "The oldest has waited 15 minutes" in words(alert.blocks)
        await world.play.press(ANA, CHANNEL, card.ts, "claim")
        back = (await eventually(lambda: alerts(world)[1:]))[0]
        assert words(back.blocks) == "Back to normal: every conversation in (555) 010-0000 has an owner."
        world.clock.move(hours=3)
        assert len(await settled(world)) == 2


async def test_it_is_said_again_when_it_has_grown_or_after_an_hour(start: Start, eventually: Eventually) -> None:
    """At five more or after sixty minutes, with what is new; then it is over, in one line."""
    async with start(**OFTEN) as world:
        await write(world, eventually, 1, 5)
        await eventually(lambda: len(alerts(world)) == 1)
        await write(world, eventually, 6, 9)
        assert len(await settled(world)) == 1
        await write(world, eventually, 10, 10)
        again = (await eventually(lambda: alerts(world)[1:]))[0]
        assert words(again.blocks).startswith(
            f"<@{MANAGER}> 10 conversations wait for an owner in (555) 010-0000, 5 more than last time."
        )
        world.clock.move(minutes=59)
        assert len(await settled(world)) == 2
        world.clock.move(minutes=2)
        still = (await eventually(lambda: alerts(world)[2:]))[0]
        assert words(still.blocks).startswith(f"<@{MANAGER}> Still: 10 conversations wait")
        for card in [root for root in world.roots() if "Number" in words(root.blocks)]:
            await world.play.press(ANA, CHANNEL, card.ts, "claim")
        back = (await eventually(lambda: alerts(world)[3:]))[0]
        assert words(back.blocks).startswith("Back to normal: ")
        assert f"<@{MANAGER}>" not in words(back.blocks)
        assert len(await settled(world)) == 4


async def test_without_managers_nobody_is_mentioned(start: Start, eventually: Eventually) -> None:
    """The channel is told all the same; a user group can be named as well."""
    async with start(**OFTEN, managers=()) as world:
        await arrive(world, eventually)
        world.clock.move(minutes=16)
        [alert] = await eventually(lambda: alerts(world))
        assert words(alert.blocks).startswith("1 conversation waits")
    async with start(**OFTEN, managers=("S0LEADS", MANAGER)) as world:
        world.clock.move(minutes=80)
        again = (await eventually(lambda: alerts(world)[1:]))[0]
        assert words(again.blocks).startswith(f"<!subteam^S0LEADS> <@{MANAGER}> Still: 1 conversation waits")


async def test_a_restart_does_not_repeat_it(start: Start, eventually: Eventually) -> None:
    """What was said is stored."""
    async with start(**OFTEN) as world:
        await write(world, eventually, 1, 5)
        await eventually(lambda: len(alerts(world)) == 1)
    async with start(**OFTEN) as world:
        assert len(await settled(world)) == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_bridges_on_one_database_ping_once(start: Start, eventually: Eventually) -> None:
    """Both look; one of them speaks."""
    async with start(**OFTEN) as first, start(**OFTEN) as second:
        await write(second, eventually, 1, 5)
        await eventually(lambda: alerts(second))
        assert len(await settled(second)) == 1
        for world in (first, second):
            world.clock.move(minutes=61)
        await eventually(lambda: len(alerts(second)) == 2)
        assert len(await settled(second)) == 2


async def test_an_alert_whose_answer_was_lost_is_not_repeated(
    play: Playground, start: Start, eventually: Eventually
) -> None:
    """It is found in the channel and adopted."""
    async with start(**OFTEN) as world:
        await arrive(world, eventually, from_=ALICE)
        play.faults.drop("chat.postMessage", after_effect=True)
        world.clock.move(minutes=16)
        await eventually(lambda: alerts(world))
        await play.until(lambda: any(call.method == "conversations.history" for call in play.calls))
        assert len(await settled(world)) == 1
