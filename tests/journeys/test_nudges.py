"""Who owns a conversation whose customer waits is reminded, and then the managers are."""

from functools import partial

import pytest

import desk.nudges
from playground.seed import CHANNEL, MANAGER
from playground.world import Post
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import at_work, configure, line, lines, reply
from tests.journeys.screen import ALICE, ANA, BEN, BOB, arrive

OFTEN = {"backlog_check_seconds": 0.1}
WAITS = "the customer has been waiting for an answer since <!date^"


def nudges(world: World, card: Post) -> list[str]:
    """Who was reminded in a thread, oldest first."""
    return [said for said in lines(world, card) if WAITS in said]


async def owned(world: World, eventually: Eventually, phone: str = ALICE) -> Post:
    """A customer waits, and Ana has claimed it."""
    card = await arrive(world, eventually, phone, phone)
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    await eventually(lambda: line(world, card, "claimed"))
    return card


async def quiet(world: World, card: Post) -> list[str]:
    """Who was reminded, once several rounds have had nothing more to say."""
    await world.play.quiet(0.3)
    return nudges(world, card)


async def test_the_owner_is_reminded_once_for_each_wait(start: Start, eventually: Eventually) -> None:
    """After half an hour; a text more is the same wait, and an answer ends it."""
    async with start(**OFTEN) as world:
        at_work(world)
        card = await owned(world, eventually)
        world.clock.move(minutes=29)
        assert await quiet(world, card) == []
        world.clock.move(minutes=2)
        [told] = await eventually(lambda: nudges(world, card))
        assert told.startswith(f"<@{ANA}>, {WAITS}")
        await world.play.text(ALICE, "+15550100000", "Hello?")
        world.clock.move(minutes=40)
        assert len(await quiet(world, card)) == 1
        await reply(world, card, "Sorry!")
        await eventually(lambda: any(text.body == "Sorry!" for text in world.play.phone(ALICE)))
        world.clock.move(minutes=40)
        assert len(await quiet(world, card)) == 1
        await world.play.text(ALICE, "+15550100000", "Never mind. And now?")
        await world.play.quiet(0.2)
        world.clock.move(minutes=31)
        assert len(await eventually(lambda: nudges(world, card)[1:])) == 1


async def test_managers_are_told_of_a_longer_wait(start: Start, eventually: Eventually) -> None:
    """After two hours, once, with who owns it."""
    async with start(**OFTEN) as world:
        at_work(world)
        card = await owned(world, eventually)
        world.clock.move(minutes=119)
        await eventually(lambda: nudges(world, card))
        world.clock.move(minutes=2)
        told = (await eventually(lambda: nudges(world, card)[1:]))[0]
        assert told.startswith(f"<@{MANAGER}> {WAITS}")
        assert told.endswith(f"<@{ANA}> owns this conversation.")
        world.clock.move(minutes=200)
        assert len(await quiet(world, card)) == 2


async def test_a_group_that_slack_does_not_tell_is_mentioned(start: Start, eventually: Eventually) -> None:
    """As on the alert: who is in it takes a paid plan, and its mention reaches them all the same."""
    async with start(**OFTEN, managers=("S0LEADS",)) as world:
        at_work(world)
        card = await owned(world, eventually)
        world.clock.move(minutes=121)
        await eventually(lambda: any(said.startswith(f"<!subteam^S0LEADS> {WAITS}") for said in nudges(world, card)))


async def test_only_the_hours_count(start: Start, eventually: Eventually) -> None:
    """What came in shortly before closing is no reason in the night, and has waited for minutes the next morning."""
    async with start(**OFTEN) as world:
        at_work(world, hours=6, minutes=50)  # ten to five
        card = await owned(world, eventually)
        world.clock.move(hours=12)
        assert await quiet(world, card) == []
        world.clock.move(hours=4, minutes=29)
        assert await quiet(world, card) == []
        world.clock.move(minutes=2)
        await eventually(lambda: nudges(world, card))


async def test_a_new_owner_has_time_of_their_own(start: Start, eventually: Eventually) -> None:
    """However long the customer had waited before; and nobody is reminded of what nobody owns, or what is closed."""
    async with start(**OFTEN) as world:
        at_work(world)
        await configure(world, alert_minutes=0)
        card = await arrive(world, eventually)
        world.clock.move(minutes=50)
        assert await quiet(world, card) == []
        await world.play.press(BEN, CHANNEL, card.ts, "claim")
        world.clock.move(minutes=29)
        assert await quiet(world, card) == []
        world.clock.move(minutes=2)
        [told] = await eventually(lambda: nudges(world, card))
        assert told.startswith(f"<@{BEN}>, ")


async def test_an_owner_who_is_away_is_reminded_once_they_are_back(start: Start, eventually: Eventually) -> None:
    """Meanwhile what waits for them is offered to the others; the managers hear of it as ever."""
    async with start(**OFTEN) as world:
        at_work(world)
        card = await owned(world, eventually)
        await world.play.command(ANA, CHANNEL, "/sms", "away")
        world.clock.move(minutes=31)
        assert await quiet(world, card) == []
        world.clock.move(minutes=90)
        [told] = await eventually(lambda: nudges(world, card))
        assert told.startswith(f"<@{MANAGER}>")
        await world.play.command(ANA, CHANNEL, "/sms", "back")
        [_, told] = await eventually(lambda: nudges(world, card)[1:] and nudges(world, card))
        assert told.startswith(f"<@{ANA}>, {WAITS}")


async def test_it_can_be_switched_off(start: Start, eventually: Eventually) -> None:
    """With nought minutes nobody is ever reminded; without managers they are not."""
    async with start(**OFTEN, managers=()) as world:
        at_work(world)
        await configure(world, nudge_minutes=0)
        card = await owned(world, eventually)
        world.clock.move(minutes=300)
        assert await quiet(world, card) == []


async def test_an_old_wait_is_no_news(start: Start, eventually: Eventually) -> None:
    """A database that waits have piled up in before there were reminders makes no flood of them."""
    async with start(**OFTEN) as world:
        at_work(world)
        card = await owned(world, eventually)
        world.clock.move(days=8)
        assert await quiet(world, card) == []


async def test_a_round_has_its_measure(monkeypatch: pytest.MonkeyPatch, start: Start, eventually: Eventually) -> None:
    """What is left comes in the next round, and each is told once."""
    monkeypatch.setattr(desk.nudges, "MOST_AT_ONCE", 1)
    async with start(**OFTEN) as world:
        at_work(world)
        cards = [await owned(world, eventually, phone) for phone in (ALICE, BOB, "+14155550125")]
        world.clock.move(minutes=31)
        for card in cards:
            await eventually(partial(nudges, world, card))
        assert [len(await quiet(world, card)) for card in cards] == [1, 1, 1]
