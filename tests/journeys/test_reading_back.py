"""The bridge was away: afterwards both sides are complete, in order, once, and what came late is marked."""

from datetime import timedelta

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot import app
from playground.playground import Playground
from playground.seed import CHANNEL, NUMBER
from playground.world import BOT_USER
from storage import inboxes, workspaces
from tests.conftest import Eventually, Start, World
from tests.journeys.downtime import RECOVERED, is_read, pass_time, said, texts
from tests.journeys.scene import (
    DELIVERED,
    FAILED,
    NOTE,
    line,
    marks,
    opened,
    quoted,
    received,
    reply,
    sms,
    stuck,
    unheard,
    waits,
)
from tests.journeys.screen import ALICE, ANA, BOB, words

LATE = "Recovered: this text reached us late"

pytestmark = pytest.mark.usefixtures("soon", "hurried")


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both sides are read back all the time."""
    monkeypatch.setattr(app, "EVERY_SECONDS", 0.1)


async def test_after_an_hour_everything_is_there(start: Start, play: Playground, eventually: Eventually) -> None:
    """Texts of known and new people, and replies, that came meanwhile are there, in order, once and marked."""
    async with start() as world:
        card = await opened(world)
        await reply(world, card, "Yes")
        await eventually(lambda: received(world) == ["Yes"])
    pass_time(play, minutes=40)
    for body in ("One", "Two"):
        await play.text(ALICE, NUMBER, body)
    await play.text(BOB, NUMBER, "Hello?")
    posts = [await play.post(ANA, CHANNEL, body, thread_ts=card.ts) for body in ("First", "Second")]
    pass_time(play, minutes=20)
    async with start() as world:
        await eventually(lambda: texts(world, card) == ["One", "Two"])
        await eventually(lambda: received(world) == ["Yes", "First", "Second"])
        await eventually(lambda: len(world.roots()) == 2)
        await eventually(lambda: all(marks(post) >= {DELIVERED, RECOVERED} for post in posts))
        assert all(LATE in words(post.blocks) for post in world.thread(card.ts) if quoted(post))
        assert LATE in words(world.roots()[1].blocks)
        await play.quiet()
    async with start() as world:
        await play.quiet(0.5)
    assert texts(world, card) == ["One", "Two"]
    assert received(world) == ["Yes", "First", "Second"]
    assert said(world, card) == []
    assert len(world.roots()) == 2


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_replicas_that_start_together_find_it_once(
    start: Start, play: Playground, eventually: Eventually
) -> None:
    """Both read both sides at the same moment: what was missed is there once."""
    async with start() as world:
        card = await opened(world)
    await play.text(ALICE, NUMBER, "One")
    await play.text(BOB, NUMBER, "Hello?")
    await play.post(ANA, CHANNEL, "Yes", thread_ts=card.ts)
    async with start() as one, start() as two:
        await eventually(lambda: is_read(one) and is_read(two))
        await eventually(lambda: texts(one, card) == ["One"])
        await eventually(lambda: received(one) == ["Yes"])
        await eventually(lambda: len(one.roots()) == 2)
        await play.quiet(0.5)
        assert texts(one, card) == ["One"]
        assert received(one) == ["Yes"]
        assert len(one.roots()) == 2


async def test_edits_and_deletions_meanwhile_count(start: Start, play: Playground, eventually: Eventually) -> None:
    """Replies were held or written, then edited or deleted while nobody listened: what stands there now is sent."""
    async with start(reply_hold_seconds=300) as world:
        card = await opened(world)
        edited, deleted, note = [await reply(world, card, body) for body in ("Old", "Gone", "// nice")]
        await eventually(lambda: NOTE in marks(note))
    await play.edit(ANA, CHANNEL, edited.ts, "New")
    await play.delete(ANA, CHANNEL, deleted.ts)
    unseen = await play.post(ANA, CHANNEL, "Typo", thread_ts=card.ts)
    await play.edit(ANA, CHANNEL, unseen.ts, "No typo")
    never = await play.post(ANA, CHANNEL, "Never mind", thread_ts=card.ts)
    await play.delete(ANA, CHANNEL, never.ts)
    async with start(reply_hold_seconds=300) as world:
        await eventually(lambda: is_read(world))
        pass_time(play, minutes=6)
        await eventually(lambda: received(world) == ["New", "No typo"])
        await play.quiet()
        assert received(world) == ["New", "No typo"]


async def test_receipts_that_never_came_are_read(start: Start, play: Playground, eventually: Eventually) -> None:
    """Texts were delivered, or failed, while nobody listened: their marks and the line about the failure come."""
    play.receipts.hold = True
    async with start() as world:
        card = await opened(world)
        posts = [await reply(world, card, body) for body in ("Yes", "No", "Perhaps")]
        await eventually(lambda: len(sms(world)) == 3)
    arrived, failed, _ = sms(world)
    play.callbacks.move(arrived, "delivered")
    play.callbacks.move(failed, "failed", 30003)
    async with start() as world:
        await eventually(lambda: [marks(post) for post in posts] == [{DELIVERED}, {FAILED}, set()])
        await eventually(lambda: line(world, card, "could not be reached"))


async def test_the_list_is_read_again_and_again(world: World, eventually: Eventually) -> None:
    """A webhook never reached us, and nobody knows: every two minutes Twilio's list is read, and brings the text."""
    card = await opened(world)
    with unheard(world):
        await world.play.text(ALICE, NUMBER, "Still there?")
    pass_time(world.play, minutes=2)
    await eventually(lambda: texts(world, card) == ["Still there?"])
    assert LATE in words(world.thread(card.ts)[0].blocks)


async def test_a_text_that_we_refused_with_a_5xx_comes_by_itself(
    world: World, database_url: str, eventually: Eventually
) -> None:
    """The database cannot store it and Twilio does not call again: it is read back as soon as it can be stored."""
    card = await opened(world)
    async with stuck(database_url):
        refused = await world.play.text(ALICE, NUMBER, "Are you there?")
        assert [attempt.status for attempt in refused.attempts] == [503]
    await eventually(lambda: texts(world, card) == ["Are you there?"])
    again = await world.play.redeliver(refused)
    assert again.status == 200
    await world.play.quiet()
    assert texts(world, card) == ["Are you there?"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_twilio_away_is_waited_for(start: Start, play: Playground, eventually: Eventually) -> None:
    """Twilio's list cannot be read at start, or asks for patience: it is read when it can be."""
    async with start() as world:
        card = await opened(world)
    await play.text(ALICE, NUMBER, "One")
    play.faults.answer("twilio.messages.list", 503, times=2)
    play.faults.answer("twilio.messages.list", 429, body={"code": 20429, "message": "Slow", "status": 429}, times=2)
    play.faults.drop("twilio.messages.list")
    async with start() as world:
        await eventually(lambda: texts(world, card) == ["One"])


async def test_what_was_there_before_the_bridge_is_left_alone(
    start: Start, play: Playground, eventually: Eventually
) -> None:
    """A number that was in use before is connected: its old texts are not poured into the channel."""
    await play.text(ALICE, NUMBER, "Before")
    pass_time(play, hours=1)
    async with start() as world:
        await eventually(lambda: is_read(world))
        card = await opened(world, body="Now")
        await play.quiet()
        assert [quoted(root) for root in world.roots()] == [["Now"]]
        assert texts(world, card) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_pictures_are_recovered_too(start: Start, play: Playground, eventually: Eventually) -> None:
    """The pictures of a recovered text are counted as if its webhook had come."""
    async with start() as world:
        card = await opened(world)
    await play.text(ALICE, NUMBER, "See", media=[("image/png", b"1"), ("image/jpeg", b"2")])
    async with start() as world:
        await eventually(lambda: texts(world, card) == ["See"])
        assert "2 pictures" in words(world.thread(card.ts)[0].blocks)


async def test_a_recovered_reply_answers_only_what_was_there(
    start: Start, play: Playground, eventually: Eventually
) -> None:
    """A reply was written, and then a text came, while nobody listened: the customer waits since that text."""
    async with start() as world:
        card = await opened(world)
    await play.post(ANA, CHANNEL, "Yes", thread_ts=card.ts)
    pass_time(play, minutes=10)
    asked = await play.text(ALICE, NUMBER, "And when?")
    pass_time(play, minutes=10)
    async with start() as world:
        await eventually(lambda: received(world) == ["Yes"])
        await eventually(lambda: texts(world, card) == ["And when?"])
        await play.quiet()
        assert waits(world.roots()[0])
        shown = await play.command(ANA, CHANNEL, "/mine", "unread")
        assert f"Waiting since <!date^{int(asked.at)}^" in str(shown)


async def test_after_a_socket_broke_threads_are_read(start: Start, play: Playground, eventually: Eventually) -> None:
    """What was written while Slack had no connection to us is there when it has one again."""
    async with start(slack_app_token=play.settings.app_token) as world:
        await eventually(lambda: play.sockets.live)
        card = await opened(world)
        await eventually(lambda: is_read(world))
        held = play.faults.hold("apps.connections.open")
        await play.sockets.disconnect()
        await eventually(lambda: held.held)
        with unheard(world):
            await reply(world, card, "Yes")
        held.release()
        await eventually(lambda: received(world) == ["Yes"])


async def test_while_we_listen_the_mark_moves(
    start: Start, play: Playground, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Days of listening are not read again: after a day the next reading begins minutes ago."""
    monkeypatch.setattr(app, "MARK_SECONDS", 0.1)
    async with start() as world:
        await opened(world)
        await eventually(lambda: is_read(world))
        pass_time(play, days=1)

        async def is_moved() -> bool:
            async with world.bridge.database.read() as session:
                workspace = await workspaces.get_by_id(session, world.bridge.workspace.id)
                [inbox] = await inboxes.list_(session, workspace.id)
            recently = world.clock.now() - timedelta(minutes=11)
            marks_now = (workspace.read_back_to, inbox.read_back_to)
            return all(mark is not None and mark > recently for mark in marks_now)

        await eventually(is_moved)


async def test_a_post_that_stands_there_twice_is_deleted(
    start: Start, play: Playground, eventually: Eventually
) -> None:
    """A post came late, after it had been made up for: the one that we do not know goes away."""
    async with start() as world:
        card = await opened(world)
        await play.text(ALICE, NUMBER, "One")
        await eventually(lambda: texts(world, card) == ["One"])
        await eventually(lambda: is_read(world))
    [post] = [post for post in world.thread(card.ts) if quoted(post)]
    pass_time(play, minutes=1)
    slack = AsyncWebClient(play.settings.bot_token, base_url=play.slack_api_url)
    for root, shown in ((card.ts, post), (None, card)):
        await slack.chat_postMessage(
            channel=CHANNEL, text="again", blocks=shown.blocks, metadata=shown.metadata, thread_ts=root
        )
    assert texts(world, card) == ["One", "One"]
    async with start() as world:
        await eventually(lambda: texts(world, card) == ["One"])
        await eventually(lambda: len(world.roots()) == 1)
        assert world.roots()[0].ts == card.ts


async def test_a_card_deleted_meanwhile_is_posted_anew(start: Start, play: Playground, eventually: Eventually) -> None:
    """Somebody deleted the card while nobody listened: the conversation has a new one."""
    async with start() as world:
        card = await opened(world)
    await play.delete(BOT_USER, CHANNEL, card.ts)
    async with start() as world:
        new = await eventually(lambda: next(iter(world.roots()), None))
        assert quoted(new) == ["Hi, is my order ready?"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_pictures_that_twilio_does_not_tell_of_keep_back_nobody_else(
    start: Start, play: Playground, eventually: Eventually
) -> None:
    """The list of one text's pictures fails: other people's texts are shown, and its sender's once it is there."""
    async with start() as world:
        alice, bob = await opened(world), await opened(world, BOB)
    await play.text(ALICE, NUMBER, "See", media=[("image/png", b"1")])
    await play.text(ALICE, NUMBER, "Do you see?")
    await play.text(BOB, NUMBER, "Hello?")
    away = play.faults.answer("twilio.media.list", 503, times=None)
    async with start() as world:
        await eventually(lambda: texts(world, bob) == ["Hello?"])
        assert texts(world, alice) == []
        away.release()
        await eventually(lambda: texts(world, alice) == ["See", "Do you see?"])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_text_whose_pictures_are_gone_is_shown_without(
    start: Start, play: Playground, eventually: Eventually
) -> None:
    """Twilio knows its pictures no more: its words are recovered all the same."""
    async with start() as world:
        card = await opened(world)
    await play.text(ALICE, NUMBER, "See", media=[("image/png", b"1")])
    play.faults.answer(
        "twilio.media.list", 404, body={"code": 20404, "message": "Not found", "status": 404}, times=None
    )
    async with start() as world:
        await eventually(lambda: texts(world, card) == ["See"])
