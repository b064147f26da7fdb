"""`More`: labels, the note about a contact; and names on every card of theirs."""

from typing import Any

import pytest

from playground.playground import Playground
from playground.seed import CHANNEL, NUMBER
from playground.world import Post, View
from storage import conversations
from tests.conftest import Eventually, Start, World
from tests.journeys.screen import ALICE, ANA, BEN, BOB, GUS, arrive, entries, said, told, words

SECOND_NUMBER, SECOND_CHANNEL = "+15550100009", "C0SALES"


async def open_more(world: World, card: Post, user: str = ANA, channel: str = CHANNEL) -> View:
    """The modal behind the card's `More`."""
    await world.play.press(user, channel, card.ts, "more", value="details")
    return world.play.world.modals(user)[-1]


async def find(world: World, view: View, query: str, user: str = ANA) -> list[str]:
    """What the menu of labels offers to who types this."""
    options = await world.play.options(user, None, view.id, "labels", query)
    return [option["text"]["text"] for option in options]


async def put(world: World, card: Post, *labels: str, user: str = ANA, channel: str = CHANNEL) -> dict[str, str]:
    """Open `More`, choose labels and save."""
    view = await open_more(world, card, user, channel)
    return await save(world, view, *labels, user=user)


async def save(world: World, view: View, *labels: str, user: str = ANA, **values: Any) -> dict[str, str]:
    """Choose labels as they are typed, and save."""
    for number, typed in enumerate(labels, start=1):
        await world.play.choose(user, None, view.id, "labels", list(labels[:number]), query=typed)
    return await world.play.submit(user, view.id, values)


def on_card(card: Post, mark: str) -> str:
    """The line of the card that begins with this."""
    return next((line for line in words(card.blocks).splitlines() if line.startswith(mark)), "")


async def test_more_is_the_last_of_five_entries(world: World, eventually: Eventually) -> None:
    """It says who it is, how things stand and who owns it."""
    card = await arrive(world, eventually)
    assert entries(card) == ["History", "Name", "More"]
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    await eventually(lambda: entries(card)[-3:] == ["History", "Name", "More"] and len(entries(card)) == 5)
    view = await open_more(world, card, BEN)
    shown = words(view.blocks)
    assert "(415) 555-0123" in shown
    assert "🟢 *Open*" in shown
    assert "Owner: Ana" in shown


async def test_labels_are_found_or_added_and_shown(world: World, eventually: Eventually) -> None:
    """On the card and in the queues; any rep may, and nobody is told."""
    card = await arrive(world, eventually)
    view = await open_more(world, card)
    assert await find(world, view, " late   order ") == ["Add “late order”"]
    assert await save(world, view, "late order", "VIP") == {}
    await eventually(lambda: on_card(card, "🏷") == "🏷 VIP, late order")
    assert world.thread(card.ts) == []
    for command, text in (("/unassigned", ""), ("/sms", "inbox")):
        listed = await world.play.command(BEN, CHANNEL, command, text)
        assert listed is not None
        assert "🏷 VIP, late order" in words(listed.blocks)
    other = await arrive(world, eventually, "Me too", BOB)
    view = await open_more(world, other, BEN)
    assert await find(world, view, "", BEN) == ["VIP", "late order"]
    assert await find(world, view, "ord", BEN) == ["late order", "Add “ord”"]
    assert await find(world, view, "vip", BEN) == ["VIP"]
    assert await find(world, view, "x" * 31, BEN) == []


async def test_a_label_keeps_the_spelling_that_it_has(world: World, eventually: Eventually) -> None:
    """Also when two have typed it at once, before either was kept."""
    first, second = await arrive(world, eventually), await arrive(world, eventually, "Me too", BOB)
    views = [await open_more(world, first, ANA), await open_more(world, second, BEN)]
    await world.play.choose(BEN, None, views[1].id, "labels", ["BILLING"], query="BILLING")
    await save(world, views[0], "Billing")
    await eventually(lambda: on_card(first, "🏷") == "🏷 Billing")
    assert await world.play.submit(BEN, views[1].id, {}) == {}
    await eventually(lambda: on_card(second, "🏷") == "🏷 Billing")


async def test_two_who_change_labels_at_once_lose_nothing(world: World, eventually: Eventually) -> None:
    """Only what each has changed is changed, and a note that only one has touched stays as it was written."""
    card = await arrive(world, eventually)
    await put(world, card, "one", "two")
    await eventually(lambda: on_card(card, "🏷") == "🏷 one, two")
    first, second = await open_more(world, card, ANA), await open_more(world, card, BEN)
    await save(world, first, "one", "three", about="Prefers calls")
    assert await save(world, second, "one", "two", "four", user=BEN) == {}
    await eventually(lambda: on_card(card, "🏷") == "🏷 four, one, three")
    assert on_card(card, "📝") == "📝 Prefers calls"


async def test_too_many_labels_are_refused_at_the_menu(world: World, eventually: Eventually) -> None:
    """With a sentence, and nothing is kept."""
    card = await arrive(world, eventually)
    await put(world, card, *(f"label {number}" for number in range(9)))
    await eventually(lambda: "label 8" in on_card(card, "🏷"))
    first, second = await open_more(world, card, ANA), await open_more(world, card, BEN)
    nine = [f"label {number}" for number in range(9)]
    await save(world, first, *nine, "ten")
    errors = await save(world, second, *nine, "eleven", user=BEN)
    assert list(errors.values()) == ["A conversation has at most 10 labels. Take some away first."]
    await eventually(lambda: "ten" in on_card(card, "🏷"))
    assert "eleven" not in on_card(card, "🏷")


async def test_a_note_about_a_customer_stands_on_the_card(world: World, eventually: Eventually) -> None:
    """Short there, whole in `More`; the thread says who changed it; the customer hears nothing."""
    card = await arrive(world, eventually)
    about = "Prefers *calls* <!here>\nNever before noon. " + "y" * 900
    await save(world, await open_more(world, card), about=about)
    line = await said(world, eventually, card, "noted about this customer: Prefers *calls* &lt;!here&gt; Never")
    assert f"<@{ANA}>" in line.text
    await eventually(lambda: on_card(card, "📝").startswith("📝 Prefers *calls* <!here> Never before noon. yyy"))
    assert len(on_card(card, "📝")) < 160
    view = await open_more(world, card, BEN)
    assert world.play.shown_choice(None, view.id, "about_text", user=BEN) == {"value": about, "text": about}
    await save(world, view, user=BEN, about="")
    await said(world, eventually, card, f"<@{BEN}> took away the note about this customer")
    await eventually(lambda: on_card(card, "📝") == "")
    assert [text.body for text in world.play.phone(ALICE)] == ["Is it there?"]


async def test_saving_without_a_change_says_nothing(world: World, eventually: Eventually) -> None:
    """No line, and the card is left as it is."""
    card = await arrive(world, eventually)
    await save(world, await open_more(world, card), "one", about="Prefers calls")
    await said(world, eventually, card, "noted about")
    await eventually(lambda: on_card(card, "🏷"))
    place = card.blocks[-1]["block_id"]
    await world.play.submit(BEN, (await open_more(world, card, BEN)).id, {})
    await world.play.quiet()
    assert len(world.thread(card.ts)) == 1
    assert card.blocks[-1]["block_id"] == place


async def test_guests_are_not_shown_it(world: World, eventually: Eventually) -> None:
    """They are told why, and no window opens."""
    card = await arrive(world, eventually)
    await world.play.press(GUS, CHANNEL, card.ts, "more", value="details")
    assert "only members of this workspace" in told(world.play, GUS)
    assert world.play.world.modals(GUS) == []


def sales(play: Playground) -> None:
    """A second number, whose channel Ben is not in."""
    play.add_number(SECOND_NUMBER)
    play.add_channel(SECOND_CHANNEL, "sales", [ANA])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_one_inbox_knows_stays_there(play: Playground, start: Start, eventually: Eventually) -> None:
    """Labels are not offered and notes are not shown to who is not in its channel; a name is on all its cards."""
    sales(play)
    async with start(inboxes={NUMBER: CHANNEL, SECOND_NUMBER: SECOND_CHANNEL}) as world:
        card = await arrive(world, eventually)
        await play.text(ALICE, SECOND_NUMBER, "About a contract")
        other: Post = await eventually(lambda: next(iter(play.world.channels[SECOND_CHANNEL].posts), None))
        await eventually(lambda: _is_there(world, SECOND_CHANNEL))
        view = await open_more(world, other, channel=SECOND_CHANNEL)
        await save(world, view, "secret", about="Negotiates")
        await eventually(lambda: on_card(other, "📝") == "📝 Negotiates")
        assert await find(world, await open_more(world, card, BEN), "sec", BEN) == ["Add “sec”"]
        assert await find(world, await open_more(world, card), "sec") == ["secret", "Add “sec”"]
        assert "Negotiates" not in words(card.blocks)
        await play.press(BEN, CHANNEL, card.ts, "more", value="rename")
        await play.submit(BEN, play.world.modals(BEN)[-1].id, {"name": "Alice Moss"})
        await eventually(lambda: "Alice Moss" in words(card.blocks) and "Alice Moss" in words(other.blocks))


async def _is_there(world: World, channel: str) -> bool:
    """Whether the bridge knows where the cards of a channel are."""
    async with world.bridge.database.read() as session:
        return not await conversations.has_unposted_thread(session, world.bridge.workspace.id, channel)
