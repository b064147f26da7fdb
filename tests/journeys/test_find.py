"""`/sms find`: a name, a number, a label or words, in the inboxes of whoever asks."""

from typing import Any

import pytest

from desk import find
from playground.playground import Playground
from playground.seed import CHANNEL, MANAGER, NUMBER
from storage import conversations as rows
from storage import labels, search
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import opened, pass_time, received, reply
from tests.journeys.screen import ALICE, ANA, BEN, BOB, GUS, buttons, title, words

OTHER_NUMBER, OTHER_CHANNEL = "+15550100001", "C0SALES"


async def look(world: World, query: str, *, by: str = ANA) -> Any:
    """What the search shows."""
    return await world.play.command(by, CHANNEL, "/sms", f"find {query}")


async def seen(world: World, query: str, *, by: str = ANA) -> str:
    """In words."""
    return words((await look(world, query, by=by)).blocks)


async def _name(world: World, card: Any, name: str) -> None:
    await world.play.press(ANA, CHANNEL, card.ts, "more", value="rename")
    await world.play.submit(ANA, world.play.world.modals(ANA)[-1].id, {"name": name})


async def test_words_are_found_wherever_they_were_said(world: World, eventually: Eventually) -> None:
    """By the customer, in a reply, in a note, in any case; the hit is marked, and leads to its thread."""
    card = await opened(world, body="Where is my PARCEL?")
    await opened(world, BOB, "Good morning")
    await reply(world, card, "The courier has it")
    await reply(world, card, "// he is grumpy", by=BEN)
    await eventually(lambda: received(world) == ["The courier has it"])
    shown = await look(world, "parcel")
    told = words(shown.blocks)
    assert "(415) 555-0123" in told
    assert "0124" not in told
    assert "Customer: \nWhere is my \nPARCEL" in told
    assert "Owner: Ana" in told
    assert buttons(shown) == ["Open thread"]
    url = await world.play.press(ANA, CHANNEL, shown.ts, "open_thread")
    assert url is not None
    assert card.ts.replace(".", "") in url
    assert "Ana: \nThe \ncourier" in await seen(world, "COURIER")
    assert "Note by Ben: " in await seen(world, "grumpy")
    assert title(await look(world, "has courier")) == "Found · has courier"
    assert title(await look(world, "courier parcel")) == "Nothing found · courier parcel"


@pytest.mark.parametrize(
    "query",
    [
        *(
            "+1 415 555 0123",
            "(415) 555-0123",
            "415.555",
            "0123",
            "14155550123",
            "011 1 415 555 0123",
            "001114155550123",
        ),
        *("\u202a+1 (415) 555-0123\u202c", "\uff0b1 415 555 0123", "\uff08415\uff09\uff15\uff15\uff15\uff0d0123"),
    ],
)
async def test_a_number_is_found_in_any_notation(world: World, query: str) -> None:
    """Whole or in part, also as it comes from another app: between invisible marks, or in full width."""
    await opened(world)
    await opened(world, BOB)
    assert title(await look(world, query)) == f"Found · {query}"
    told = await seen(world, query)
    assert "(415) 555-0123" in told
    assert ("0124" in told) == (query == "415.555")


async def test_a_name_is_found_in_any_script(world: World, eventually: Eventually) -> None:
    """Before those in which it was only said; without what was said, its last text is shown."""
    card = await opened(world)
    await opened(world, BOB, "I am waiting for Зоя")
    await _name(world, card, "ЗОЯ Straße")
    await eventually(lambda: "ЗОЯ" in words(world.roots()[0].blocks))
    told = await seen(world, "зоя")
    assert told.index("ЗОЯ Straße") < told.index("(415) 555-0124")
    assert "Hi, is my order ready?" in told
    assert "ЗОЯ Straße" in await seen(world, "STRASSE зо")


async def test_a_label_and_the_note_about_a_customer_are_found(world: World) -> None:
    """And said to be what was found."""
    card = await opened(world)
    async with world.bridge.database.write() as session:
        thread = await rows.find_thread(session, world.bridge.workspace.id, CHANNEL, card.ts)
        assert thread is not None
        conversation = await rows.lock(session, thread.workspace_id, thread.conversation_id)
        await labels.keep(session, conversation, ["Billing"])
        conversation.about = "Prefers to be called"
    assert "Label: \nBilling" in await seen(world, "billing")
    assert "Note about the customer: " in await seen(world, "prefers")


@pytest.mark.parametrize("query", ["%", "_", "100%", "a_b", "\\"])
async def test_wildcards_are_letters(world: World, query: str) -> None:
    """What stands for anything in a database stands for itself."""
    await opened(world, body="Nothing special")
    await opened(world, BOB, f"It costs {query} more")
    told = await seen(world, query)
    assert "0124" in told
    assert "0123" not in told


async def test_only_ones_own_inboxes_are_searched(start: Start, play: Playground, eventually: Eventually) -> None:
    """Neither words, numbers nor names of others are shown; who is in none, or a guest, is told so."""
    play.add_channel(OTHER_CHANNEL, "sales", members=[ANA])
    play.add_channel("C0LOUNGE", "lounge", members=[BEN])
    play.add_number(OTHER_NUMBER)
    async with start(inboxes={NUMBER: CHANNEL, OTHER_NUMBER: OTHER_CHANNEL}) as world:
        await world.bridge.directory.was_read.wait()
        await play.text(ALICE, OTHER_NUMBER, "A secret")
        await eventually(lambda: play.world.channels[OTHER_CHANNEL].posts)
        assert "secret" in await seen(world, "secret")
        for query in ("secret", "0123"):
            assert title(await look(world, query, by=BEN)) == f"Nothing found · {query}"
        assert "Guests" in await seen(world, "secret", by=GUS)
        await play.leave(BEN, CHANNEL)
        await play.quiet()
        refused = await play.command(BEN, "C0LOUNGE", "/sms", "find secret")
        assert refused is not None
        assert "nothing to find" in words(refused.blocks)


async def test_what_was_taken_back_or_is_long_ago_is_not_found(start: Start, eventually: Eventually) -> None:
    """A reply that was deleted, and words of more than 90 days ago; the contact still is."""
    async with start(reply_hold_seconds=60) as world:
        card = await opened(world, body="Hello there")
        post = await reply(world, card, "Regrettable")
        await eventually(lambda: "waiting since" not in str(card.blocks))
        assert "Regrettable" in await seen(world, "regrettable")
        await world.play.delete(ANA, CHANNEL, post.ts)
        await eventually(lambda: "waiting since" in str(card.blocks))
        assert title(await look(world, "regrettable")).startswith("Nothing")
        pass_time(world, days=91)
        assert title(await look(world, "hello")).startswith("Nothing")
        assert title(await look(world, "0123")).startswith("Found")


async def test_more_than_ten_are_not_shown(world: World) -> None:
    """The newest ten, and that there are more."""
    for number in range(12):
        await opened(world, f"+1415555{2000 + number}", f"Order number {number}")
    told = await seen(world, "order")
    assert "There is more than is shown here" in told
    assert "number 11" in told
    assert "number 1 " not in f"{told} "
    assert told.count("Customer: ") == 10
    assert told.index("number 11") < told.index("number 2")
    told = await seen(world, "1415555")
    assert "There is more than is shown here" in told


async def test_when_its_time_is_up_it_says_how_far_it_looked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """And goes on from there when asked."""
    monkeypatch.setattr(search, "PIECE", 2)
    await opened(world, body="The oldest words")
    for number in range(5):
        await opened(world, f"+1415555{3000 + number}", "Others")
    monkeypatch.setattr(find, "BUDGET_SECONDS", 0.0)
    shown = await look(world, "oldest")
    assert "was looked through back to" in words(shown.blocks)
    assert title(shown).startswith("Nothing found")
    monkeypatch.setattr(find, "BUDGET_SECONDS", 60.0)
    await world.play.press(ANA, CHANNEL, shown.ts, "find_further")
    [*_, further] = world.play.ephemerals(ANA)
    assert "The oldest words" in words(further.blocks).replace("\n", "")


async def test_a_search_for_nothing_is_explained(world: World) -> None:
    """How it is written."""
    assert "Say what to look for" in await seen(world, "", by=MANAGER)
