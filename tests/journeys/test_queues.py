"""What each person finds when they ask what there is to do."""

import asyncio

import pytest

from bot.blocks import whispers
from playground.playground import Playground
from playground.seed import CHANNEL, MANAGER, NUMBER
from playground.world import Ephemeral
from tests.conftest import Eventually, Start, World
from tests.journeys.screen import (
    ALICE,
    ANA,
    BEN,
    BOB,
    GUS,
    MARA,
    answer,
    arrive,
    buttons,
    mine,
    said,
    title,
    unread,
    words,
)

OTHER_CHANNEL, OTHER_NUMBER = "C0RETURNS", "+15550100001"


async def ask(world: World, user: str, command: str, text: str = "", channel: str = CHANNEL) -> Ephemeral:
    """What a slash command answers, for this person alone."""
    shown = await world.play.command(user, channel, command, text)
    assert isinstance(shown, Ephemeral)
    assert shown.user == user
    return shown


def contacts(shown: Ephemeral) -> list[str]:
    """Who stands in a queue, from the top: the first words of each row."""
    return [words(block).splitlines()[0] for block in shown.blocks if block["type"] == "rich_text"]


async def test_everything_empty_is_good_news(world: World) -> None:
    """Each queue and each filter says so in words of its own."""
    for command, text, sentence in (
        ("/mine", "", "Nothing here yet."),
        ("/mine", "unread", "You are up to date."),
        ("/mine", "open", "Enjoy the quiet."),
        ("/mine", "closed", "None of your conversations is closed yet."),
        ("/unassigned", "", "Every open conversation has an owner."),
        ("/unassigned", "closed", "No closed conversation is without an owner."),
        ("/sms", "inbox", "No texts yet."),
    ):
        shown = await ask(world, ANA, command, text)
        assert sentence in words(shown.blocks)
        assert title(shown).endswith(" · 0")
        assert "Refresh" in buttons(shown)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_is_not_understood_is_answered_with_the_usage(world: World) -> None:
    """A wrong argument names itself and how to write it; it pings nobody."""
    for command, text, form in (
        ("/mine", "everything", "/mine [open|unread|snoozed|closed]"),
        ("/unassigned", "mine", "/unassigned [closed]"),
        ("/sms", "<!channel> *x*", whispers.COMMANDS["/sms"]),
        ("/sms", "payload", whispers.COMMANDS["/sms"]),
    ):
        shown = await ask(world, ANA, command, text)
        assert f"“{text}”" in words(shown.blocks)
        assert f"Write it as `{form}`" in words(shown.blocks)
        assert shown.blocks[0]["text"]["type"] == "plain_text"
        assert "<!channel>" not in shown.text
    assert title(await ask(world, ANA, "/mine", "  UNREAD ")).startswith("Your queue")
    for text in ("", "help"):
        assert "`/sms inbox` every conversation, with its owner" in words((await ask(world, ANA, "/sms", text)).blocks)


async def test_mine_lists_unread_then_open_then_closed(world: World, eventually: Eventually) -> None:
    """With what each wrote last, since when they wait, and counts in the title and on the filters."""
    phones = {name: f"+1415555030{number}" for number, name in enumerate(("unread", "late", "early", "closed"))}
    cards = {}
    for name in ("early", "late", "closed", "unread"):
        cards[name] = await arrive(world, eventually, f"I am {name}", phones[name])
        world.clock.move(minutes=1)
    for card in cards.values():
        await world.play.press(ANA, CHANNEL, card.ts, "claim")
    await answer(world, eventually, cards["closed"])
    await world.play.press(ANA, CHANNEL, cards["closed"].ts, "close")
    await world.play.text(phones["unread"], NUMBER, "More of unread")
    await said(world, eventually, cards["unread"], "More of unread")
    shown = await ask(world, ANA, "/mine")
    assert contacts(shown) == ["(415) 555-0300", "(415) 555-0302", "(415) 555-0301", "(415) 555-0303"]
    assert title(shown) == "Your queue · 4"
    assert buttons(shown)[:4] == ["All 4", "Unread 1", "Open 3", "Closed 1"]
    text = words(shown.blocks)
    assert text.index("More of unread") < text.index("1 unread") < text.index("I am early")
    assert text.count("Waiting since <!date^") == 3
    assert "Closed, last active <!date^" in text
    for which, number in (("unread", 1), ("open", 3), ("closed", 1)):
        assert title(await ask(world, ANA, "/mine", which)) == f"Your queue · {number}"
    await world.play.press(ANA, CHANNEL, shown.ts, "filter:closed")
    [filtered] = [one for one in world.play.ephemerals(ANA) if one.ts == shown.ts]
    assert contacts(filtered) == ["(415) 555-0303"]
    assert "None" not in words(filtered.blocks)


async def test_ones_own_queue_is_never_anothers(world: World, eventually: Eventually) -> None:
    """Not a colleague's, not for a manager, whatever is typed."""
    card = await arrive(world, eventually, "For Ana only")
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    for user in (BEN, MARA):
        for text in ("", "all", "open", "unread", "closed"):
            assert "For Ana only" not in words((await ask(world, user, "/mine", text)).blocks)
        for text in (f"<@{ANA}|ana>", "ana", ANA):
            assert "is not a list that we have" in words((await ask(world, user, "/mine", text)).blocks)
    assert "For Ana only" in await mine(world, ANA)
    assert "For Ana only" not in words((await ask(world, BEN, "/unassigned")).blocks)
    shown = await ask(world, BEN, "/sms", "inbox")
    assert "For Ana only" in words(shown.blocks)
    assert "Owner: Ana" in words(shown.blocks)


async def test_claim_and_menu_in_the_queue(world: World, eventually: Eventually) -> None:
    """They act, the queue is drawn again where it stands, and the card follows."""
    cards = [await arrive(world, eventually, f"Number {number}", phone) for number, phone in enumerate((ALICE, BOB))]
    shown = await ask(world, ANA, "/unassigned")
    assert title(shown) == "Unassigned · 2"
    assert contacts(shown) == ["(415) 555-0123", "(415) 555-0124"]
    await world.play.press(ANA, CHANNEL, shown.ts, "claim")
    await eventually(lambda: "Owner: Ana" in words(cards[0].blocks))
    [again] = world.play.ephemerals(ANA)
    assert (again.ts, title(again), contacts(again)) == (shown.ts, "Unassigned · 1", ["(415) 555-0124"])
    await world.play.choose(ANA, CHANNEL, shown.ts, "assign", BEN)
    await said(world, eventually, cards[1], f"<@{ANA}> assigned this to <@{BEN}>")
    [again] = world.play.ephemerals(ANA)
    assert title(again) == "Unassigned · 0"
    assert "Well done, all." in words(again.blocks)
    own = await ask(world, ANA, "/mine")
    await world.play.choose(ANA, CHANNEL, own.ts, "assign", BEN)
    await said(world, eventually, cards[0], f"<@{ANA}> handed this to <@{BEN}>")
    assert title(world.play.ephemerals(ANA)[-1]) == "Your queue · 0"
    assert title(await ask(world, BEN, "/mine")) == "Your queue · 2"
    await world.play.quiet()
    assert [text.direction for phone in (ALICE, BOB) for text in world.play.phone(phone)] == ["in", "in"]


async def test_a_claim_too_late_in_the_queue(world: World, eventually: Eventually) -> None:
    """Who is second is told who has it, and their queue shows it no more; Refresh does the same."""
    card = await arrive(world, eventually)
    shown = {user: await ask(world, user, "/unassigned") for user in (ANA, BEN, MARA)}
    await asyncio.gather(*(world.play.press(user, CHANNEL, shown[user].ts, "claim") for user in (ANA, BEN)))
    await said(world, eventually, card, "claimed this conversation")
    private = {user: [words(one.blocks) for one in world.play.ephemerals(user)] for user in (ANA, BEN)}
    assert sorted(len(one) for one in private.values()) == [1, 2]
    assert sum("has it already. Use the menu to reassign it." in one for one in private[ANA] + private[BEN]) == 1
    for user in (ANA, BEN):
        assert title(world.play.ephemerals(user)[0]) == "Unassigned · 0"
    await world.play.press(MARA, CHANNEL, shown[MARA].ts, "refresh")
    assert title(world.play.ephemerals(MARA)[0]) == "Unassigned · 0"


async def test_open_thread_leads_there_and_marks_read(world: World, eventually: Eventually) -> None:
    """The link is that of the thread; for the owner it also marks it read, for others it does not."""
    card = await arrive(world, eventually)
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    await world.play.text(ALICE, NUMBER, "Hello?")
    await said(world, eventually, card, "Hello?")
    inbox = await ask(world, BEN, "/sms", "inbox")
    place = f"/archives/{CHANNEL}/p{card.ts.replace('.', '')}?thread_ts={card.ts}&cid={CHANNEL}"
    assert str(await world.play.press(BEN, CHANNEL, inbox.ts, "open_thread")).endswith(place)
    assert await unread(world, ANA) == 1
    shown = await ask(world, ANA, "/mine", "unread")
    assert str(await world.play.press(ANA, CHANNEL, shown.ts, "open_thread")).endswith(place)
    assert title(world.play.ephemerals(ANA)[-1]) == "Your queue · 0"
    assert await unread(world, ANA) == 0


async def test_a_long_queue_has_pages(world: World, eventually: Eventually) -> None:
    """Twenty-five wait in their order, ten to a page; the pages turn both ways and shrink with the queue."""
    phones = [f"+1415555{number:04}" for number in range(1000, 1025)]
    for phone in phones:
        await world.play.text(phone, NUMBER, f"From {phone}")
    await eventually(lambda: len(world.roots()) == len(phones))
    shown = await ask(world, ANA, "/unassigned")
    seen = contacts(shown)
    assert title(shown) == "Unassigned · 25"
    assert "Page 1 of 3" in words(shown.blocks)
    assert "Previous" not in buttons(shown)
    for page, label in ((1, "Page 2 of 3"), (2, "Page 3 of 3")):
        await world.play.press(ANA, CHANNEL, shown.ts, f"page:{page}")
        [shown] = world.play.ephemerals(ANA)
        assert label in words(shown.blocks)
        seen += contacts(shown)
    assert seen == [f"(415) 555-{number}" for number in range(1000, 1025)]
    assert "Next" not in buttons(shown)
    for _ in range(5):
        await world.play.press(ANA, CHANNEL, shown.ts, "claim")
        [shown] = world.play.ephemerals(ANA)
    assert title(shown) == "Unassigned · 20"
    assert "Page 2 of 2" in words(shown.blocks)
    await world.play.press(ANA, CHANNEL, shown.ts, "page:0")
    assert contacts(world.play.ephemerals(ANA)[0])[0] == "(415) 555-1000"


async def test_unassigned_closed_finds_the_rest(world: World, eventually: Eventually) -> None:
    """Closed without ever having had an owner, the newest first; an unread one that closed is not counted twice."""
    for phone in (ALICE, BOB):
        card = await arrive(world, eventually, f"From {phone}", phone)
        await world.play.press(ANA, CHANNEL, card.ts, "close")
        await world.play.press(ANA, CHANNEL, world.play.ephemerals(ANA)[-1].ts, "close_anyway")
        world.clock.move(minutes=1)
    shown = await ask(world, ANA, "/unassigned", "closed")
    assert contacts(shown) == ["(415) 555-0124", "(415) 555-0123"]
    assert title(shown) == "Unassigned · 2"
    assert "Claim" not in buttons(shown)
    assert title(await ask(world, ANA, "/unassigned")) == "Unassigned · 0"


async def test_each_inbox_for_those_in_its_channel(play: Playground, start: Start, eventually: Eventually) -> None:
    """`/unassigned` shows an inbox in its channel and all of one's own elsewhere; of others' not a word."""
    play.add_channel(OTHER_CHANNEL, "returns", [ANA, MANAGER])
    play.add_channel("C0RANDOM", "random", [ANA, BEN, GUS])
    play.add_number(OTHER_NUMBER)
    async with start(inboxes={NUMBER: CHANNEL, OTHER_NUMBER: OTHER_CHANNEL}) as world:
        await arrive(world, eventually, "To customers")
        await play.text(ALICE, OTHER_NUMBER, "To returns")
        returned = (await eventually(lambda: list(play.world.channels[OTHER_CHANNEL].posts)))[0]
        assert title(await ask(world, ANA, "/unassigned")) == "Unassigned · 1"
        here = await ask(world, ANA, "/unassigned", channel=OTHER_CHANNEL)
        assert "To returns" in words(here.blocks)
        assert "To customers" not in words(here.blocks)
        everywhere = await ask(world, ANA, "/unassigned", channel="C0RANDOM")
        assert title(everywhere) == "Unassigned · 2"
        assert "to (555) 010-0000" in words(everywhere.blocks)
        assert "to (555) 010-0001" in words(everywhere.blocks)
        await play.press(ANA, "C0RANDOM", everywhere.ts, "filter:closed")
        await play.press(ANA, "C0RANDOM", everywhere.ts, "filter:open")
        assert title(play.ephemerals(ANA)[-1]) == "Unassigned · 2"
        bens = await ask(world, BEN, "/unassigned", channel="C0RANDOM")
        assert "To returns" not in words(bens.blocks)
        assert "To returns" not in words((await ask(world, BEN, "/sms", "inbox", "C0RANDOM")).blocks)
        for command, text in (("/mine", ""), ("/unassigned", ""), ("/sms", "inbox")):
            refused = await ask(world, GUS, command, text, "C0RANDOM")
            assert words(refused.blocks).startswith("Guests and people from other organisations can read along")
        await play.choose(ANA, OTHER_CHANNEL, returned.ts, "assign", ANA)
        await eventually(lambda: "Owner: Ana" in words(returned.blocks))
        assert "To returns" in await mine(world, ANA)
        assert [option["value"] for option in await play.options(ANA, OTHER_CHANNEL, returned.ts, "assign")] == [
            ANA,
            MANAGER,
        ]
        await play.leave(ANA, OTHER_CHANNEL)
        assert "To returns" not in await mine(world, ANA)
