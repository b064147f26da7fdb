"""Saved replies: from a conversation's More a rep sends one, with the customer's name in it, and keeps them."""

import asyncio
from typing import Any

from playground import elements
from playground.playground import Playground
from playground.seed import CHANNEL, NUMBER
from storage.models import SavedReply
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import line, opened, quoted, received, waits
from tests.journeys.screen import ALICE, ANA, BEN, words

READY = "Hi {name}, your order is ready."


async def open_(world: World, card: Any, by: str = ANA) -> Any:
    """The modal, on top of More."""
    await world.play.press(by, CHANNEL, card.ts, "more", value="details")
    await world.play.press(by, None, world.play.world.modals(by)[-1].id, "saved_replies")
    return world.play.world.modals(by)[-1]


def text_block(modal: Any) -> str:
    """The id of the block with the text."""
    block, _ = elements.find(modal.blocks, "saved_text")
    return str(block["block_id"])


def text(modal: Any) -> str:
    """What stands in the text."""
    block, element = elements.find(modal.blocks, "saved_text")
    return modal.choices[elements.key(block, element)] or ""


async def save(world: World, modal: Any, name: str, body: str, *, how: str = "saved_new") -> dict[str, str]:
    """Save a text as a new one, or as what becomes of the one that was chosen."""
    await world.play.press(ANA, None, modal.id, how)
    asked = world.play.world.modals(ANA)[-1]
    return await world.play.submit(ANA, asked.id, {"saving_name": name, "saving_text": body})


async def names(world: World, modal: Any, typed: str = "", by: str = ANA) -> list[str]:
    """What can be chosen."""
    return [one["text"]["text"] for one in await world.play.options(by, None, modal.id, "saved_reply", typed)]


async def choose(world: World, modal: Any, name: str, by: str = ANA) -> None:
    """Choose one by its name."""
    [value] = [
        one["value"]
        for one in await world.play.options(by, None, modal.id, "saved_reply", name)
        if one["text"]["text"] == name
    ]
    await world.play.choose(by, None, modal.id, "saved_reply", value, query=name)


async def _name(world: World, card: Any, name: str) -> None:
    await world.play.press(ANA, CHANNEL, card.ts, "more", value="rename")
    await world.play.submit(ANA, world.play.world.modals(ANA)[-1].id, {"name": name})


async def test_one_is_saved_by_one_and_sent_by_another(world: World, eventually: Eventually) -> None:
    """With the customer's name in it, changed before it leaves; it is an answer like any other."""
    card = await opened(world)
    await _name(world, card, "Alice")
    modal = await open_(world, card)
    assert await save(world, modal, "Ready", READY) == {}
    assert text(modal) == "Hi Alice, your order is ready."
    await world.play.close(ANA, modal.id)
    modal = await open_(world, card, BEN)
    assert await names(world, modal, by=BEN) == ["Ready"]
    await choose(world, modal, "Ready", BEN)
    assert text(modal) == "Hi Alice, your order is ready."
    sent = "Hi Alice, your order is ready. 🎉"
    await world.play.submit(BEN, modal.id, {text_block(modal): "Hi Alice, your order is ready. :tada:"})
    assert world.play.world.modals(BEN) == []
    await eventually(lambda: received(world) == [sent])
    shown = await eventually(lambda: line(world, card, f"<@{BEN}> wrote to the customer:"))
    assert quoted(shown) == [sent]
    await eventually(lambda: not waits(world.roots()[0]))
    await eventually(lambda: line(world, card, f"<@{BEN}> answered first"))


async def test_without_a_name_its_place_goes(world: World) -> None:
    """And the comma that set it off stays right."""
    card = await opened(world)
    modal = await open_(world, card)
    await save(world, modal, "Ready", READY)
    assert text(modal) == "Hi, your order is ready."


async def test_it_is_edited_and_deleted_for_all(world: World) -> None:
    """Under a new name, and then it is gone; who has it open is told so."""
    card = await opened(world)
    modal = await open_(world, card)
    await save(world, modal, "Ready", READY)
    others = await open_(world, card, BEN)
    await choose(world, others, "Ready", BEN)
    assert await save(world, modal, "Ready for pickup", "Come by, {name}.", how="saved_edit") == {}
    assert text(modal) == "Come by."
    assert await names(world, modal) == ["Ready for pickup"]
    await world.play.press(ANA, None, modal.id, "saved_delete")
    assert await names(world, modal) == []
    assert text(modal) == ""
    await world.play.press(BEN, None, others.id, "saved_edit")
    assert "was deleted meanwhile" in words(world.play.world.modals(BEN)[-1].blocks)
    await world.play.press(BEN, None, others.id, "saved_delete")
    assert text(others) == ""


async def test_what_is_typed_can_be_saved_as_a_new_one(world: World) -> None:
    """The text goes with it."""
    card = await opened(world)
    modal = await open_(world, card)
    block, element = elements.find(modal.blocks, "saved_text")
    modal.choices[elements.key(block, element)] = "We open at nine."
    await world.play.press(ANA, None, modal.id, "saved_new")
    asked = world.play.world.modals(ANA)[-1]
    await world.play.submit(ANA, asked.id, {"saving_name": "Hours"})
    assert text(modal) == "We open at nine."
    assert await names(world, modal) == ["Hours"]


async def test_what_is_wrong_is_said_where_it_is(world: World) -> None:
    """A name that is taken in any case, none, a text that is too long or empty; nothing is sent empty either."""
    card = await opened(world)
    modal = await open_(world, card)
    await save(world, modal, "Straße", "Hello")
    for name, body, where, said in (
        ("STRASSE", "Hello", "saving_name", "“Straße” already"),
        (" ", "Hello", "saving_name", "a name"),
        ("Long", "x" * 1601, "saving_text", "1,601 characters"),
        ("Empty", " ", "saving_text", "Write the text"),
    ):
        errors = await save(world, modal, name, body)
        assert said in errors[where]
        await world.play.close(ANA, world.play.world.modals(ANA)[-1].id)
    errors = await world.play.submit(ANA, modal.id, {text_block(modal): " "})
    assert "write a text first" in errors[text_block(modal)]
    assert await save(world, modal, "Straße", "Hello again", how="saved_edit") == {}


async def test_two_who_save_the_same_name_at_once(world: World) -> None:
    """One of them has it, the other is told."""
    card = await opened(world)
    asked = []
    for by in (ANA, BEN):
        await world.play.press(by, None, (await open_(world, card, by)).id, "saved_new")
        asked.append((by, world.play.world.modals(by)[-1].id))
    answers = await asyncio.gather(
        *(world.play.submit(by, id_, {"saving_name": "Hours", "saving_text": by}) for by, id_ in asked)
    )
    assert sorted(len(errors) for errors in answers) == [0, 1]


async def test_more_than_a_menu_holds_are_found_by_name(world: World) -> None:
    """Hundred are offered, and any other once its name is typed, in any case."""
    card = await opened(world)
    async with world.bridge.database.write() as session:
        for number in range(150):
            session.add(
                SavedReply(
                    workspace_id=world.bridge.workspace.id,
                    inbox_id=1,
                    name=f"Réponse {number:03}",
                    body="Bonjour",
                    author_id=ANA,
                    created_at=world.clock.now(),
                )
            )
    modal = await open_(world, card)
    assert len(await names(world, modal)) == 100
    assert await names(world, modal, "149 RÉPONSE") == ["Réponse 149"]
    await choose(world, modal, "Réponse 149")
    assert text(modal) == "Bonjour"


async def test_each_inbox_has_its_own(start: Start, play: Playground, eventually: Eventually) -> None:
    """What one team saves is not offered to another."""
    play.add_channel("C0SALES", "sales", members=[ANA])
    play.add_number("+15550100001")
    async with start(inboxes={NUMBER: CHANNEL, "+15550100001": "C0SALES"}) as world:
        await world.bridge.directory.was_read.wait()
        modal = await open_(world, await opened(world))
        await save(world, modal, "Ready", READY)
        await play.text(ALICE, "+15550100001", "Hello")
        [card] = await eventually(lambda: play.world.channels["C0SALES"].posts)
        await play.quiet()
        await play.press(ANA, "C0SALES", card.ts, "more", value="details")
        await play.press(ANA, None, play.world.modals(ANA)[-1].id, "saved_replies")
        modal = play.world.modals(ANA)[-1]
        assert await names(world, modal) == []
        assert await save(world, modal, "Ready", "Sold") == {}


async def test_sent_twice_is_sent_once(world: World, eventually: Eventually) -> None:
    """The same modal is submitted again, as after an answer that came too late."""
    card = await opened(world)
    modal = await open_(world, card)
    filled = {text_block(modal): "Once"}
    await asyncio.gather(*(world.play.submit(ANA, modal.id, filled) for _ in range(2)))
    await eventually(lambda: received(world) == ["Once"])
    await world.play.quiet()
    assert received(world) == ["Once"]


async def test_what_begins_as_a_note_is_not_texted(world: World) -> None:
    """The window says so, and nothing is sent."""
    modal = await open_(world, await opened(world))
    errors = await world.play.submit(ANA, modal.id, {text_block(modal): "// she is difficult"})
    assert "as a note to colleagues does" in errors[text_block(modal)]
    await world.play.quiet()
    assert received(world) == []


async def test_who_stopped_is_not_texted(world: World, eventually: Eventually) -> None:
    """The modal says so."""
    card = await opened(world)
    modal = await open_(world, card)
    await world.play.text(ALICE, NUMBER, "STOP")
    await eventually(lambda: "Texted STOP" in words(world.roots()[0].blocks))
    errors = await world.play.submit(ANA, modal.id, {text_block(modal): "Hello"})
    assert "opted out" in errors[text_block(modal)]


async def test_a_placeholder_that_was_typed_does_not_reach_a_customer(world: World, eventually: Eventually) -> None:
    """Who types a text with a name's place, to save it too, and sends it: it is filled in all the same."""
    card = await opened(world)
    modal = await open_(world, card)
    await world.play.submit(ANA, modal.id, {text_block(modal): READY})
    await eventually(lambda: received(world) == ["Hi, your order is ready."])
    await _name(world, card, "Alice")
    modal = await open_(world, card)
    await world.play.submit(ANA, modal.id, {text_block(modal): READY})
    await eventually(lambda: received(world) == ["Hi, your order is ready.", "Hi Alice, your order is ready."])
    await _name(world, card, "")
    modal = await open_(world, card)
    errors = await world.play.submit(ANA, modal.id, {text_block(modal): "{Name}!"})
    assert list(errors.values()) == ["There is nothing to send yet: write a text first."]
