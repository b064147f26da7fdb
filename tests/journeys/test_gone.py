"""Who has left an inbox's channel, or is a guest: what they still have before them shows and does nothing (rule 0)."""

import pytest

from playground.playground import Playground
from playground.seed import CHANNEL, MANAGER, NUMBER
from playground.world import BOT_USER
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import direct
from tests.journeys.screen import ANA, BEN, BOB, arrive, home, modal, words
from tests.journeys.team import change, owner

NOT_A_REP = "not in the channel of any inbox"


def shown(world: World, user: str) -> str:
    """Everything written on somebody's Home."""
    return words(home(world, user).view["blocks"])


@pytest.mark.parametrize("how", ["leaves", "becomes a guest"])
async def test_the_home_of_who_is_no_rep_any_more_shows_nothing(
    often: None, world: World, eventually: Eventually, how: str
) -> None:
    """By itself, also when they owned nothing: neither how much waits nor how much others have to do."""
    for user in (BEN, MANAGER):
        await world.play.open_home(user)
    await arrive(world, eventually)
    await eventually(lambda: all("1 conversation waits" in shown(world, user) for user in (BEN, MANAGER)))
    await world.play.quiet(0.5)
    if how == "leaves":
        await world.play.leave(BEN, CHANNEL)
    else:
        await world.play.change_person(BEN, guest=True)
    await eventually(lambda: NOT_A_REP in shown(world, BEN))
    assert "1 conversation waits" not in shown(world, BEN)
    assert "1 conversation waits" in shown(world, MANAGER)


async def test_what_was_chosen_in_an_inbox_that_one_has_left_is_not_handed_off(
    start: Start, play: Playground, eventually: Eventually
) -> None:
    """The form was open; and the bot is not there either, so that they still own it."""
    play.add_channel("C0SALES", "sales", [ANA, BEN])
    play.add_number("+15550100001")
    async with start(inboxes={NUMBER: CHANNEL, "+15550100001": "C0SALES"}) as world:
        card = await arrive(world, eventually)
        await play.text(BOB, "+15550100001", "Sales?")
        [sale] = await eventually(lambda: play.world.channels["C0SALES"].posts)
        await play.quiet()
        await play.press(ANA, CHANNEL, card.ts, "claim")
        await play.press(ANA, "C0SALES", sale.ts, "claim")
        await eventually(lambda: (owner(card), owner(sale)) == ("Ana", "Ana"))
        await play.command(ANA, CHANNEL, "/sms", "handoff")
        view = modal(world, ANA)
        both = await play.options(ANA, None, view.id, "handoff_only")
        assert len(both) == 2
        for user in (BOT_USER, ANA):
            await play.leave(user, "C0SALES")
        world.bridge.directory.was_read.clear()
        world.bridge.directory.reading.ask()
        await world.bridge.directory.was_read.wait()
        view.choices["handoff_only/handoff_only"] = both
        await play.submit(ANA, view.id, {"handoff_to": BEN})
        await eventually(lambda: direct(world, ANA) == [f"Handed off 1 conversation to <@{BEN}>."])
        await eventually(lambda: owner(card) == "Ben")
        assert (await change(world, sale)).assignee_id == ANA
