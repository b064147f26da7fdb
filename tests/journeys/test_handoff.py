"""Handing off: one's own conversations, all or some, to a colleague or to nobody; a manager hands off anybody's."""

import asyncio
from functools import partial
from http import HTTPStatus
from typing import Any

from bot.blocks import actions
from playground.playground import Playground
from playground.seed import CHANNEL, NUMBER
from playground.world import BOT_USER, View
from storage import managers
from storage.states import Status
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import direct, lines, opened, quoted
from tests.journeys.screen import ALICE, ANA, BEN, BOB, CHLOE, MARA, arrive, mine, told, unread, words
from tests.journeys.team import change, owner

CAROL = "+14155550125"
PHONES = (ALICE, BOB, CAROL)


def option(value: str) -> dict[str, Any]:
    """What a menu still holds although the app offers it no longer."""
    return {"text": {"type": "plain_text", "text": "?"}, "value": value}


async def owned(world: World, eventually: Eventually, user: str = ANA, phones: Any = PHONES) -> list[Any]:
    """Conversations that somebody owns, the first waiting longest."""
    cards = []
    for phone in phones:
        card = await opened(world, phone)
        await world.play.press(user, CHANNEL, card.ts, "claim")
        world.clock.move(minutes=1)
        cards.append(card)
    await eventually(lambda: all(owner(card) for card in cards))
    return cards


async def form(world: World, user: str, text: str = "handoff") -> View:
    """The modal, opened by the command."""
    await world.play.command(user, CHANNEL, "/sms", text)
    return shown(world, user)


def shown(world: World, user: str) -> View:
    """The modal that somebody has before them."""
    return world.play.world.modals(user)[-1]


def is_told(world: World, card: Any) -> bool:
    """Whether the line about a handoff stands in a thread."""
    return len(world.thread(card.ts)) == 2


async def test_all_of_ones_own_go_to_a_colleague_with_a_note(world: World, eventually: Eventually) -> None:
    """Each thread says so with the note, the queues change, and there is a receipt in the modal and as a message."""
    cards = await owned(world, eventually)
    view = await form(world, ANA)
    assert "You have 3 open conversations, 0 unread." in words(view.blocks)
    filled = {"handoff_to": BEN, "handoff_note": "On <leave> @ben until Monday"}
    assert await world.play.submit(ANA, view.id, filled) == {}
    await eventually(lambda: [owner(card) for card in cards] == ["Ben"] * 3)
    for card in cards:
        await eventually(partial(is_told, world, card))
        [_, line] = world.thread(card.ts)
        assert line.text == f"<@{ANA}> handed this off to <@{BEN}>."
        assert quoted(line) == ["On <leave> @ben until Monday"]
    receipt = f"Handed off 3 conversations to <@{BEN}>."
    await eventually(lambda: words(shown(world, ANA).blocks) == receipt)
    await eventually(lambda: direct(world, ANA) == [receipt])
    assert "(415) 555-0123" not in await mine(world, ANA)
    assert "(415) 555-0125" in await mine(world, BEN)
    assert await unread(world, BEN) == 3
    await world.play.press(BEN, CHANNEL, cards[0].ts, "more", value="history")
    assert f"<@{ANA}> handed it off to <@{BEN}> (before: <@{ANA}>)" in told(world.play, BEN)


async def test_some_of_ones_own_can_be_chosen(world: World, eventually: Eventually) -> None:
    """They are found by number, with how long they wait; the others stay."""
    cards = await owned(world, eventually)
    view = await form(world, ANA)
    offered = await world.play.options(ANA, None, view.id, "handoff_only")
    assert [option["text"]["text"] for option in offered] == ["(415) 555-0123", "(415) 555-0124", "(415) 555-0125"]
    assert offered[0]["description"]["text"] == "Waits 3 minutes · (555) 010-0000"
    [bob] = await world.play.options(ANA, None, view.id, "handoff_only", "0124")
    await world.play.submit(ANA, view.id, {"handoff_to": "nobody", "handoff_only": [bob["value"]]})
    await eventually(lambda: [owner(card) for card in cards] == ["Ana", "", "Ana"])
    await eventually(lambda: f"<@{ANA}> handed this off: it waits for a new owner." in lines(world, cards[1]))
    await eventually(lambda: direct(world, ANA) == ["Handed off 1 conversation: it waits for a new owner."])


async def test_snoozed_ones_go_along_and_awake_without_an_owner(world: World, eventually: Eventually) -> None:
    """With a new owner they go on sleeping; nobody to wake up for, and they are open."""
    cards = await owned(world, eventually, phones=(ALICE, BOB))
    for card in cards:
        await change(world, card, status=Status.SNOOZED)
    view = await form(world, ANA)
    assert "You have 0 open conversations, 0 unread, and 2 snoozed." in words(view.blocks)
    await world.play.submit(ANA, view.id, {"handoff_to": BEN})
    await eventually(lambda: all(f"<@{ANA}> handed this off to <@{BEN}>." in lines(world, card) for card in cards))
    assert (await change(world, cards[0])).status == Status.SNOOZED
    view = await form(world, BEN)
    await world.play.submit(BEN, view.id, {"handoff_to": "nobody"})
    await eventually(lambda: len(direct(world, BEN)) == 1)
    assert (await change(world, cards[0])).status == Status.OPEN
    shown_ = await world.play.command(CHLOE, CHANNEL, "/unassigned")
    assert shown_ is not None
    assert "(415) 555-0124" in words(shown_.blocks)


async def test_what_a_colleague_cannot_own_stays_and_the_receipt_says_so(
    start: Start, play: Playground, eventually: Eventually
) -> None:
    """Of two inboxes Ben is in one; the menu notes it."""
    play.add_channel("C0SALES", "sales", [ANA, CHLOE])
    play.add_number("+15550100001")
    async with start(inboxes={NUMBER: CHANNEL, "+15550100001": "C0SALES"}) as world:
        cards = await owned(world, eventually, phones=(ALICE,))
        await play.text(BOB, "+15550100001", "Sales?")
        [sale] = await eventually(lambda: play.world.channels["C0SALES"].posts)
        await play.quiet()
        await play.press(ANA, "C0SALES", sale.ts, "claim")
        await eventually(lambda: owner(sale) == "Ana")
        view = await form(world, ANA)
        offered = await play.options(ANA, None, view.id, "handoff_to")
        notes = {one["value"]: (one.get("description") or {}).get("text") for one in offered}
        some = "in 1 of 2 inboxes"
        assert notes == {"nobody": "they wait for a new owner", BEN: some, CHLOE: None, MARA: some}
        await play.submit(ANA, view.id, {"handoff_to": BEN})
        receipt = f"Handed off 1 of 2 conversations to <@{BEN}>."
        why = "• 1 stayed: Ben cannot own them: they are not in its channel"
        await eventually(lambda: direct(world, ANA) == [f"{receipt}\n{why}"])
        await eventually(lambda: (owner(cards[0]), owner(sale)) == ("Ben", "Ana"))


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
        view = shown(world, ANA)
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


async def test_what_changed_meanwhile_is_not_moved(world: World, eventually: Eventually) -> None:
    """What was closed or taken over while the form was open stays as it is."""
    cards = await owned(world, eventually)
    view = await form(world, ANA)
    chosen = [one["value"] for one in await world.play.options(ANA, None, view.id, "handoff_only")]
    await world.play.choose(BEN, CHANNEL, cards[0].ts, "assign", BEN)
    await world.play.press(ANA, CHANNEL, cards[1].ts, "close")
    await world.play.press(ANA, CHANNEL, world.play.ephemerals(ANA)[-1].ts, "close_anyway")
    view.choices["handoff_only/handoff_only"] = [option(one) for one in chosen]
    await world.play.submit(ANA, view.id, {"handoff_to": CHLOE})
    await eventually(lambda: [owner(card) for card in cards] == ["Ben", "Ana", "Chloé"])
    [receipt] = await eventually(lambda: direct(world, ANA))
    assert receipt.splitlines()[0] == f"Handed off 1 of 3 conversations to <@{CHLOE}>."
    assert set(receipt.splitlines()[1:]) == {
        "• 1 stayed: somebody else's by then",
        "• 1 stayed: closed by then",
    }


async def test_what_cannot_be_is_said_in_the_form(world: World, eventually: Eventually) -> None:
    """To oneself, or to somebody who left while it was open; and there may be nothing at all."""
    view = await form(world, ANA)
    assert "There is nothing to hand off here" in words(view.blocks)
    assert view.view.get("submit") is None
    await owned(world, eventually, phones=(ALICE,))
    view = await form(world, ANA)
    view.choices["handoff_to/handoff_to"] = option(ANA)
    assert await world.play.submit(ANA, view.id, {}) == {"handoff_to": "Ana has them already. Pick somebody else."}
    await world.play.leave(BEN, CHANNEL)
    view.choices["handoff_to/handoff_to"] = option(BEN)
    refused = await world.play.submit(ANA, view.id, {})
    assert "Ben cannot own this conversation: they are not in its channel" in refused["handoff_to"]


async def test_a_rep_names_a_colleague_and_a_manager_somebody_whose_work_it_is(
    world: World, eventually: Eventually
) -> None:
    """A rep's form goes to the colleague; whose work a manager hands off, is seen as counts alone."""
    await owned(world, eventually)
    view = await form(world, ANA, "handoff @ben")
    assert view.choices["handoff_to/handoff_to"]["value"] == BEN
    assert "handoff_whose" not in str(view.blocks)
    view = await form(world, MARA, "handoff @Ana")
    assert "*Ana* has 3 open conversations, 0 unread, in the inboxes that you are in." in words(view.blocks)
    assert "555" not in str(view.view)
    assert "handoff_only" not in str(view.blocks)
    await world.play.command(ANA, CHANNEL, "/sms", "handoff @nobody")
    assert "“@nobody” is nobody in your inboxes' channels" in told(world.play, ANA)


async def test_a_manager_moves_those_that_wait_longest(world: World, eventually: Eventually) -> None:
    """Whose they are is chosen in the form, and how many; the lines say who did it, and from whom."""
    cards = await owned(world, eventually)
    view = await form(world, MARA)
    assert "There is nothing to hand off here" in words(view.blocks)
    await world.play.choose(MARA, None, view.id, "handoff_whose", ANA)
    await eventually(lambda: "*Ana* has 3" in str(shown(world, MARA).view))
    await world.play.submit(MARA, view.id, {"handoff_to": BEN, "handoff_most": "2"})
    await eventually(lambda: [owner(card) for card in cards] == ["Ben", "Ben", "Ana"])
    await eventually(lambda: f"<@{MARA}> handed this off from <@{ANA}> to <@{BEN}>." in lines(world, cards[0]))
    await eventually(lambda: direct(world, MARA) == [f"Handed off 2 conversations of <@{ANA}> to <@{BEN}>."])
    await eventually(lambda: "Handed off 2 conversations" in words(shown(world, MARA).blocks))


async def test_only_a_manager_hands_off_anothers(world: World, eventually: Eventually) -> None:
    """A rep who was a manager while the form was opened is refused in it."""
    cards = await owned(world, eventually, phones=(ALICE,))
    view = await form(world, MARA, "handoff Ana")
    async with world.bridge.database.write() as session:
        await managers.keep(session, world.bridge.workspace.id, managers.SETTINGS, [CHLOE])
    view.choices["handoff_to/handoff_to"] = option(BEN)
    refused = await world.play.submit(MARA, view.id, {})
    assert refused == {"handoff_to": "Only managers can do this. Ask Chloé."}
    await world.play.quiet()
    assert owner(cards[0]) == "Ana"


async def test_a_form_that_is_sent_twice_hands_off_once(world: World, eventually: Eventually) -> None:
    """As when Slack had no answer in time, also once the first one is over: as many go as were asked for."""
    cards = await owned(world, eventually)
    view = await form(world, MARA, "handoff Ana")
    await world.play.submit(MARA, view.id, {"handoff_to": BEN, "handoff_most": "1"})
    [sent] = [sent for sent in world.play.sent if sent.about == actions.HANDOFF_MODAL]
    await eventually(lambda: direct(world, MARA))
    answer = await world.play.out.interactive(sent.body, sent.about)
    assert answer.status == HTTPStatus.OK
    await world.play.quiet(2)
    assert [owner(card) for card in cards] == ["Ben", "Ana", "Ana"]
    assert direct(world, MARA) == [f"Handed off 1 conversation of <@{ANA}> to <@{BEN}>."]


async def test_a_closed_modal_harms_nothing(world: World, eventually: Eventually) -> None:
    """It goes on, and the receipt comes as a message."""
    cards = await owned(world, eventually)
    view = await form(world, ANA)
    await world.play.submit(ANA, view.id, {"handoff_to": BEN})
    await world.play.close(ANA, view.id)
    await eventually(lambda: direct(world, ANA) == [f"Handed off 3 conversations to <@{BEN}>."])
    await eventually(lambda: [owner(card) for card in cards] == ["Ben"] * 3)


async def test_what_was_picked_and_is_not_shown_yet_is_shown_first(world: World, eventually: Eventually) -> None:
    """A manager sends the form before it has turned to whom they picked: nobody's are handed off unseen."""
    [own] = await owned(world, eventually, MARA, (ALICE,))
    [anas] = await owned(world, eventually, ANA, (BOB,))
    view = await form(world, MARA)
    world.play.faults.delay("views.update", 2)
    picks = asyncio.create_task(world.play.choose(MARA, None, view.id, "handoff_whose", ANA))
    await eventually(lambda: view.choices["handoff_whose/handoff_whose"]["value"] == ANA)
    await world.play.submit(MARA, view.id, {"handoff_to": BEN})
    await picks
    assert "*Ana* has 1 open conversation" in words(shown(world, MARA).blocks)
    await world.play.submit(MARA, view.id, {"handoff_to": BEN})
    await eventually(lambda: direct(world, MARA) == [f"Handed off 1 conversation of <@{ANA}> to <@{BEN}>."])
    await eventually(lambda: [owner(own), owner(anas)] == ["Mara", "Ben"])
