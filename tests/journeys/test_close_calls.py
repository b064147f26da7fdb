"""Two things happen at the same moment, or one between two tries of another: what people see and get is still right."""

import asyncio
from datetime import timedelta

import pytest

from desk import lifecycle, reply_changes
from desk import reply as replies
from playground.seed import CHANNEL, NUMBER
from storage import database as storage
from tests.conftest import Eventually, World
from tests.journeys.scene import (
    line,
    lines,
    opened,
    quoted,
    received,
    reply,
    sms,
    stuck,
    unheard,
    whispers,
)
from tests.journeys.screen import ALICE, ANA, BEN, BOB

SEND = "twilio.messages.create"
ASKED = "could not find out whether this text went out"
PATIENCE = {"code": 20429, "message": "Too Many Requests", "status": 429}

pytestmark = pytest.mark.usefixtures("soon", "hurried")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_deleted_card_that_two_replicas_see_is_replaced_once(world: World, eventually: Eventually) -> None:
    """Both replace it in the same moment: there is one new card, and the next text stands below it."""
    card = await opened(world)
    await world.play.quiet()
    database, workspace_id, now = world.bridge.database, world.bridge.workspace.id, world.clock.now()

    async def replace() -> None:
        async with database.write() as session:
            await lifecycle.replace_card(session, workspace_id, CHANNEL, card.ts, now=now)

    async with database.write() as session:
        await lifecycle.replace_card(session, workspace_id, CHANNEL, card.ts, now=now)
        other = asyncio.create_task(replace())
        await asyncio.sleep(0.3)
    await other
    await eventually(lambda: len(world.roots()) == 2)
    await world.play.text(ALICE, NUMBER, "Are you there?")
    newest = max(world.roots(), key=lambda root: root.ts)
    await eventually(lambda: [quoted(post) for post in world.thread(newest.ts)] == [["Are you there?"]])


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_reply_and_its_deletion_taken_at_once_see_each_other(world: World, eventually: Eventually) -> None:
    """One replica takes the reply, another its deletion, before either has finished: nothing is sent."""
    card = await opened(world)
    await world.play.quiet()
    database, workspace_id, now = world.bridge.database, world.bridge.workspace.id, world.clock.now()
    ts = f"{world.play.world.now():.6f}"
    written = replies.Written(
        workspace_id=workspace_id,
        channel_id=CHANNEL,
        thread_ts=card.ts,
        ts=ts,
        author_id=ANA,
        text="Oops",
        body="Oops",
        is_note=False,
    )

    async def delete() -> None:
        async with database.write() as session:
            await reply_changes.delete(session, workspace_id, CHANNEL, card.ts, ts, now=now)

    async with database.write() as session:
        await replies.write(session, written, hold=timedelta(seconds=1), now=now)
        other = asyncio.create_task(delete())
        await asyncio.sleep(0.3)
    await other
    await reply(world, card, "Yes")
    await eventually(lambda: received(world) == ["Yes"])


async def test_a_reply_that_is_deleted_between_two_tries_is_not_sent(world: World, eventually: Eventually) -> None:
    """Twilio asks for patience while the author deletes it: the next try finds that nobody wants it any more."""
    card = await opened(world)
    slow = world.play.faults.delay(SEND, 1.0, times=1)
    world.play.faults.answer(SEND, 429, body=PATIENCE)
    post = await reply(world, card, "Oops")
    await eventually(lambda: slow.times == 0)
    await world.play.delete(ANA, CHANNEL, post.ts)
    await reply(world, card, "Yes")
    await eventually(lambda: received(world) == ["Yes"])
    assert not any("already left" in one for one in whispers(world, ANA))


async def test_a_reply_that_is_deleted_on_its_way_is_told_once_it_has_left(
    world: World, eventually: Eventually
) -> None:
    """The call to Twilio is under way when the author deletes: they hear that the customer has it, when that is so."""
    card = await opened(world)
    held = world.play.faults.hold(SEND)
    post = await reply(world, card, "Oops")
    await eventually(lambda: held.held == 1)
    await world.play.delete(ANA, CHANNEL, post.ts)
    await world.play.quiet()
    assert whispers(world, ANA) == []
    held.release()
    await eventually(lambda: any("the customer has it" in one for one in whispers(world, ANA)))
    assert received(world) == ["Oops"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_marks_that_slack_is_slow_with_hold_up_no_text(world: World, eventually: Eventually) -> None:
    """All calls that draw marks hang: a customer's text is posted all the same."""
    card = await opened(world)
    held = world.play.faults.hold("reactions.add", times=None)
    for number in range(20):
        await reply(world, card, f"// note {number}")
    await eventually(lambda: held.held >= 8)
    await world.play.text(BOB, NUMBER, "Urgent")
    await eventually(lambda: len(world.roots()) == 2)
    held.release()


@pytest.mark.parametrize("hangs", ["conversations.replies", "twilio.messages.list"])
async def test_looking_for_what_is_unknown_holds_up_nobody(world: World, hangs: str, eventually: Eventually) -> None:
    """Answers get lost and whoever could tell what became of them hangs: other people's texts and replies go on."""
    cards = [await opened(world, f"+1415555{number:04}", "Hello") for number in range(200, 209)]
    held = world.play.faults.hold(hangs, times=None)
    world.play.faults.drop("chat.postMessage")
    await world.play.text("+14155550200", NUMBER, "Lost")
    world.play.faults.answer(SEND, 500, times=8)
    for card in cards[:8]:
        await reply(world, card, "Lost")
    await eventually(lambda: held.held)
    await reply(world, cards[8], "Yes")
    await world.play.text("+14155550208", NUMBER, "Thanks")
    await eventually(lambda: received(world, "+14155550208") == ["Yes"])
    await eventually(lambda: ["Thanks"] in [quoted(post) for post in world.thread(cards[8].ts)])
    held.release()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_reply_that_no_event_could_bring_is_read_in_the_thread(
    world: World, database_url: str, eventually: Eventually
) -> None:
    """The database is away until Slack gives up: the reply is found in its thread once the database is back."""
    card = await opened(world)
    async with stuck(database_url):
        await reply(world, card, "Come at five")
    await eventually(lambda: received(world) == ["Come at five"])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_reply_that_slack_could_not_tell_us_of_is_read_in_the_thread(
    world: World, eventually: Eventually
) -> None:
    """Our address cannot be reached while we can reach Slack: every now and then the threads are read anyway."""
    card = await opened(world)
    with unheard(world):
        await reply(world, card, "Come at five")
    world.clock.move(minutes=21)
    await world.bridge.threads.keep_up()
    await eventually(lambda: received(world) == ["Come at five"])


def _put_clock_ahead(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Have the database's clock go ahead of everybody else's."""
    ahead = {dialect: f"{seconds} + {clock}" for dialect, clock in storage._CLOCKS.items()}
    monkeypatch.setattr(storage, "_CLOCKS", ahead)


async def test_a_text_is_found_although_the_clocks_differ(
    world: World, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database's clock is minutes ahead of Twilio's when an answer is lost: the text that left is found."""
    _put_clock_ahead(monkeypatch, 300.0)
    card = await opened(world)
    world.play.receipts.hold = True
    world.play.faults.drop(SEND, after_effect=True)
    await reply(world, card, "Come at five")
    await reply(world, card, "Or at six")
    await eventually(lambda: received(world) == ["Come at five", "Or at six"])
    assert line(world, card, "could not find out") is None


async def test_the_same_words_of_shortly_before_are_not_taken_for_a_lost_text(
    world: World, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first “Yes” has left, though nobody knows; the second, minutes later, has not: the thread asks about both."""
    card = await opened(world)
    world.play.receipts.hold = True
    away = world.play.faults.answer("twilio.messages.list", 503, times=None)
    world.play.faults.drop(SEND, after_effect=True)
    await reply(world, card, "Yes")
    await eventually(lambda: line(world, card, "could not find out"))
    away.release()
    _put_clock_ahead(monkeypatch, 120.0)
    world.play.faults.drop(SEND)
    await reply(world, card, "Yes")
    await eventually(lambda: sum("could not find out" in one for one in lines(world, card)) == 2)


async def test_a_longer_text_that_ends_alike_is_not_taken_for_a_lost_one(world: World, eventually: Eventually) -> None:
    """The first has left, though nobody knows; the second, with the words it ends in, has not: both are asked about."""
    card = await opened(world)
    away = world.play.faults.answer("twilio.messages.list", 503, times=None)
    world.play.receipts.hold = True
    world.play.faults.drop(SEND, after_effect=True)
    await reply(world, card, "We open at five, see you then")
    await eventually(lambda: line(world, card, ASKED))
    away.release()
    world.play.faults.drop(SEND)
    await reply(world, card, "see you then")
    await eventually(lambda: len([one for one in lines(world, card) if ASKED in one]) == 2)


async def test_what_was_sent_again_is_not_taken_for_the_next_one(
    world: World, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    """“Yes” was sent again and has left twice; the next “Yes”, whose answer is lost too, has not: it is asked about."""
    card = await opened(world)
    away = world.play.faults.answer("twilio.messages.list", 503, times=None)
    world.play.receipts.hold = True
    world.play.faults.drop(SEND, after_effect=True)
    await reply(world, card, "Yes")
    asked = await eventually(lambda: line(world, card, ASKED))
    away.release()
    await world.play.press(BEN, CHANNEL, asked.ts, "send_again")
    await eventually(lambda: received(world) == ["Yes", "Yes"])
    _put_clock_ahead(monkeypatch, 120.0)
    world.play.faults.drop(SEND)
    await reply(world, card, "Yes")
    await eventually(lambda: len([one for one in lines(world, card) if ASKED in one]) == 2)


async def test_a_trial_accounts_prefix_hides_no_text(world: World, eventually: Eventually) -> None:
    """Twilio puts its words before what a trial account sends: a text whose answer was lost is found all the same."""
    world.play.receipts.hold = True
    card = await opened(world)
    held = world.play.faults.answer("twilio.messages.list", 503, times=None)
    world.play.faults.drop(SEND, after_effect=True)
    await reply(world, card, "Yes")
    [text] = await eventually(lambda: sms(world))
    text.body = f"Sent from your Twilio trial account - {text.body}"
    held.release()
    await world.play.quiet()
    assert not line(world, card, ASKED)
    assert len(received(world)) == 1
