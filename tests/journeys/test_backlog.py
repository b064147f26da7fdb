"""Managers hear once that too much waits for an owner, again when it has grown, and when it is over: in one alert."""

from functools import partial
from typing import Any

from playground.seed import CHANNEL, MANAGER, NUMBER
from playground.world import Post
from tests.conftest import Eventually, Start, World
from tests.journeys.backlog import OFTEN, alerts, below, claim, is_watched, raised, settled, write
from tests.journeys.scene import at_work, calls, configure
from tests.journeys.screen import ANA, BEN, GUS, arrive, buttons, title, told, words


async def test_managers_are_pinged_once_past_the_threshold(start: Start, eventually: Eventually) -> None:
    """With the count, the oldest wait, the load per rep and a button to the queue; and not at every look."""
    async with start(**OFTEN) as world:
        await eventually(partial(is_watched, world))
        at_work(world)
        await write(world, eventually, 1, 4)
        assert await settled(world) == []
        await write(world, eventually, 5, 5)
        [alert] = await eventually(lambda: alerts(world))
        assert words(alert.blocks).startswith(f"<@{MANAGER}> 5 conversations wait for an owner in (555) 010-0000.")
        assert "The oldest has waited since <!date^" in words(alert.blocks)
        assert "It has grown by 5 in the last 30 minutes." in words(alert.blocks)
        assert "▁█`  in the last 6 hours, 5 at most" in words(alert.blocks)
        assert "Open per rep: Ana 0 · Ben 0 · Chloé 0 · Mara 0" in words(alert.blocks)
        assert alert.thread_ts is None
        assert buttons(alert) == ["Open queue", "Distribute", "I'm on it"]
        assert len(await settled(world)) == 1


async def test_whoever_presses_sees_the_queue(start: Start, eventually: Eventually) -> None:
    """They alone; a guest is told why not, and the alert stays as it is."""
    async with start(**OFTEN) as world:
        at_work(world)
        alert = await raised(world, eventually)
        await world.play.press(ANA, CHANNEL, alert.ts, "open_queue")
        assert title(world.play.ephemerals(ANA)[-1]) == "Unassigned · 5"
        assert world.play.ephemerals(BEN) == []
        await world.play.press(GUS, CHANNEL, alert.ts, "open_queue")
        assert told(world.play, GUS).startswith("Guests and people from other organisations can read along")
        assert "5 conversations wait" in words((await settled(world))[0].blocks)


async def test_a_long_wait_pings_too(start: Start, eventually: Eventually) -> None:
    """One conversation is enough when it has waited for a quarter of an hour; an owned one is nobody's backlog."""
    async with start(**OFTEN) as world:
        at_work(world)
        card = await arrive(world, eventually)
        world.clock.move(minutes=14)
        assert await settled(world) == []
        world.clock.move(minutes=1)
        [alert] = await eventually(lambda: alerts(world))
        assert "1 conversation waits for an owner" in words(alert.blocks)
        await world.play.press(ANA, CHANNEL, card.ts, "claim")
        over = "Back to normal: every conversation in (555) 010-0000 has an owner."
        await eventually(lambda: words(alert.blocks) == over)
        await eventually(lambda: below(world, alert) == [over])
        assert buttons(alert) == []
        world.clock.move(hours=24)
        assert len(await settled(world)) == 1


async def test_it_is_said_again_below_it_when_it_has_grown_or_after_an_hour(
    start: Start, eventually: Eventually
) -> None:
    """At five more or after sixty minutes, with what is new; there is one alert, which shows how things are."""
    async with start(**OFTEN) as world:
        at_work(world)
        alert = await raised(world, eventually)
        await write(world, eventually, 6, 9)
        await settled(world)
        assert below(world, alert) == []
        await write(world, eventually, 10, 10)
        [again] = await eventually(lambda: below(world, alert))
        assert again.startswith(
            f"<@{MANAGER}> 10 conversations wait for an owner in (555) 010-0000, 5 more than last time."
        )
        await eventually(lambda: "10 conversations wait" in words(alert.blocks))
        world.clock.move(minutes=59)
        await settled(world)
        assert len(below(world, alert)) == 1
        world.clock.move(minutes=2)
        still = (await eventually(lambda: below(world, alert)[1:]))[0]
        assert still.startswith(f"<@{MANAGER}> Still: 10 conversations wait")
        assert "The oldest has waited 1 hour 1 minute, since" in still
        await claim(world, 10)
        back = (await eventually(lambda: below(world, alert)[2:]))[0]
        assert back.startswith("Back to normal: ")
        assert f"<@{MANAGER}>" not in back
        await eventually(lambda: words(alert.blocks).startswith("Back to normal"))
        assert [post.ts for post in await settled(world)] == [alert.ts]


async def test_when_it_grows_again_there_is_a_new_alert(start: Start, eventually: Eventually) -> None:
    """The one before stays what it is, in its place: over."""
    async with start(**OFTEN) as world:
        at_work(world)
        first = await raised(world, eventually)
        await claim(world, 5)
        await eventually(lambda: words(first.blocks).startswith("Back to normal"))
        await write(world, eventually, 6, 10)
        _, second = await eventually(lambda: alerts(world) if len(alerts(world)) > 1 else None)
        assert "5 conversations wait" in words(second.blocks)
        assert words(first.blocks).startswith("Back to normal")
        assert "Ana 5 (5 unread)" not in words(second.blocks)  # she has seen what she claimed
        assert "Open per rep: Ana 5 · Ben 0" in words(second.blocks)


async def test_numbers_are_drawn_anew_at_most_once_in_a_minute(start: Start, eventually: Eventually) -> None:
    """However often they change meanwhile; then the alert shows what is so."""
    async with start(**OFTEN) as world:
        at_work(world)
        await configure(world, alert_again_count=0)
        alert = await raised(world, eventually)
        for number in range(6, 10):
            await write(world, eventually, number, number)
            await world.play.quiet(0.2)
        assert "5 conversations wait" in words(alert.blocks)
        before = len(drawings(world, alert))
        world.clock.move(minutes=2)
        await eventually(lambda: "9 conversations wait" in words(alert.blocks))
        await world.play.quiet(0.3)
        assert len(drawings(world, alert)) == before + 1


def drawings(world: World, alert: Post) -> list[Any]:
    """The calls that drew an alert anew."""
    return [call for call in calls(world, "chat.update") if call.params["ts"] == alert.ts]


async def test_growth_alone_is_a_reason(start: Start, eventually: Eventually) -> None:
    """More coming in than is claimed, long before there are too many."""
    async with start(**OFTEN) as world:
        await eventually(partial(is_watched, world))
        at_work(world)
        await configure(world, alert_count=50, alert_growth=6)
        await write(world, eventually, 1, 5)
        assert await settled(world) == []
        await write(world, eventually, 6, 6)
        [alert] = await eventually(lambda: alerts(world))
        assert "It has grown by 6 in the last 30 minutes." in words(alert.blocks)


async def test_what_begins_at_night_is_told_in_the_morning(start: Start, eventually: Eventually) -> None:
    """Once, when the first hour of work begins; that it is over is told at any time."""
    async with start(**OFTEN) as world:
        at_work(world, hours=10)  # from ten in the morning to eight in the evening
        await write(world, eventually, 1, 6)
        assert await settled(world) == []
        world.clock.move(hours=12, minutes=58)
        assert await settled(world) == []
        world.clock.move(minutes=3)
        [alert] = await eventually(lambda: alerts(world))
        assert "6 conversations wait" in words(alert.blocks)
        world.clock.move(hours=9)
        await settled(world)
        assert below(world, alert) == []
        await claim(world, 6)
        await eventually(lambda: words(alert.blocks).startswith("Back to normal"))


async def test_managers_are_reminded_of_what_is_new_at_set_times(start: Start, eventually: Eventually) -> None:
    """At eleven and at three, if anything waits by then; not of nothing, and not beside an alert."""
    async with start(**OFTEN) as world:
        at_work(world)
        await configure(world, alert_minutes=0)
        world.clock.move(minutes=61)
        assert await settled(world) == []
        world.clock.move(hours=1)
        await write(world, eventually, 1, 2)
        assert await settled(world) == []
        world.clock.move(hours=3)
        [reminder] = await eventually(lambda: alerts(world))
        assert words(reminder.blocks).startswith(
            f"<@{MANAGER}> Time to give out what is new: 2 conversations wait for an owner in (555) 010-0000."
        )
        assert buttons(reminder) == ["Open queue", "Distribute"]
        assert len(await settled(world)) == 1
        await write(world, eventually, 3, 5)
        _, alert = await eventually(lambda: alerts(world)[1:] and alerts(world))
        assert "5 conversations wait" in words(alert.blocks)


async def test_without_managers_nobody_is_mentioned(start: Start, eventually: Eventually) -> None:
    """The channel is told all the same; a user group can be named as well."""
    async with start(**OFTEN, managers=()) as world:
        at_work(world)
        await arrive(world, eventually)
        world.clock.move(minutes=16)
        [alert] = await eventually(lambda: alerts(world))
        assert words(alert.blocks).startswith("1 conversation waits")
    async with start(**OFTEN, managers=("S0LEADS", MANAGER)) as world:
        world.clock.move(minutes=80)
        [again] = await eventually(lambda: below(world, alert))
        assert again.startswith(f"<!subteam^S0LEADS> <@{MANAGER}> Still: 1 conversation waits")


async def test_each_inbox_has_an_alert_of_its_own(start: Start, eventually: Eventually) -> None:
    """Also when two share a channel."""
    async with start(**OFTEN, inboxes={NUMBER: CHANNEL, "+15550100001": CHANNEL}) as world:
        at_work(world)
        world.play.add_number("+15550100001")
        await raised(world, eventually)
        for number in range(11, 16):
            await world.play.text(f"+1415555{number:04}", "+15550100001", f"Number {number}")
        _, second = await eventually(lambda: alerts(world)[1:] and alerts(world))
        assert "5 conversations wait for an owner in (555) 010-0001" in words(second.blocks)
        assert len(await settled(world)) == 2
