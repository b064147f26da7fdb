"""History as a file: of one conversation, and for managers of all in their inboxes."""

import csv
import io
from functools import partial

from playground.playground import Playground
from playground.seed import CHANNEL
from playground.world import Ephemeral, Post
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import opened, pass_time
from tests.journeys.screen import ANA, BEN, BOB, CHLOE, GUS, MARA, buttons, told, words

SECOND = "+15550100009"


async def shown_history(world: World, card: Post, who: str) -> Ephemeral:
    """The history that `…` shows."""
    await world.play.press(who, CHANNEL, card.ts, "more", value="history")
    shown: Ephemeral = world.play.ephemerals(who)[-1]
    return shown


def files(world: World, who: str) -> list[bytes]:
    """What was sent to somebody directly."""
    posts = world.play.world.direct_message(who).posts
    return [file.content or b"" for post in posts for file in post.files]


def cards(world: World, channel: str) -> list[Post]:
    """What the bridge has posted in a channel."""
    return [post for post in world.play.world.channels[channel].posts if post.bot_id]


async def rows(world: World, eventually: Eventually, who: str) -> list[dict[str, str]]:
    """The newest file in somebody's direct messages."""
    found = await eventually(lambda: files(world, who))
    return list(csv.DictReader(io.StringIO(found[-1].decode("utf-8-sig"), newline="")))


async def test_history_says_from_where_and_goes_into_a_file(world: World, eventually: Eventually) -> None:
    """To who asks for it alone: who, with id, did what, when, from where, and who owned it before and after."""
    card = await opened(world)
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    queue = await world.play.command(ANA, CHANNEL, "/mine")
    assert queue is not None
    await world.play.choose(ANA, CHANNEL, queue.ts, "assign", BEN)
    await world.play.press(BEN, CHANNEL, card.ts, "more", value="rename")
    [modal] = world.play.views
    await world.play.submit(BEN, modal.id, {"name": '=HYPERLINK("http://evil.example")'})
    await world.play.press(BEN, CHANNEL, card.ts, "close")
    await world.play.press(BEN, CHANNEL, world.play.ephemerals(BEN)[-1].ts, "close_anyway")
    await world.play.text("+14155550123", "+15550100000", "One more thing")
    await eventually(lambda: [post for post in world.thread(card.ts) if "wrote again" in post.text])
    shown = await shown_history(world, card, CHLOE)
    said = [line.partition(">  ")[2] for line in words(shown.blocks).splitlines() if line.startswith("<!date^")]
    assert said == [
        f"<@{ANA}> claimed it, on the card",
        f"<@{ANA}> assigned it to <@{BEN}> (before: <@{ANA}>), in a list",
        f"<@{BEN}> closed it, on the card",
        "The customer wrote again, so it reopened",
    ]
    assert buttons(shown) == ["Export"]
    await world.play.press(CHLOE, CHANNEL, shown.ts, "export")
    found = await rows(world, eventually, CHLOE)
    told_rows = [
        (row["who"], row["who id"], row["what"], row["before id"], row["after id"], row["from"]) for row in found
    ]
    assert told_rows == [
        ("Ana", ANA, "claimed", "", ANA, "card"),
        ("Ana", ANA, "assigned", ANA, BEN, "list"),
        ("Ben", BEN, "closed", "", "", "card"),
        ("Threadline", "", "reopened by text", BEN, BEN, ""),
    ]
    assert [row["status"] for row in found] == ["open", "open", "closed", "open"]
    assert {row["contact"] for row in found} == {"""'=HYPERLINK("http://evil.example")"""}
    assert "One more thing" not in str(files(world, CHLOE))
    await eventually(lambda: told(world.play, CHLOE) == "The history is in your direct messages.")
    assert [files(world, who) for who in (ANA, BEN, MARA)] == [[], [], []]


async def test_who_has_left_gets_no_file(world: World, eventually: Eventually) -> None:
    """Access is looked at when the button is pressed."""
    card = await opened(world)
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    shown = await shown_history(world, card, BEN)
    await world.play.leave(BEN, CHANNEL)
    await world.play.press(BEN, CHANNEL, shown.ts, "export")
    await eventually(lambda: told(world.play, BEN).startswith("You are not in this inbox's channel."))
    await world.play.quiet()
    assert files(world, BEN) == []


async def test_where_files_are_off_it_is_said(world: World, eventually: Eventually) -> None:
    """The history itself is still there."""
    card = await opened(world)
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    shown = await shown_history(world, card, ANA)
    world.play.faults.answer("files.getUploadURLExternal", error="not_allowed")
    await world.play.press(ANA, CHANNEL, shown.ts, "export")
    await eventually(lambda: told(world.play, ANA).startswith("Threadline could not send you the history: this work"))


async def test_managers_export_all_of_their_inboxes(play: Playground, start: Start, eventually: Eventually) -> None:
    """In an inbox's channel that inbox, elsewhere all of theirs; never one whose channel they are not in."""
    play.add_number(SECOND)
    play.add_number("+15550100008")
    play.add_channel("C0SALES", "sales", members=[ANA, MARA])
    play.add_channel("C0OTHER", "other", members=[ANA])
    inboxes = {"+15550100000": CHANNEL, SECOND: "C0SALES", "+15550100008": "C0OTHER"}
    async with start(inboxes=inboxes) as world:
        for number, channel in inboxes.items():
            await play.text(BOB, number, "Hello")
            [card] = await eventually(partial(cards, world, channel))
            await play.quiet()
            await play.press(ANA, channel, card.ts, "claim")
        answer = await play.command(MARA, CHANNEL, "/sms", "history 30d")
        assert answer is not None
        assert answer.text == "The history is in your direct messages."
        assert [row["inbox"] for row in await rows(world, eventually, MARA)] == ["(555) 010-0000"]
        await play.command(MARA, play.world.direct_message(MARA).id, "/sms", "history")
        both = await rows(world, eventually, MARA)
        assert sorted(row["inbox"] for row in both) == ["(555) 010-0000", "(555) 010-0009"]
        assert {(row["number"], row["what"], row["who id"]) for row in both} == {("(415) 555-0124", "claimed", ANA)}
        assert "Hello" not in str(files(world, MARA))


async def test_only_as_far_back_as_was_asked_for(world: World, eventually: Eventually) -> None:
    """Seven days, thirty, or everything."""
    for number, days in enumerate((0, 20, 20)):
        pass_time(world, days=days)
        card = await opened(world, f"+1415555020{number}", f"Hello {number}")
        await world.play.press(ANA, CHANNEL, card.ts, "claim")
    counts = []
    for asked in ("", "7d", "30d", "all"):
        await world.play.command(MARA, CHANNEL, "/sms", f"history {asked}".strip())
        counts.append(len(await rows(world, eventually, MARA)))
    assert counts == [1, 1, 2, 3]


async def test_reps_are_told_who_can(world: World) -> None:
    """And guests, and a time that is none, are told what is wrong."""
    await world.play.command(ANA, CHANNEL, "/sms", "history")
    assert told(world.play, ANA) == "Only managers can do this. Ask Mara."
    await world.play.command(GUS, CHANNEL, "/sms", "history")
    assert told(world.play, GUS).startswith("Guests and people")
    await world.play.command(MARA, CHANNEL, "/sms", "history never")
    assert "`/sms history [7d|30d|all]`" in told(world.play, MARA)
    await world.play.quiet()
    assert files(world, ANA) == files(world, MARA) == []
