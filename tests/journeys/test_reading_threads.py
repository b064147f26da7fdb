"""Slack's threads are read with as few calls as possible, and what stands wrongly in one harms no other."""

import pytest

from playground.playground import Playground
from playground.seed import CHANNEL, NUMBER
from tests.conftest import Eventually, Start
from tests.journeys.downtime import is_read, pass_time, texts
from tests.journeys.scene import line, opened, received, reply
from tests.journeys.screen import ALICE, ANA, BEN, BOB

pytestmark = pytest.mark.usefixtures("soon", "hurried")


async def test_a_long_thread_outside_the_marketplace(start: Start, play: Playground, eventually: Eventually) -> None:
    """Slack gives 15 messages at a time and one page a minute: it takes its time, and nothing is missing."""
    async with start() as world:
        card = await opened(world)
        other = await opened(world, BOB)
    play.faults.outside_marketplace, play.faults.window = True, 0.2
    said = [str(number) for number in range(18)]
    for body in said:
        await play.post(ANA, CHANNEL, body, thread_ts=card.ts)
        pass_time(play, seconds=10)
    await play.post(BEN, CHANNEL, "Hello Bob", thread_ts=other.ts)
    async with start() as world:
        await play.until(lambda: received(world) == said, timeout=60)
        await play.until(lambda: received(world, BOB) == ["Hello Bob"], timeout=60)
    pages = [call for call in play.calls if call.method == "conversations.replies" and call.status == 200]
    assert all(len(call.answer["messages"]) <= 16 for call in pages)


async def test_many_texts_outside_the_marketplace(start: Start, play: Playground, eventually: Eventually) -> None:
    """Many had texted meanwhile: a page of the channel says that nothing was posted to them, and no thread is read."""
    people = [f"+1415555{number}" for number in range(3000, 3006)]
    async with start() as world:
        cards = [await opened(world, phone) for phone in people]
        await eventually(lambda: is_read(world))
    pass_time(play, minutes=10)
    for phone in people:
        await play.text(phone, NUMBER, "While you were away")
    pass_time(play, hours=1)
    play.faults.outside_marketplace, play.faults.window = True, 1.0
    before = len(play.calls)
    listed = play.faults.hold("twilio.messages.list")
    async with start() as world:
        await eventually(lambda: is_read(world))
        listed.release()
        await play.until(lambda: all(texts(world, card) == ["While you were away"] for card in cards), timeout=60)
    assert "conversations.replies" not in {call.method for call in play.calls[before:]}


async def test_quiet_threads_are_not_read(start: Start, play: Playground, eventually: Eventually) -> None:
    """Of many conversations only the one in which somebody wrote is read: the roots say which."""
    async with start() as world:
        cards = [await opened(world, f"+1415555{number}") for number in range(2000, 2005)]
        await eventually(lambda: is_read(world))
    pass_time(play, hours=1)
    await play.post(ANA, CHANNEL, "Hi", thread_ts=cards[1].ts)
    before = len(play.calls)
    async with start() as world:
        await eventually(lambda: is_read(world))
        await eventually(lambda: received(world, "+14155552001") == ["Hi"])
    read = [call.params["ts"] for call in play.calls[before:] if call.method == "conversations.replies"]
    assert set(read) == {cards[1].ts}


async def test_what_another_app_puts_on_its_posts_is_not_ours(
    start: Start, play: Playground, eventually: Eventually
) -> None:
    """Another app posts with metadata like ours, wrong ids and a copied one: all is read, and its posts stay."""
    async with start() as world:
        card = await opened(world)
        await eventually(lambda: is_read(world))
    pass_time(play, minutes=10)
    for ids in (["not-a-uuid", 1, None], "wrong", card.metadata["event_payload"]["deliveries"]):
        for root in (card.ts, None):
            post = await play.post(BEN, CHANNEL, "Copied", thread_ts=root)
            post.user, post.bot_id = "U0OTHERAPP", "B0OTHERAPP"
            post.metadata = {**card.metadata, "event_payload": {"deliveries": ids}}
    await play.text(ALICE, NUMBER, "One")
    await play.post(ANA, CHANNEL, "Come at five", thread_ts=card.ts)
    before = len(play.calls)
    async with start() as world:
        await eventually(lambda: is_read(world))
        await eventually(lambda: received(world) == ["Come at five"])
        await eventually(lambda: texts(world, card) == ["One"])
        await play.quiet()
    assert "chat.delete" not in {call.method for call in play.calls[before:]}


async def test_a_thread_that_cannot_be_read_keeps_no_other_back(
    start: Start, play: Playground, eventually: Eventually
) -> None:
    """Slack gives one thread wrongly: the others are read all the same, and that one when it comes right."""
    async with start() as world:
        cards = [await opened(world, phone) for phone in (ALICE, BOB)]
        await eventually(lambda: is_read(world))
    pass_time(play, minutes=10)
    posts = [await play.post(ANA, CHANNEL, "Yes", thread_ts=card.ts) for card in cards]
    posts[1].extra = {"edited": "wrong"}  # in the thread that is read first, since its activity is newer
    async with start() as world:
        await eventually(lambda: received(world) == ["Yes"])
        assert not is_read(world)
        posts[1].extra = {}
        await eventually(lambda: received(world, BOB) == ["Yes"])
        await eventually(lambda: is_read(world))


async def test_a_thread_that_was_quiet_for_weeks_is_read(
    start: Start, play: Playground, eventually: Eventually
) -> None:
    """“Your order has come in” is written after two months, while nobody listens: the customer has it."""
    async with start() as world:
        card = await opened(world)
        await eventually(lambda: is_read(world))
    for passed in ({"days": 60}, {"minutes": 1}):
        pass_time(play, **passed)
        async with start() as world:
            await eventually(lambda: is_read(world))
    await play.post(ANA, CHANNEL, "Your order has come in", thread_ts=card.ts)
    pass_time(play, minutes=20)
    async with start() as world:
        await eventually(lambda: received(world) == ["Your order has come in"])


async def test_outside_the_marketplace_two_weeks_are_read(
    start: Start, play: Playground, eventually: Eventually
) -> None:
    """Slack gives a page a minute, and one page tells that the threads of the others are older."""
    async with start() as world:
        cards = [await opened(world, f"+1415555{number}") for number in range(2000, 2020)]
    pass_time(play, days=20)
    async with start() as world:
        new = await opened(world, body="New")
        await play.press(ANA, CHANNEL, new.ts, "claim")
        await eventually(lambda: is_read(world))
    await play.post(ANA, CHANNEL, "Old", thread_ts=cards[0].ts)
    await play.post(ANA, CHANNEL, "Yes", thread_ts=new.ts)
    play.faults.outside_marketplace, play.faults.window = True, 0.2
    before = len(play.calls)
    async with start() as world:
        await eventually(lambda: received(world) == ["Yes"])
        await eventually(lambda: is_read(world))
        await play.quiet()
        assert received(world, "+14155552000") == []
        pages = [call for call in play.calls[before:] if call.method == "conversations.history" and call.status == 200]
        assert len(pages) == 1


async def test_what_has_news_is_read_first(start: Start, play: Playground, eventually: Eventually) -> None:
    """A thread with a reply that failed is read, too, but after the one of which Slack says that somebody wrote."""
    async with start() as world:
        asked, failed = await opened(world), await opened(world, BOB)
        await play.press(ANA, CHANNEL, asked.ts, "claim")
        play.faults.answer(
            "twilio.messages.create", 401, body={"code": 20003, "message": "Authenticate", "status": 401}
        )
        await reply(world, failed, "Yes")
        await eventually(lambda: line(world, failed, "❗"))
    await _read_later(start, play, eventually)
    await play.post(ANA, CHANNEL, "Come at five", thread_ts=asked.ts)
    before = len(play.calls)
    async with start() as world:
        await eventually(lambda: received(world) == ["Come at five"])
        await eventually(lambda: is_read(world))
    read = [call.params["ts"] for call in play.calls[before:] if call.method == "conversations.replies"]
    assert read == [asked.ts, failed.ts]


async def test_a_root_of_long_ago_tells_of_its_thread(start: Start, play: Playground, eventually: Eventually) -> None:
    """A conversation that goes on for months is not read every time: its root says that nobody wrote."""
    async with start() as world:
        card = await opened(world)
        pass_time(play, days=120)
        await play.text(ALICE, NUMBER, "And now?")
        await eventually(lambda: texts(world, card) == ["And now?"])
    await _read_later(start, play, eventually)
    before = len(play.calls)
    async with start() as world:
        await eventually(lambda: is_read(world))
    assert "conversations.replies" not in {call.method for call in play.calls[before:]}


async def test_what_waits_is_read_although_more_was_missed_meanwhile(
    start: Start, play: Playground, eventually: Eventually
) -> None:
    """Something is missed again in the midst of a reading: a reply waits for its own thread, not for all the others."""
    async with start() as world:
        first, second, quiet = [await opened(world, f"+1415555{number}") for number in range(4000, 4003)]
        await eventually(lambda: is_read(world))
    pass_time(play, minutes=10)
    for card in (first, second):
        await play.post(ANA, CHANNEL, "Hi", thread_ts=card.ts)
    reading = play.faults.hold("conversations.replies", times=1)
    async with start() as world:
        await eventually(lambda: reading.held)
        play.faults.hold("conversations.history")  # which the next reading would begin with
        world.bridge.threads.miss()
        await reply(world, quiet, "Yes")
        await play.quiet()
        assert received(world, "+14155554002") == []
        reading.release()
        await eventually(lambda: received(world, "+14155554002") == ["Yes"])
        play.faults.clear()


async def _read_later(start: Start, play: Playground, eventually: Eventually) -> None:
    """What stands in Slack by now is read, and some time goes by."""
    pass_time(play, minutes=10)
    async with start() as world:
        await eventually(lambda: is_read(world))
    pass_time(play, minutes=10)
