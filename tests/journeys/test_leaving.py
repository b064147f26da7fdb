"""Who leaves an inbox's channel, is deactivated or becomes a guest: their open conversations wait for a new owner."""

from typing import Any

import pytest

from playground.playground import Playground
from playground.seed import CHANNEL, NUMBER
from playground.world import BOT_USER
from storage.states import Status
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import direct, line, lines, opened
from tests.journeys.screen import ALICE, ANA, BEN, BOB, CHLOE, MARA, count, told, words
from tests.journeys.team import change, owner

LEFT = f"<@{ANA}> is no longer in this channel, so this waits for a new owner."
HINT = "\n`/unassigned` shows what waits."


async def owned(world: World, eventually: Eventually, *phones: str) -> list[Any]:
    """Conversations that Ana owns."""
    cards = []
    for phone in phones:
        card = await opened(world, phone)
        await world.play.press(ANA, CHANNEL, card.ts, "claim")
        cards.append(card)
    await eventually(lambda: all(owner(card) == "Ana" for card in cards))
    return cards


async def test_who_leaves_the_channel_loses_what_is_open(world: World, eventually: Eventually) -> None:
    """Snoozed ones too, with a line in each thread; managers get one message; what is closed stays until it reopens."""
    first, second, closed = await owned(world, eventually, ALICE, BOB, "+14155550125")
    await change(world, second, status=Status.SNOOZED)
    await world.play.press(ANA, CHANNEL, closed.ts, "close")
    await world.play.press(ANA, CHANNEL, world.play.ephemerals(ANA)[-1].ts, "close_anyway")
    await world.play.leave(ANA, CHANNEL)
    await eventually(lambda: LEFT in lines(world, first) and LEFT in lines(world, second))
    await eventually(lambda: (owner(first), owner(second)) == ("", ""))
    assert "Open" in words(second.blocks)
    await eventually(
        lambda: direct(world, MARA) == [f"Ana left <#{CHANNEL}>: 2 open conversations are unassigned now.{HINT}"]
    )
    await world.play.press(BEN, CHANNEL, first.ts, "more", value="history")
    assert f"Its owner can no longer own it, so it waits for a new one (before: <@{ANA}>)" in told(world.play, BEN)
    assert LEFT not in lines(world, closed)
    await world.play.text("+14155550125", NUMBER, "One more thing")
    await eventually(lambda: line(world, closed, f"<@{ANA}> can no longer own it"))
    await world.play.quiet()
    assert len(direct(world, MARA)) == 1


@pytest.mark.parametrize(
    ("change_", "said", "told_"),
    [
        ({"deleted": True}, "'s account is deactivated", "The account of Ana is deactivated"),
        ({"guest": True}, " is a guest now", "Ana is a guest now"),
    ],
)
async def test_who_is_deactivated_or_a_guest_loses_them_too(
    world: World, eventually: Eventually, change_: dict[str, bool], said: str, told_: str
) -> None:
    """The line and the message say why."""
    [card] = await owned(world, eventually, ALICE)
    await world.play.change_person(ANA, **change_)
    await eventually(lambda: f"<@{ANA}>{said}, so this waits for a new owner." in lines(world, card))
    await eventually(lambda: direct(world, MARA) == [f"{told_}: 1 open conversation is unassigned now.{HINT}"])


async def test_what_no_event_told_is_found_at_a_start(start: Start, play: Playground, eventually: Eventually) -> None:
    """Ana left while the bridge was away; with several replicas or starts it is said once."""
    async with start() as world:
        [card] = await owned(world, eventually, ALICE)
    members = play.world.channels[CHANNEL].members
    members.remove(ANA)
    for _ in range(2):
        async with start() as world:
            await eventually(lambda: LEFT in lines(world, card))
            await play.quiet()
    assert lines(world, card).count(LEFT) == 1
    assert len(direct(world, MARA)) == 1


async def test_it_is_looked_for_at_times(world: World, eventually: Eventually) -> None:
    """Also what the directory has learned and nobody has acted upon: a crash right after the event loses nothing."""
    [card] = await owned(world, eventually, ALICE)
    telling, world.bridge.directory.on_departures[:] = list(world.bridge.directory.on_departures), []
    await world.play.leave(ANA, CHANNEL)
    await world.play.quiet()
    assert owner(card) == "Ana"
    await world.bridge.moving.keep_up()
    await eventually(lambda: LEFT in lines(world, card))
    assert telling


async def test_leaving_one_of_two_channels_costs_only_what_is_there(
    start: Start, play: Playground, eventually: Eventually
) -> None:
    """Of the other inbox they stay the owner; a manager who is not in its channel does not hear of it."""
    play.add_channel("C0SALES", "sales", [ANA, CHLOE])
    play.add_number("+15550100001")
    async with start(inboxes={NUMBER: CHANNEL, "+15550100001": "C0SALES"}) as world:
        [card] = await owned(world, eventually, ALICE)
        await play.text(BOB, "+15550100001", "Sales?")
        [sale] = await eventually(lambda: play.world.channels["C0SALES"].posts)
        await play.quiet()
        await play.press(ANA, "C0SALES", sale.ts, "claim")
        await eventually(lambda: owner(sale) == "Ana")
        await play.leave(ANA, "C0SALES")
        await eventually(lambda: owner(sale) == "")
        await eventually(lambda: count(play, "Ana left <#C0SALES>: 1 open conversation is unassigned", "C0SALES") == 1)
        assert owner(card) == "Ana"
        assert direct(world, MARA) == []


async def test_nobody_is_gone_from_where_the_bot_is_not(world: World, eventually: Eventually) -> None:
    """It was removed, or Slack names nobody in the channel: everybody keeps what they own, also at the next reading."""
    [card] = await owned(world, eventually, ALICE)
    members = world.play.world.channels[CHANNEL].members
    everybody = list(members)
    for there in ([], [CHLOE]):
        members[:] = there
        world.bridge.directory.was_read.clear()
        world.bridge.directory.reading.ask()
        await world.bridge.directory.was_read.wait()
        await world.bridge.moving.keep_up()
        await world.play.quiet()
        assert owner(card) == "Ana"
        assert lines(world, card) == [f"<@{ANA}> claimed this conversation."]
    members[:] = [one for one in everybody if one != ANA]
    assert BOT_USER in members
    world.bridge.directory.reading.ask()
    await eventually(lambda: LEFT in lines(world, card))


async def test_who_is_back_at_once_keeps_what_was_not_taken_yet(world: World, eventually: Eventually) -> None:
    """Their next conversation is theirs again as anybody's."""
    [card] = await owned(world, eventually, ALICE)
    await world.play.leave(ANA, CHANNEL)
    await eventually(lambda: owner(card) == "")
    await world.play.join(ANA, CHANNEL)
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    await eventually(lambda: owner(card) == "Ana")
    await world.bridge.moving.keep_up()
    await world.play.quiet()
    assert owner(card) == "Ana"
