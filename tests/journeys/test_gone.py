"""Who has left an inbox's channel, or became a guest: nothing that they had before them shows or does anything."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.handlers.commands import SUBCOMMANDS
from playground import elements
from playground.seed import CHANNEL
from playground.world import Post
from storage import conversations
from tests.conftest import Eventually, Start, World
from tests.journeys.backlog import OFTEN, raised
from tests.journeys.scene import at_work, direct, received
from tests.journeys.screen import ALICE, ANA, BEN, BOB, MARA, arrive, modal, said, words

REFUSALS = ("You are not in ", "Guests and people from other organisations")
EVERYBODYS = {"", "help", "health"}  # health says nothing of inboxes that one is not in
ELSEWHERE = "C0ELSE"

pytestmark = pytest.mark.parametrize("how", ["left", "guest"])
Opening = Callable[[World, Post, Post], Awaitable[Any]]


async def go(world: World, how: str, user: str = MARA) -> None:
    """Somebody leaves the channel, or becomes a guest in it."""
    if how == "left":
        await world.play.leave(user, CHANNEL)
    else:
        await world.play.change_person(user, guest=True)


async def come_back(world: World, how: str, user: str = MARA) -> None:
    """They are a rep again, and have closed what was open."""
    for view in world.play.world.modals(user):
        await world.play.close(user, view.id)
    if how == "left":
        await world.play.join(user, CHANNEL)
    else:
        await world.play.change_person(user, guest=False)


def is_refused(shown: Any) -> bool:
    """Whether it says that they may not, and nothing else."""
    return words(shown.blocks).startswith(REFUSALS)


async def saved_reply(world: World, card: Post) -> None:
    """A saved reply of the inbox."""
    await world.play.press(ANA, CHANNEL, card.ts, "more", value="details")
    await world.play.press(ANA, None, modal(world, ANA).id, "saved_replies")
    await world.play.press(ANA, None, modal(world, ANA).id, "saved_new")
    await world.play.submit(ANA, modal(world, ANA).id, {"saving_name": "Ready", "saving_text": "It is ready."})


async def _more(world: World, card: Post, _alert: Post) -> None:
    await world.play.press(MARA, CHANNEL, card.ts, "more", value="details")


async def _snooze(world: World, card: Post, alert: Post) -> None:
    await _more(world, card, alert)
    await world.play.press(MARA, None, modal(world, MARA).id, "snooze")


async def _saved(world: World, card: Post, alert: Post) -> None:
    await _more(world, card, alert)
    await world.play.press(MARA, None, modal(world, MARA).id, "saved_replies")
    view = modal(world, MARA)
    [ready] = await world.play.options(MARA, None, view.id, "saved_reply")
    await world.play.choose(MARA, None, view.id, "saved_reply", ready["value"])


async def _saving(world: World, card: Post, alert: Post) -> None:
    await _saved(world, card, alert)
    await world.play.press(MARA, None, modal(world, MARA).id, "saved_edit")


async def _people(world: World, _card: Post, _alert: Post) -> None:
    await world.play.command(MARA, CHANNEL, "/sms", "people")
    await world.play.choose(MARA, None, modal(world, MARA).id, "pick_member", BEN)


async def _handoff(world: World, _card: Post, _alert: Post) -> None:
    await world.play.command(MARA, CHANNEL, "/sms", "handoff")
    await world.play.choose(MARA, None, modal(world, MARA).id, "handoff_whose", ANA)
    nobody = {"text": {"type": "plain_text", "text": "Nobody"}, "value": "nobody"}
    modal(world, MARA).choices["handoff_to/handoff_to"] = nobody


async def _distribute(world: World, _card: Post, alert: Post) -> None:
    await world.play.press(MARA, CHANNEL, alert.ts, "distribute")


async def _by_hand(world: World, card: Post, alert: Post) -> None:
    await _distribute(world, card, alert)
    await world.play.choose(MARA, None, modal(world, MARA).id, "distribute_way", "by_hand")


def _command(text: str) -> Opening:
    async def command(world: World, _card: Post, _alert: Post) -> None:
        await world.play.command(MARA, CHANNEL, "/sms", text)

    return command


def _shortcut(name: str) -> Opening:
    async def shortcut(world: World, card: Post, _alert: Post) -> None:
        await world.play.shortcut(MARA, name, CHANNEL, card.ts)

    return shortcut


MODALS: dict[str, tuple[Opening, dict[str, Any]]] = {
    "more": (_more, {"about": "Pays late"}),
    "snooze": (_snooze, {"until": "text"}),
    "saved reply": (_saved, {}),
    "changed saved reply": (_saving, {"saving_text": "It is not."}),
    "people": (_people, {}),
    "handoff": (_handoff, {}),
    "distribute": (_distribute, {}),
    "by hand": (_by_hand, {}),
    "settings": (_command("settings"), {"away_message": "We are away."}),
    "alerts": (_command("alerts"), {"alert_count": "77"}),
    "assign": (_shortcut("assign_message"), {}),
    "close": (_shortcut("close_message"), {}),
    "note": (_shortcut("note_message"), {"note_text": "Look at this"}),
}


async def test_a_window_that_was_open_does_nothing(start: Start, eventually: Eventually, how: str) -> None:
    """Its menus offer nothing, its buttons and its sending are refused, and nobody is texted."""
    async with start(**OFTEN) as world:
        at_work(world)
        alert = await raised(world, eventually)
        card = await arrive(world, eventually)
        await world.play.press(ANA, CHANNEL, card.ts, "claim")
        await saved_reply(world, card)
        await said(world, eventually, card, "claimed this conversation")
        for name, (open_, filled) in MODALS.items():
            await open_(world, card, alert)
            view = modal(world, MARA)
            await go(world, how)
            for _, element in list(elements.interactive(view.blocks)):
                if "external" in element["type"]:
                    assert await world.play.options(MARA, None, view.id, element["action_id"]) == [], name
                if element["type"] == "button" and element["action_id"] != "saved_new":  # which shows what was typed
                    await world.play.press(MARA, None, view.id, element["action_id"])
                    assert is_refused(modal(world, MARA)), name
                    await world.play.close(MARA, modal(world, MARA).id)
            errors = await world.play.submit(MARA, view.id, filled)
            assert (*errors.values(), words(view.blocks))[0].startswith(REFUSALS), name
            await come_back(world, how)
        await world.play.quiet(0.3)
        assert received(world, ALICE) == []
        assert len(world.thread(card.ts)) == 1
        assert direct(world, MARA) == []


async def test_commands_and_shortcuts_are_refused(world: World, eventually: Eventually, how: str) -> None:
    """Each of them, in a sentence that only they see."""
    world.play.add_channel(ELSEWHERE, "elsewhere", [MARA])
    card = await arrive(world, eventually)
    await go(world, how)
    for name in SUBCOMMANDS.keys() - EVERYBODYS:
        shown = await world.play.command(MARA, ELSEWHERE, "/sms", f"{name} there" if name == "find" else name)
        assert is_refused(shown), name
    assert world.play.world.modals(MARA) == []
    if how == "guest":
        for name in ("assign_message", "close_message", "note_message"):
            await world.play.shortcut(MARA, name, CHANNEL, card.ts)
            assert is_refused(modal(world, MARA)), name
    assert direct(world, MARA) == []


async def test_lists_that_were_shown_are_replaced(world: World, eventually: Eventually, how: str) -> None:
    """By the sentence alone, whatever is pressed in them."""
    card = await arrive(world, eventually)
    await world.play.press(MARA, CHANNEL, card.ts, "claim")
    other = await arrive(world, eventually, "And mine?", BOB)
    world.play.add_channel(ELSEWHERE, "elsewhere", [MARA])
    lists = [
        (await world.play.command(MARA, ELSEWHERE, command, text), pressed)
        for command, text, pressed in (
            ("/mine", "", "filter:open"),
            ("/mine", "", "refresh"),
            ("/unassigned", "", "claim"),
            ("/unassigned", "", "open_thread"),
            ("/sms", "inbox", "filter:closed"),
        )
    ]
    await go(world, how)
    for shown, pressed in lists:
        assert shown is not None
        await world.play.press(MARA, ELSEWHERE, shown.ts, pressed)
        assert is_refused(shown), pressed
    async with world.bridge.database.read() as session:
        thread = await conversations.find_thread(session, world.bridge.workspace.id, CHANNEL, other.ts)
        assert thread is not None
        row = await conversations.get(session, world.bridge.workspace.id, thread.conversation_id)
        assert row.assignee_id is None
