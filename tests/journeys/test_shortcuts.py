"""Message shortcuts: Assign, Close and Note, on any message of a conversation's thread."""

import asyncio

import pytest
from sqlmodel import col, select

from playground.seed import CHANNEL, NUMBER
from playground.world import Post, View
from storage.models import Delivery, History, Message
from storage.states import Direction, Kind
from tests.conftest import Eventually, World
from tests.journeys.scene import quoted
from tests.journeys.screen import ALICE, ANA, BEN, CHLOE, GUS, answer, arrive, buttons, mine, said, unread, words

NOT_OURS = "This message belongs to no conversation with a customer."


def modal(world: World, user: str) -> View:
    """What opened for somebody."""
    return world.play.world.modals(user)[-1]


async def sources(world: World) -> dict[str, str]:
    """Where each change was made, as the history has it."""
    async with world.bridge.database.read() as session:
        return dict((await session.exec(select(History.what, History.source))).all())


async def messages_in_thread(world: World, eventually: Eventually, card: Post) -> list[str]:
    """The card, a text of the customer, a line of ours and a reply: every kind of message, by its ts."""
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    line = await said(world, eventually, card, "claimed this conversation")
    await world.play.text(ALICE, NUMBER, "Hello?")
    text = await said(world, eventually, card, "Hello?")
    await answer(world, eventually, card)
    reply = next(post for post in world.thread(card.ts) if post.user == ANA)
    return [card.ts, line.ts, text.ts, reply.ts]


async def test_assign_from_any_message(world: World, eventually: Eventually) -> None:
    """The menu is the card's; the history says that it was a shortcut; what is refused is said at the field."""
    card = await arrive(world, eventually)
    for ts in await messages_in_thread(world, eventually, card):
        await world.play.shortcut(BEN, "assign_message", CHANNEL, ts)
        view = modal(world, BEN)
        assert "(415) 555-0123" in words(view.blocks)
        assert world.play.shown_choice(None, view.id, "assign", user=BEN) == {"value": ANA, "text": "Ana"}
        await world.play.close(BEN, view.id)
    await world.play.shortcut(BEN, "assign_message", CHANNEL, card.ts)
    assert await world.play.submit(BEN, modal(world, BEN).id, {"assign": CHLOE}) == {}
    await said(world, eventually, card, f"<@{BEN}> reassigned this from <@{ANA}> to <@{CHLOE}>")
    await eventually(lambda: "Owner: Chloé" in words(card.blocks))
    assert (await sources(world))["assigned"] == "shortcut"
    await world.play.shortcut(BEN, "assign_message", CHANNEL, card.ts)
    view = modal(world, BEN)
    await world.play.leave(CHLOE, CHANNEL)
    errors = await world.play.submit(BEN, view.id, {})
    assert "Chloé" in next(iter(errors.values()))
    assert "cannot own this conversation: they are not in its channel" in next(iter(errors.values()))


async def test_close_closes_at_once(world: World, eventually: Eventually) -> None:
    """Nothing opens; a second time says that it is closed."""
    card = await arrive(world, eventually)
    *_, reply = await messages_in_thread(world, eventually, card)
    await world.play.shortcut(BEN, "close_message", CHANNEL, reply)
    await said(world, eventually, card, f"<@{BEN}> closed this conversation")
    await eventually(lambda: "Reopen" in buttons(card))
    assert world.play.world.modals(BEN) == []
    assert (await sources(world))["closed"] == "shortcut"
    await world.play.shortcut(BEN, "close_message", CHANNEL, reply)
    assert words(modal(world, BEN).blocks) == "It is closed already."


async def test_close_asks_once_while_the_customer_waits(world: World, eventually: Eventually) -> None:
    """In a window, and who comes too late is told so in it."""
    card = await arrive(world, eventually)
    for user in (BEN, CHLOE):
        await world.play.shortcut(user, "close_message", CHANNEL, card.ts)
        assert "has been waiting for an answer since" in words(modal(world, user).blocks)
    assert "Close" in buttons(card)
    await world.play.submit(BEN, modal(world, BEN).id, {})
    await said(world, eventually, card, f"<@{BEN}> closed this conversation")
    assert world.play.world.modals(BEN) == []
    await world.play.submit(CHLOE, modal(world, CHLOE).id, {})
    assert words(modal(world, CHLOE).blocks) == "It is closed already."
    assert (await sources(world))["closed"] == "shortcut"


async def test_a_note_stands_in_the_thread_and_goes_nowhere(world: World, eventually: Eventually) -> None:
    """With its author and its exact words; it is kept as a note, answers nothing, and no text is ever made of it."""
    card = await arrive(world, eventually)
    await world.play.shortcut(ANA, "note_message", CHANNEL, card.ts)
    errors = await world.play.submit(ANA, modal(world, ANA).id, {"note_text": "  \n "})
    assert list(errors.values()) == ["Write something for your colleagues first."]
    await world.play.submit(ANA, modal(world, ANA).id, {"note_text": "Ask *Ben* <!here>\nbefore noon"})
    shown = await said(world, eventually, card, f"Note from <@{ANA}>. The customer does not see it.")
    assert quoted(shown) == ["Ask *Ben* <!here>\nbefore noon"]
    await world.play.quiet()
    assert [text.body for text in world.play.phone(ALICE)] == ["Is it there?"]
    assert "waiting since" in words(card.blocks)
    async with world.bridge.database.read() as session:
        [kept] = (await session.exec(select(Message).where(col(Message.direction) == Direction.NOTE))).all()
        assert (kept.author_id, kept.body) == (ANA, "Ask *Ben* <!here>\nbefore noon")
        assert (await session.exec(select(Delivery).where(col(Delivery.kind) == Kind.REPLY))).all() == []


async def test_a_window_that_is_sent_twice_does_it_once(world: World, eventually: Eventually) -> None:
    """As when somebody presses again because no answer came in time: one note, and one change of owner."""
    card = await arrive(world, eventually)
    for shortcut, filled in (("note_message", {"note_text": "Ask Ben"}), ("assign_message", {"assign": CHLOE})):
        await world.play.shortcut(ANA, shortcut, CHANNEL, card.ts)
        view = modal(world, ANA)
        await asyncio.gather(*(world.play.submit(ANA, view.id, filled) for _ in range(2)))
        await world.play.quiet()
    told = [words(post.blocks) for post in world.thread(card.ts)]
    assert len([one for one in told if "Note from" in one]) == 1
    assert len([one for one in told if f"<@{CHLOE}>" in one]) == 1
    async with world.bridge.database.read() as session:
        assert len((await session.exec(select(Message).where(col(Message.direction) == Direction.NOTE))).all()) == 1


async def test_a_message_of_no_conversation_is_told_so_privately(world: World, eventually: Eventually) -> None:
    """A colleague's own message, and one in another channel."""
    await arrive(world, eventually)
    world.play.add_channel("C0RANDOM", "random", [ANA, BEN])
    for channel in (CHANNEL, "C0RANDOM"):
        chat = await world.play.post(ANA, channel, "Lunch?")
        for shortcut in ("assign_message", "close_message", "note_message"):
            await world.play.shortcut(BEN, shortcut, channel, chat.ts)
            assert NOT_OURS in words(modal(world, BEN).blocks)
    assert world.play.ephemerals(BEN) == []


@pytest.mark.parametrize("shortcut", ["assign_message", "close_message", "note_message"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_guests_are_told_why_not(world: World, eventually: Eventually, shortcut: str) -> None:
    """In a window of their own, and nothing happens."""
    card = await arrive(world, eventually)
    await world.play.shortcut(GUS, shortcut, CHANNEL, card.ts)
    assert "only members of this workspace" in words(modal(world, GUS).blocks)
    await world.play.quiet()
    assert world.thread(card.ts) == []


@pytest.mark.parametrize("shortcut", ["assign_message", "note_message"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_owner_who_uses_one_has_looked(world: World, eventually: Eventually, shortcut: str) -> None:
    """Whatever the owner does there marks it read."""
    card = await arrive(world, eventually)
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    await world.play.text(ALICE, NUMBER, "Hello?")
    await said(world, eventually, card, "Hello?")
    assert await unread(world, ANA) == 1
    await world.play.shortcut(ANA, shortcut, CHANNEL, card.ts)
    assert await unread(world, ANA) == 0
    assert "Hello?" in await mine(world, ANA)
