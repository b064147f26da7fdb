"""Yesterday's backup of the database is restored: the cards show what it knows, and not what the lost one knew."""

import pytest

from playground.playground import Playground
from playground.seed import CHANNEL
from playground.world import Post
from tests.conftest import Eventually, Start
from tests.journeys.conftest import Backup
from tests.journeys.scene import opened
from tests.journeys.screen import ANA, BEN, BOB, buttons, mine, words

pytestmark = [
    pytest.mark.usefixtures("soon", "hurried"),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


async def test_an_owner_that_nobody_knows_of_is_not_shown(
    start: Start, play: Playground, yesterday: Backup, eventually: Eventually
) -> None:
    """Ana had claimed it: the card has nobody and Claim again, and Ben's claim shows there."""
    async with start() as world:
        [card] = world.roots()
        await play.press(ANA, CHANNEL, card.ts, "claim")
        await eventually(lambda: "Owner: Ana" in words(card.blocks))
        await play.quiet()
    yesterday.restore()
    async with start() as world:
        await eventually(lambda: "Owner: Ana" not in words(card.blocks))
        assert "Claim" in buttons(card)
        await play.press(BEN, CHANNEL, card.ts, "claim")
        await eventually(lambda: "Owner: Ben" in words(card.blocks))
        assert "(415) 555-0123" in await mine(world, BEN)


async def test_a_closed_conversation_that_is_open_again_says_so(
    start: Start, play: Playground, yesterday: Backup, eventually: Eventually
) -> None:
    """It was closed: the card says that it is open, which the queue says, too."""
    async with start() as world:
        [card] = world.roots()
        await play.press(ANA, CHANNEL, card.ts, "close")
        await play.press(ANA, CHANNEL, play.ephemerals(ANA)[-1].ts, "close_anyway")
        await eventually(lambda: "Closed" in words(card.blocks))
        await play.quiet()
    yesterday.restore()
    async with start():
        await eventually(lambda: "Closed" not in words(card.blocks))
        assert "Close" in buttons(card)


async def test_the_menu_is_drawn_under_an_id_that_it_never_had(
    start: Start, play: Playground, yesterday: Backup, eventually: Eventually
) -> None:
    """Slack keeps a menu's old choice until its block's id changes, so no id is used a second time."""
    async with start() as world:
        [card] = world.roots()
        before = {_menu(card)}
        await play.press(ANA, CHANNEL, card.ts, "claim")
        await eventually(lambda: "Owner: Ana" in words(card.blocks))
        before.add(_menu(card))
        await play.press(ANA, CHANNEL, card.ts, "more", value="release")
        await eventually(lambda: "No owner" in words(card.blocks))
        before.add(_menu(card))
        await play.quiet()
    yesterday.restore()
    async with start():
        await eventually(lambda: _menu(card) not in before)


def _menu(card: Post) -> str:
    """The id of the block with the menu of owners."""
    return next(str(block["block_id"]) for block in card.blocks if block["type"] == "actions")


async def test_cards_that_are_right_are_left_alone(start: Start, play: Playground, eventually: Eventually) -> None:
    """The bridge is only restarted: no card is drawn again."""
    async with start() as world:
        cards = [await opened(world), await opened(world, BOB)]
        await play.press(ANA, CHANNEL, cards[0].ts, "claim")
        await eventually(lambda: "Owner: Ana" in words(cards[0].blocks))
        await play.quiet()
    before = len(play.calls)
    async with start() as world:
        await eventually(lambda: not world.bridge.threads._is_behind)
        await play.quiet()
    assert "chat.update" not in {call.method for call in play.calls[before:]}
