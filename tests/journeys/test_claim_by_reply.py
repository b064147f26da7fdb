"""Claim on reply: the first reply to a conversation that nobody owns makes its author the owner (rule 7)."""

import asyncio
from typing import Any

import pytest

from playground.seed import CHANNEL
from playground.world import BOT_USER
from storage.states import Model
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import CLAIMED, configure, lines, opened, received, reply, unheard
from tests.journeys.screen import ANA, BEN, MARA, entries, mine, told, unread
from tests.journeys.team import mark_new, owner


def claims(world: World, card: Any) -> list[str]:
    """Who took the conversation, as the thread says."""
    said = [post.text for post in world.thread(card.ts) if post.user == BOT_USER]
    return [line for line in said if "claimed" in line or CLAIMED in line]


async def test_the_first_reply_makes_its_author_the_owner(world: World, eventually: Eventually) -> None:
    """The card shows them, a line mentions them, it is in their queue and read; a note changes nothing."""
    card = await opened(world)
    await reply(world, card, "// not yet", BEN)
    await reply(world, card, "It is")
    await eventually(lambda: owner(card) == "Ana")
    await eventually(lambda: claims(world, card) == [f"<@{ANA}> {CLAIMED}"])
    assert "(415) 555-0123" in await mine(world, ANA)
    assert await unread(world, ANA) == 0
    await world.play.press(ANA, CHANNEL, card.ts, "more", value="history")
    assert f"<@{ANA}> answered it first and became its owner" in told(world.play, ANA)
    await reply(world, card, "And cheap")
    await eventually(lambda: received(world) == ["It is", "And cheap"])
    assert claims(world, card) == [f"<@{ANA}> {CLAIMED}"]


async def test_what_is_owned_is_not_taken_by_a_reply(world: World, eventually: Eventually) -> None:
    """Ben owns it, and Ana's answer changes nothing about that."""
    card = await opened(world)
    await world.play.press(BEN, CHANNEL, card.ts, "claim")
    await reply(world, card, "It is")
    await eventually(lambda: received(world) == ["It is"])
    await world.play.quiet()
    assert owner(card) == "Ben"


async def test_a_reply_to_a_closed_conversation_makes_its_author_the_owner(
    world: World, eventually: Eventually
) -> None:
    """It stays closed, and is theirs when the customer writes again."""
    card = await opened(world)
    await world.play.press(BEN, CHANNEL, card.ts, "close")
    await world.play.press(BEN, CHANNEL, world.play.ephemerals(BEN)[-1].ts, "close_anyway")
    await reply(world, card, "Closed, but thank you")
    await eventually(lambda: owner(card) == "Ana")
    assert "Closed" in str(card.blocks)


async def test_a_reply_claims_only_where_a_claim_is_not_refused(world: World, eventually: Eventually) -> None:
    """With managers who give out work a reply gives ownership to none but a manager; nor where it is switched off."""
    first = await opened(world)
    await configure(world, claim_on_reply=True, model=Model.MANAGER_ASSIGNED)
    await reply(world, first, "One")
    await eventually(lambda: received(world) == ["One"])
    await configure(world, model=Model.HYBRID)
    await mark_new(world, ANA)
    await reply(world, first, "Two")
    await eventually(lambda: received(world) == ["One", "Two"])
    await configure(world, model=Model.SELF_SERVICE, claim_on_reply=False)
    await reply(world, first, "Three")
    await eventually(lambda: received(world) == ["One", "Two", "Three"])
    await world.play.quiet()
    assert (owner(first), claims(world, first)) == ("", [])
    await configure(world, model=Model.MANAGER_ASSIGNED, claim_on_reply=True)
    await reply(world, first, "Mine", MARA)
    await eventually(lambda: owner(first) == "Mara")


async def test_by_itself_only_self_service_claims_by_a_reply(world: World, eventually: Eventually) -> None:
    """In a hybrid inbox in which nothing is said about it, a reply is a reply."""
    card = await opened(world)
    await configure(world, model=Model.HYBRID)
    await reply(world, card, "It is")
    await eventually(lambda: received(world) == ["It is"])
    await world.play.quiet()
    assert owner(card) == ""


async def test_a_note_that_is_sent_after_all_claims(world: World, eventually: Eventually) -> None:
    """It is the first reply then; so is one that was too long and is shortened."""
    card = await opened(world)
    await reply(world, card, "// It is")
    await eventually(lambda: world.play.ephemerals(ANA))
    await world.play.press(ANA, CHANNEL, world.play.ephemerals(ANA)[-1].ts, "send_as_sms")
    await eventually(lambda: owner(card) == "Ana")
    await world.play.press(ANA, CHANNEL, card.ts, "more", value="release")
    await eventually(lambda: owner(card) == "")
    long = await reply(world, card, "x" * 1601)
    await eventually(lambda: any("1,601" in line for line in lines(world, card)))
    assert owner(card) == ""
    await world.play.edit(ANA, CHANNEL, long.ts, "Short")
    await eventually(lambda: owner(card) == "Ana")


async def test_a_claim_and_a_reply_at_once_have_one_winner(world: World, eventually: Eventually) -> None:
    """Whoever comes first owns it; the reply goes out either way."""
    card = await opened(world)
    await asyncio.gather(world.play.press(BEN, CHANNEL, card.ts, "claim"), reply(world, card, "It is"))
    await eventually(lambda: received(world) == ["It is"])
    await eventually(lambda: owner(card) in {"Ana", "Ben"})
    await world.play.quiet()
    [claim] = claims(world, card)
    winner = {"Ana": ANA, "Ben": BEN}[owner(card)]
    assert claim.startswith(f"<@{winner}>")
    assert "Release" in entries(card)


@pytest.mark.usefixtures("soon")
async def test_a_reply_that_is_read_back_claims_only_what_was_unowned_when_it_was_written(
    start: Start, eventually: Eventually
) -> None:
    """Ben released it after Ana had answered, of which nobody told us: it goes on waiting for an owner."""
    async with start() as world:
        card = await opened(world)
        await world.play.press(BEN, CHANNEL, card.ts, "claim")
        await eventually(lambda: owner(card) == "Ben")
        with unheard(world):
            await reply(world, card, "While Ben had it")
        await world.play.press(BEN, CHANNEL, card.ts, "more", value="release")
        await eventually(lambda: owner(card) == "")
        world.bridge.threads.miss()
        await eventually(lambda: received(world) == ["While Ben had it"])
        await world.play.quiet()
        assert owner(card) == ""
        with unheard(world):
            await reply(world, card, "While nobody had it")
        world.bridge.threads.miss()
        await eventually(lambda: owner(card) == "Ana")
