"""Close, reopen, being seen again, read marks, history and names."""

from collections.abc import Awaitable, Callable

import pytest

from playground.seed import CHANNEL, NUMBER
from playground.world import Post
from tests.conftest import Eventually, World
from tests.journeys.screen import (
    ALICE,
    ANA,
    BEN,
    BOB,
    CHLOE,
    GUS,
    MARA,
    answer,
    arrive,
    buttons,
    count,
    entries,
    mine,
    said,
    told,
    unread,
    words,
)


async def claimed(world: World, eventually: Eventually, user: str = ANA) -> Post:
    """A conversation that somebody has claimed."""
    card = await arrive(world, eventually)
    await world.play.press(user, CHANNEL, card.ts, "claim")
    await said(world, eventually, card, "claimed this conversation")
    return card


async def closed(world: World, eventually: Eventually) -> Post:
    """A conversation of Ana's, answered and closed."""
    card = await claimed(world, eventually)
    await answer(world, eventually, card)
    await world.play.press(ANA, CHANNEL, card.ts, "close")
    await said(world, eventually, card, f"<@{ANA}> closed this conversation")
    await eventually(lambda: "Reopen" in buttons(card))
    return card


def in_channel(world: World, phrase: str) -> bool:
    """Whether something shows in the channel itself, outside threads."""
    return any(phrase in words(post.blocks) for post in world.play.visible(BEN, CHANNEL))


async def test_close_and_reopen_by_hand(world: World, eventually: Eventually) -> None:
    """A closed conversation leaves the open queues, its card says so, and one press opens it again with its owner."""
    card = await closed(world, eventually)
    assert "Closed" in words(card.blocks)
    assert "Close" not in buttons(card)
    assert "Is it there?" not in await mine(world, ANA, "open")
    assert "Is it there?" in await mine(world, ANA, "closed")
    await world.play.press(BEN, CHANNEL, card.ts, "reopen")
    await said(world, eventually, card, f"<@{BEN}> reopened this conversation")
    await eventually(lambda: "Open" in words(card.blocks))
    assert "Owner: Ana" in words(card.blocks)
    assert "Is it there?" in await mine(world, ANA, "open")
    assert [text.body for text in world.play.phone(ALICE)] == ["Is it there?", "It is."]


async def test_closing_while_the_customer_waits_asks_once(world: World, eventually: Eventually) -> None:
    """Only who pressed is asked; `Close anyway` closes, and the question is gone."""
    card = await claimed(world, eventually)
    await world.play.press(BEN, CHANNEL, card.ts, "close")
    [question] = world.play.ephemerals(BEN)
    assert "has been waiting for an answer since" in words(question.blocks)
    assert "(415) 555-0123" in words(question.blocks)
    assert buttons(question) == ["Close anyway"]
    await world.play.quiet()
    assert "Close" in buttons(card)
    await world.play.press(BEN, CHANNEL, question.ts, "close_anyway")
    await said(world, eventually, card, f"<@{BEN}> closed this conversation")
    await eventually(lambda: "Reopen" in buttons(card))
    assert world.play.ephemerals(BEN) == []
    assert world.play.ephemerals(ANA) == []
    assert "waiting" not in words(card.blocks)


async def test_a_question_too_late_is_told_so(world: World, eventually: Eventually) -> None:
    """Who answers `Close anyway` after a colleague has closed it hears that it is closed."""
    card = await claimed(world, eventually)
    for user in (BEN, CHLOE):
        await world.play.press(user, CHANNEL, card.ts, "close")
    for user in (BEN, CHLOE):
        await world.play.press(user, CHANNEL, world.play.ephemerals(user)[-1].ts, "close_anyway")
    await said(world, eventually, card, f"<@{BEN}> closed this conversation")
    assert told(world.play, CHLOE) == "It is closed already."
    await world.play.quiet()
    assert count(world.play, "closed this conversation") == 1


async def test_guests_close_nothing(world: World, eventually: Eventually) -> None:
    """They are told privately why."""
    card = await claimed(world, eventually)
    await world.play.press(GUS, CHANNEL, card.ts, "close")
    assert "only members of this workspace" in told(world.play, GUS)
    await world.play.quiet()
    assert "Close" in buttons(card)


async def test_a_text_reopens_for_its_owner(world: World, eventually: Eventually) -> None:
    """It keeps its owner, is unread for them, mentions them once, and shows in the channel."""
    card = await closed(world, eventually)
    await world.play.text(ALICE, NUMBER, "One more thing")
    await said(world, eventually, card, f"<@{ANA}>, the customer wrote again: this conversation is open, and still")
    again = await said(world, eventually, card, "One more thing")
    assert again.broadcast
    await eventually(lambda: "Close" in buttons(card))
    assert "Owner: Ana" in words(card.blocks)
    assert "waiting since" in words(card.blocks)
    shown = await mine(world, ANA, "unread")
    assert "One more thing" in shown
    assert "1 unread" in shown
    assert len(world.roots()) == 1
    assert [f"<@{ANA}>" in words(post.blocks) for post in world.thread(card.ts)].count(True) == 3


async def test_a_text_to_somebody_who_has_left_reopens_unassigned(world: World, eventually: Eventually) -> None:
    """The thread says that they can no longer own it, and it waits in the unassigned queue."""
    card = await closed(world, eventually)
    await world.play.leave(ANA, CHANNEL)
    await world.play.text(ALICE, NUMBER, "One more thing")
    await said(world, eventually, card, f"<@{ANA}> can no longer own it, so it waits for a new owner")
    await eventually(lambda: "No owner" in words(card.blocks))
    shown = await world.play.command(BEN, CHANNEL, "/unassigned")
    assert shown is not None
    assert "One more thing" in words(shown.blocks)
    await world.play.press(BEN, CHANNEL, card.ts, "more", value="history")
    assert f"so it reopened without an owner (before: <@{ANA}>)" in told(world.play, BEN)


async def test_after_thirty_days_a_new_card_is_posted(world: World, eventually: Eventually) -> None:
    """Both cards link to each other, later texts go to the new thread, and a reply in the old one still goes out."""
    card = await closed(world, eventually)
    world.clock.move(days=31)
    await world.play.text(ALICE, NUMBER, "Me again")
    new: Post = await eventually(lambda: next(iter(world.roots()[1:]), None))
    await said(world, eventually, new, f"<@{ANA}>, the customer wrote again")
    await said(world, eventually, new, "Me again")
    await eventually(lambda: "Continued in a later thread" in words(card.blocks))
    old_place, new_place = (post.ts.replace(".", "") for post in (card, new))
    assert f"/archives/{CHANNEL}/p{new_place}" in words(card.blocks)
    assert "Earlier thread" in words(new.blocks)
    assert f"/archives/{CHANNEL}/p{old_place}" in words(new.blocks)
    await world.play.text(ALICE, NUMBER, "Anybody there?")
    await said(world, eventually, new, "Anybody there?")
    assert len(world.thread(card.ts)) == 3
    await answer(world, eventually, card, text="Yes, here too")
    await world.play.press(ANA, CHANNEL, card.ts, "close")
    await said(world, eventually, new, "closed this conversation")
    await eventually(lambda: "Reopen" in buttons(new) and "Reopen" in buttons(card))


async def test_a_recent_card_is_used_again(world: World, eventually: Eventually) -> None:
    """Within thirty days a text that reopens stays in its thread."""
    card = await closed(world, eventually)
    world.clock.move(days=29)
    await world.play.text(ALICE, NUMBER, "Me again")
    await said(world, eventually, card, "Me again")
    await world.play.quiet()
    assert len(world.roots()) == 1


async def test_a_text_after_twelve_hours_shows_in_the_channel(world: World, eventually: Eventually) -> None:
    """And so is seen again; one soon after it stays in the thread."""
    card = await claimed(world, eventually)
    world.clock.move(hours=11)
    await world.play.text(ALICE, NUMBER, "Within the day")
    assert not (await said(world, eventually, card, "Within the day")).broadcast
    world.clock.move(hours=2)
    await world.play.text(ALICE, NUMBER, "Long after")
    assert (await said(world, eventually, card, "Long after")).broadcast
    await world.play.text(ALICE, NUMBER, "Right after")
    assert not (await said(world, eventually, card, "Right after")).broadcast
    assert in_channel(world, "Long after")
    assert not in_channel(world, "Right after")


async def test_a_text_that_nobody_owns_for_ten_minutes_shows_in_the_channel(
    world: World, eventually: Eventually
) -> None:
    """Not the ones before, and not once somebody has it."""
    card = await arrive(world, eventually)
    world.clock.move(minutes=9)
    await world.play.text(ALICE, NUMBER, "Still fresh")
    assert not (await said(world, eventually, card, "Still fresh")).broadcast
    world.clock.move(minutes=2)
    await world.play.text(ALICE, NUMBER, "Nobody came")
    assert (await said(world, eventually, card, "Nobody came")).broadcast
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    await world.play.text(ALICE, NUMBER, "Somebody came")
    assert not (await said(world, eventually, card, "Somebody came")).broadcast


async def test_the_first_unread_text_mentions_the_owner(world: World, eventually: Eventually) -> None:
    """The next ones do not, until the owner is up to date again."""
    card = await claimed(world, eventually)
    pinged = []
    for body in ("First", "Second"):
        await world.play.text(ALICE, NUMBER, body)
        pinged.append(f"<@{ANA}>" in words((await said(world, eventually, card, body)).blocks))
    await answer(world, eventually, card)
    await world.play.text(ALICE, NUMBER, "Third")
    pinged.append(f"<@{ANA}>" in words((await said(world, eventually, card, "Third")).blocks))
    assert pinged == [True, False, True]


async def _open_thread(world: World, card: Post) -> None:
    shown = await world.play.command(ANA, CHANNEL, "/mine")
    assert shown is not None
    await world.play.press(ANA, CHANNEL, shown.ts, "open_thread")


async def _reply(world: World, card: Post) -> None:
    await world.play.post(ANA, CHANNEL, "On it", thread_ts=card.ts)


async def _note(world: World, card: Post) -> None:
    await world.play.post(ANA, CHANNEL, "// will ask the depot", thread_ts=card.ts)


async def _react(world: World, card: Post) -> None:
    await world.play.react(ANA, CHANNEL, world.thread(card.ts)[-1].ts, "eyes")


def _entry(value: str) -> Callable[[World, Post], Awaitable[None]]:
    async def press(world: World, card: Post) -> None:
        await world.play.press(ANA, CHANNEL, card.ts, "more", value=value)

    return press


async def _close(world: World, card: Post) -> None:
    await world.play.press(ANA, CHANNEL, card.ts, "close")


async def _choose_themself(world: World, card: Post) -> None:
    await world.play.choose(ANA, CHANNEL, card.ts, "assign", ANA)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "look",
    [
        _open_thread,
        _reply,
        _note,
        _react,
        _entry("mark_read"),
        _entry("history"),
        _entry("rename"),
        _close,
        _choose_themself,
    ],
    ids=["open_thread", "reply", "note", "reaction", "mark_read", "history", "name", "close", "menu"],
)
async def test_whatever_the_owner_does_there_marks_it_read(
    world: World, eventually: Eventually, look: Callable[[World, Post], Awaitable[None]]
) -> None:
    """Slack never says that somebody looked, so anything the owner does counts."""
    card = await claimed(world, eventually)
    await world.play.text(ALICE, NUMBER, "Hello?")
    await said(world, eventually, card, "Hello?")
    await eventually(lambda: "Mark read" in entries(card))
    assert await unread(world, ANA) == 1
    await look(world, card)
    assert await unread(world, ANA) == 0
    assert "Is it there?" not in await mine(world, ANA, "unread")
    await eventually(lambda: "Mark unread" in entries(card))


async def test_what_others_do_leaves_it_unread(world: World, eventually: Eventually) -> None:
    """Only the owner has a read mark: a colleague's press, note and reaction do not move it."""
    card = await claimed(world, eventually)
    await world.play.text(ALICE, NUMBER, "Hello?")
    text = await said(world, eventually, card, "Hello?")
    await world.play.react(BEN, CHANNEL, text.ts, "eyes")
    await world.play.post(BEN, CHANNEL, "// mine?", thread_ts=card.ts)
    await world.play.press(BEN, CHANNEL, card.ts, "more", value="history")
    await eventually(lambda: "Mark read" in entries(card))
    await world.play.press(BEN, CHANNEL, card.ts, "more", value="mark_read")
    assert await unread(world, ANA) == 1


async def test_mark_unread_and_the_read_mark_of_a_new_owner(world: World, eventually: Eventually) -> None:
    """What is unanswered can be unread again, and is unread for whoever gets it."""
    card = await claimed(world, eventually)
    assert await unread(world, ANA) == 0
    await eventually(lambda: "Mark unread" in entries(card))
    await world.play.press(ANA, CHANNEL, card.ts, "more", value="mark_unread")
    assert await unread(world, ANA) == 1
    await eventually(lambda: "Mark read" in entries(card))
    await world.play.press(ANA, CHANNEL, card.ts, "more", value="mark_read")
    assert await unread(world, ANA) == 0
    await world.play.choose(MARA, CHANNEL, card.ts, "assign", BEN)
    assert await unread(world, BEN) == 1
    await answer(world, eventually, card, BEN)
    assert await unread(world, BEN) == 0
    await world.play.choose(BEN, CHANNEL, card.ts, "assign", CHLOE)
    assert await unread(world, CHLOE) == 0
    await eventually(lambda: "Mark unread" in entries(card))
    await world.play.press(BEN, CHANNEL, card.ts, "more", value="mark_unread")
    assert told(world.play, BEN) == "Only the owner has a read mark here. Claim the conversation first."


async def test_the_history_tells_who_did_what(world: World, eventually: Eventually) -> None:
    """Privately, the newest last, with the times in each reader's zone."""
    card = await closed(world, eventually)
    await world.play.text(ALICE, NUMBER, "One more thing")
    await said(world, eventually, card, "One more thing")
    await world.play.choose(MARA, CHANNEL, card.ts, "assign", BEN)
    await world.play.press(CHLOE, CHANNEL, card.ts, "more", value="history")
    shown = told(world.play, CHLOE)
    assert "History · (415) 555-0123" in shown
    lines = [line.partition(">  ")[2] for line in shown.splitlines() if line.startswith("<!date^")]
    assert lines == [
        f"<@{ANA}> claimed it, on the card",
        f"<@{ANA}> closed it, on the card",
        "The customer wrote again, so it reopened",
        f"<@{MARA}> assigned it to <@{BEN}> (before: <@{ANA}>), on the card",
    ]
    assert world.play.ephemerals(BEN) == []


async def test_a_contact_gets_a_name(world: World, eventually: Eventually) -> None:
    """It stands on the card and in the queues in place of the number, and can be taken away again."""
    card = await claimed(world, eventually)
    await world.play.press(BEN, CHANNEL, card.ts, "more", value="rename")
    [modal] = world.play.views
    assert modal.user == BEN
    assert await world.play.submit(BEN, modal.id, {"name": "  Alice <Ames> & co "}) == {}
    await eventually(lambda: "Alice <Ames> & co" in words(card.blocks))
    assert "(415) 555-0123" in words(card.blocks)
    assert "Alice <Ames> & co" in await mine(world, ANA)
    await world.play.press(ANA, CHANNEL, card.ts, "more", value="rename")
    [modal] = world.play.views
    assert world.play.shown_choice(None, modal.id, "name", user=ANA)["value"] == "Alice <Ames> & co"
    await world.play.submit(ANA, modal.id, {"name": ""})
    await eventually(lambda: "Alice" not in words(card.blocks))
    assert "(415) 555-0123" in await mine(world, ANA)
    assert [text.direction for text in world.play.phone(ALICE)] == ["in"]


async def test_who_has_left_names_nobody(world: World, eventually: Eventually) -> None:
    """A modal that was open when they left the channel says so."""
    card = await claimed(world, eventually)
    await world.play.press(BEN, CHANNEL, card.ts, "more", value="rename")
    await world.play.leave(BEN, CHANNEL)
    [modal] = world.play.views
    assert "Join it" in (await world.play.submit(BEN, modal.id, {"name": "Alice"}))["name"]
    await world.play.quiet()
    assert "Alice" not in words(card.blocks)


async def test_a_deleted_card_is_posted_again(world: World, eventually: Eventually) -> None:
    """When the root of the thread is gone, what comes next stands below a new card."""
    card = await claimed(world, eventually)
    await arrive(world, eventually, "From Bob", BOB)
    await world.play.delete("U0BRIDGE", CHANNEL, card.ts)
    new: Post = await eventually(lambda: next(iter(world.roots()[1:]), None))
    assert "(415) 555-0123" in words(new.blocks)
    await world.play.text(ALICE, NUMBER, "Still there?")
    await said(world, eventually, new, "Still there?")
