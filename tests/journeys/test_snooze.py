"""Snooze: out of the way until a time, or until the customer writes."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from bot import schedule
from desk import snooze
from playground.seed import CHANNEL, NUMBER
from playground.world import Post, View
from storage.models import History
from tests.conftest import Eventually, World
from tests.journeys.scene import lines
from tests.journeys.screen import (
    ALICE,
    ANA,
    BEN,
    BOB,
    answer,
    arrive,
    buttons,
    count,
    mine,
    said,
    title,
    told,
    unread,
    words,
)

WOKEN = f"<@{ANA}>, the snooze is over: this conversation is open again."


@pytest.fixture(autouse=True)
def _prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is over is looked for all the time."""
    monkeypatch.setitem(schedule.ROUNDS, "snoozed", (0.1, snooze.wake_due))


async def claimed(world: World, eventually: Eventually, body: str = "Is it there?", from_: str = ALICE) -> Post:
    """A conversation of Ana's."""
    card = await arrive(world, eventually, body, from_)
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    await eventually(lambda: "Owner: Ana" in words(card.blocks))
    return card


async def ask(world: World, card: Post, user: str = ANA) -> View:
    """Press `Snooze` in `More`: what opens on top of it."""
    await world.play.press(user, CHANNEL, card.ts, "more", value="details")
    await world.play.press(user, None, world.play.world.modals(user)[-1].id, "snooze")
    return world.play.world.modals(user)[-1]


async def snoozed(world: World, eventually: Eventually, card: Post, user: str = ANA, **values: Any) -> None:
    """Snooze a conversation; without a time, until the customer writes."""
    view = await ask(world, card, user)
    assert await world.play.submit(user, view.id, values or {"until_choice": "text"}) == {}
    await eventually(lambda: "💤 Snoozed" in words(card.blocks))
    for view in world.play.world.modals(user):
        await world.play.close(user, view.id)


def in_hours(world: World, hours: float) -> int:
    """A time that a person picks."""
    return int((world.clock.now() + timedelta(hours=hours)).timestamp())


async def shown(world: World, user: str, command: str, text: str = "") -> Any:
    """What a command shows."""
    return await world.play.command(user, CHANNEL, command, text)


async def test_a_snoozed_conversation_is_in_no_open_queue(world: World, eventually: Eventually) -> None:
    """It stands between the open and the closed ones, with when it comes back, and goes on waiting for its answer."""
    done = await claimed(world, eventually, "Thanks", BOB)
    await answer(world, eventually, done, text="Welcome")
    await world.play.press(ANA, CHANNEL, done.ts, "close")
    await eventually(lambda: "Reopen" in buttons(done))
    card = await claimed(world, eventually)
    assert "filter:snoozed" not in str((await shown(world, ANA, "/mine")).blocks)
    await snoozed(world, eventually, card, time_choice=in_hours(world, 3))
    line = await said(world, eventually, card, f"<@{ANA}> snoozed this conversation until <!date^")
    assert world.play.world.modals(ANA) == []
    assert "waiting since" in words(card.blocks)
    assert "Reopen" in buttons(card)
    assert "Close" in buttons(card)
    assert "Is it there?" not in await mine(world, ANA, "open")
    assert await unread(world, ANA) == 0
    everything = await shown(world, ANA, "/mine")
    assert title(everything) == "Your queue · 2"
    assert words(everything.blocks).index("💤 Snoozed until") < words(everything.blocks).index("Closed, last active")
    assert "Snoozed 1" in buttons(everything)
    await world.play.press(ANA, CHANNEL, everything.ts, "filter:snoozed")
    assert "Is it there?" in words(world.play.ephemerals(ANA)[-1].blocks)
    assert title(await shown(world, ANA, "/mine", "snoozed")) == "Your queue · 1"
    assert "💤 Snoozed until" in words((await shown(world, BEN, "/sms", "inbox")).blocks)
    assert title(await shown(world, BEN, "/unassigned")) == "Unassigned · 0"
    assert not line.broadcast


async def test_it_comes_back_at_its_time(world: World, eventually: Eventually) -> None:
    """Once, unread, with a line that mentions its owner."""
    card = await claimed(world, eventually)
    await snoozed(world, eventually, card, time_choice=in_hours(world, 3))
    world.clock.move(hours=2)
    await world.play.quiet()
    assert "💤 Snoozed" in words(card.blocks)
    world.clock.move(hours=1, seconds=1)
    await said(world, eventually, card, WOKEN)
    await eventually(lambda: "🟢 *Open*" in words(card.blocks))
    assert await unread(world, ANA) == 1
    assert "Is it there?" in await mine(world, ANA, "open")
    await world.play.quiet()
    assert count(world.play, "the snooze is over") == 1


async def test_what_was_answered_comes_back_unread_too(world: World, eventually: Eventually) -> None:
    """At least the customer's last text is, so that it is seen."""
    card = await claimed(world, eventually)
    await answer(world, eventually, card)
    await snoozed(world, eventually, card, time_choice=in_hours(world, 1))
    world.clock.move(hours=2)
    await said(world, eventually, card, WOKEN)
    assert await unread(world, ANA) == 1


async def test_the_next_text_brings_it_back_quietly(world: World, eventually: Eventually) -> None:
    """The owner is mentioned with the text; it is not shown in the channel for that."""
    card = await claimed(world, eventually)
    await snoozed(world, eventually, card)
    await said(world, eventually, card, f"<@{ANA}> snoozed this conversation until the customer writes.")
    world.clock.move(hours=2)
    await world.play.quiet()
    assert "💤 Snoozed until the customer writes" in words(card.blocks)
    await world.play.text(ALICE, NUMBER, "Never mind")
    await said(world, eventually, card, "The customer wrote, so this conversation is awake again.")
    text = await said(world, eventually, card, "Never mind")
    assert f"<@{ANA}>" in words(text.blocks)
    assert not text.broadcast
    await eventually(lambda: "🟢 *Open*" in words(card.blocks))
    assert await unread(world, ANA) == 1


async def test_a_text_comes_before_the_time(world: World, eventually: Eventually) -> None:
    """Then nothing is said when the time has come."""
    card = await claimed(world, eventually)
    await snoozed(world, eventually, card, time_choice=in_hours(world, 3))
    await world.play.text(ALICE, NUMBER, "Never mind")
    await said(world, eventually, card, "awake again")
    world.clock.move(hours=4)
    await world.play.quiet()
    assert count(world.play, "the snooze is over") == 0


@pytest.mark.parametrize(
    ("end", "line"),
    [("reopen", f"<@{BEN}> reopened this conversation, which was snoozed."), ("release", "released this conversation")],
)
async def test_it_is_ended_by_hand(world: World, eventually: Eventually, end: str, line: str) -> None:
    """Reopen opens it with its owner; released, it waits for a new one. Its time then means nothing."""
    card = await claimed(world, eventually)
    await snoozed(world, eventually, card, time_choice=in_hours(world, 3))
    if end == "release":
        await world.play.press(BEN, CHANNEL, card.ts, "more", value="release")
    else:
        await world.play.press(BEN, CHANNEL, card.ts, end)
    await said(world, eventually, card, line)
    await eventually(lambda: "🟢 *Open*" in words(card.blocks))
    assert ("Is it there?" in await mine(world, ANA, "open")) == (end == "reopen")
    assert title(await shown(world, BEN, "/unassigned")) == f"Unassigned · {0 if end == 'reopen' else 1}"
    world.clock.move(hours=4)
    await world.play.quiet()
    assert count(world.play, "the snooze is over") == 0


async def test_closed_it_stays_closed(world: World, eventually: Eventually) -> None:
    """Its time opens nothing any more."""
    card = await claimed(world, eventually)
    await answer(world, eventually, card)
    await snoozed(world, eventually, card, time_choice=in_hours(world, 3))
    await world.play.press(BEN, CHANNEL, card.ts, "close")
    await said(world, eventually, card, "closed this conversation")
    world.clock.move(hours=4)
    await world.play.quiet()
    assert "Closed" in words(card.blocks)
    assert title(await shown(world, ANA, "/mine", "closed")) == "Your queue · 1"


async def test_whose_owner_has_left_comes_back_to_everyone(world: World, eventually: Eventually) -> None:
    """The thread says so, and it waits in the unassigned queue."""
    card = await claimed(world, eventually)
    await snoozed(world, eventually, card, BEN, time_choice=in_hours(world, 3))
    await said(world, eventually, card, f"<@{BEN}> snoozed this conversation, which <@{ANA}> owns, until <!date^")
    world.bridge.directory.on_departures.clear()  # it is over before anybody has looked for who is gone
    await world.play.leave(ANA, CHANNEL)
    world.clock.move(hours=4)
    await said(world, eventually, card, f"<@{ANA}> can no longer own this conversation")
    await eventually(lambda: "No owner" in words(card.blocks))
    assert title(await shown(world, BEN, "/unassigned")) == "Unassigned · 1"


async def test_given_to_a_colleague_it_sleeps_on(world: World, eventually: Eventually) -> None:
    """And comes back to them."""
    card = await claimed(world, eventually)
    await snoozed(world, eventually, card, time_choice=in_hours(world, 3))
    await world.play.choose(ANA, CHANNEL, card.ts, "assign", BEN)
    await eventually(lambda: "Owner: Ben" in words(card.blocks))
    assert "💤 Snoozed" in words(card.blocks)
    world.clock.move(hours=4)
    await said(world, eventually, card, f"<@{BEN}>, the snooze is over")


async def test_without_an_owner_it_is_refused_in_a_sentence(world: World, eventually: Eventually) -> None:
    """Over the window in which it was pressed, which says what to do first."""
    card = await arrive(world, eventually)
    view = await ask(world, card)
    assert words(view.blocks) == "Nobody owns this conversation. Claim it or give it to someone before you snooze it."
    assert len(world.play.world.modals(ANA)) == 2
    assert told(world.play, ANA) == ""


async def test_a_time_is_asked_for_and_lies_ahead(world: World, eventually: Eventually) -> None:
    """What is wrong is said in the window; a time of one's own goes before the choice above it."""
    card = await claimed(world, eventually)
    view = await ask(world, card)
    assert await world.play.submit(ANA, view.id, {}) == {"until": "Choose when it is to come back."}
    for hours in (-1, 24 * 400):
        errors = await world.play.submit(ANA, view.id, {"time_choice": in_hours(world, hours)})
        assert list(errors.values()) == ["Pick a time that is still to come, and within a year."]
    assert await world.play.submit(ANA, view.id, {"until_choice": "text", "time_choice": in_hours(world, 5)}) == {}
    await said(world, eventually, card, "snoozed this conversation until <!date^")


async def test_the_window_below_shows_it_and_keeps_what_was_typed(world: World, eventually: Eventually) -> None:
    """`More` is still there, with the note that nobody has saved yet."""
    card = await claimed(world, eventually)
    await world.play.press(ANA, CHANNEL, card.ts, "more", value="details")
    [more] = world.play.world.modals(ANA)
    await world.play.choose(ANA, None, more.id, "about_text", "Half a thought")
    await world.play.press(ANA, None, more.id, "snooze")
    await world.play.submit(ANA, world.play.world.modals(ANA)[-1].id, {"until_choice": "text"})
    assert world.play.world.modals(ANA) == [more]
    assert "💤 Snoozed until the customer writes" in words(more.blocks)
    assert world.play.shown_choice(None, more.id, "about_text", user=ANA)["value"] == "Half a thought"


async def test_the_history_tells_of_it(world: World, eventually: Eventually) -> None:
    """Who snoozed it and what ended that."""
    card = await claimed(world, eventually)
    await snoozed(world, eventually, card, time_choice=in_hours(world, 1))
    world.clock.move(hours=2)
    await said(world, eventually, card, WOKEN)
    await snoozed(world, eventually, card)
    await world.play.press(BEN, CHANNEL, card.ts, "reopen")
    await said(world, eventually, card, "which was snoozed")
    await snoozed(world, eventually, card)
    await world.play.text(ALICE, NUMBER, "Never mind")
    await said(world, eventually, card, "awake again")
    await world.play.press(BEN, CHANNEL, card.ts, "more", value="history")
    changes = [line.partition(">  ")[2] for line in told(world.play, BEN).splitlines() if line.startswith("<!date^")]
    assert changes == [
        f"<@{ANA}> claimed it, on the card",
        f"<@{ANA}> snoozed it, in a form",
        "Threadline ended its snooze",
        f"<@{ANA}> snoozed it, in a form",
        f"<@{BEN}> ended its snooze, on the card",
        f"<@{ANA}> snoozed it, in a form",
        "The customer wrote, which ended its snooze",
    ]
    assert len([one for one in lines(world, card) if "snoozed this conversation" in one]) == 3
    async with world.bridge.database.read() as session:
        rows = (await session.exec(select(History.what, History.source))).all()
    assert ("snoozed", "form") in rows
    assert ("unsnoozed", "card") in rows
    assert ("unsnoozed", "") in rows
