"""Yesterday's backup of the database is restored: what the lost one had done is recognised, and nothing is doubled."""

from typing import Any

import pytest

from bot import effects
from playground.playground import Playground
from playground.seed import CHANNEL, NUMBER
from playground.world import BOT_USER
from tests.conftest import Eventually, Start, World
from tests.journeys.conftest import Backup
from tests.journeys.scene import (
    CLAIMED,
    DELIVERED,
    NOTE,
    line,
    lines,
    marks,
    opened,
    quoted,
    received,
    reply,
    sms,
    waits,
)
from tests.journeys.screen import ALICE, ANA, BOB

pytestmark = [
    pytest.mark.usefixtures("soon", "prompt"),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


def shown(world: World) -> list[tuple[str, str]]:
    """Everything in the channel and its threads, in order: who, and what."""
    return [(post.user, post.text) for post in world.posts]


async def _live(world: World, eventually: Eventually) -> tuple[Any, Any]:
    """A day of work that the backup does not know: texts of known and new people, replies, a note, an owner."""
    play = world.play
    alice = world.roots()[0]
    for body in ("One", "Two"):
        await play.text(ALICE, NUMBER, body)
    await reply(world, alice, "Yes")
    await reply(world, alice, "Yes")
    note = await reply(world, alice, "// nice")
    bob = await opened(world, BOB, "Hello?")
    await play.press(ANA, CHANNEL, bob.ts, "claim")
    await reply(world, bob, "Hello Bob")
    await play.text(BOB, NUMBER, "Thanks")
    await eventually(lambda: received(world) == ["Yes", "Yes"])
    await eventually(lambda: received(world, BOB) == ["Hello Bob"])
    await eventually(lambda: [quoted(post) for post in world.thread(bob.ts) if quoted(post)] == [["Thanks"]])
    await eventually(lambda: NOTE in marks(note))
    await play.quiet(0.3)
    return alice, bob


async def test_nothing_is_doubled_on_either_side(
    start: Start, play: Playground, yesterday: Backup, eventually: Eventually
) -> None:
    """All that the lost database had posted and sent is found where it is; then work goes on where it was.

    Whose Bob's conversation was is lost with a press, and told by who answered.
    """
    play.world.ahead += 3600
    async with start() as world:
        alice, bob = await _live(world, eventually)
    before = shown(world)
    yesterday.restore()
    play.world.ahead += 3600
    async with start() as world:
        await eventually(lambda: not world.bridge.threads._is_behind)
        await play.quiet(1.0)
        assert received(world) == ["Yes", "Yes"]
        assert received(world, BOB) == ["Hello Bob"]
        assert shown(world) == [*before, (BOT_USER, f"<@{ANA}> {CLAIMED}")]
        await play.text(BOB, NUMBER, "One more thing")
        await eventually(lambda: any(quoted(post) == ["One more thing"] for post in world.thread(bob.ts)))
        answer = await reply(world, bob, "Go on")
        await eventually(lambda: received(world, BOB) == ["Hello Bob", "Go on"])
        await eventually(lambda: DELIVERED in marks(answer))
        await eventually(lambda: not waits(world.roots()[1]))
        assert [root.ts for root in world.roots()] == [alice.ts, bob.ts]


async def test_a_reply_that_waited_in_the_backup_is_not_sent_again(
    start: Start, play: Playground, backup: Backup, eventually: Eventually
) -> None:
    """The backup was made in the seconds of a hold: the lost database has sent the reply since."""
    async with start(reply_hold_seconds=60) as world:
        card = await opened(world)
        await reply(world, card, "Yes")
    backup.make()
    play.world.ahead += 120
    async with start() as world:
        await eventually(lambda: received(world) == ["Yes"])
        await play.quiet(0.3)
    backup.restore()
    play.world.ahead += 600
    async with start() as world:
        await reply(world, card, "Next")
        await eventually(lambda: received(world) == ["Yes", "Next"])


async def test_late_receipts_of_the_lost_database_harm_nobody(
    start: Start, play: Playground, backup: Backup, eventually: Eventually
) -> None:
    """A receipt names a message by a number that means another one now, or none: nobody's text is taken for it."""
    play.receipts.hold = True
    async with start() as world:
        card = await opened(world)
        await play.quiet(0.3)
    backup.make()
    async with start() as world:
        await reply(world, card, "Lost")
        await reply(world, card, "Lost too")
        await eventually(lambda: len(sms(world)) == 2)
    lost = sms(world)
    for post in [post for post in world.thread(card.ts) if post.user != BOT_USER]:
        await play.delete(ANA, CHANNEL, post.ts)
    backup.restore()
    async with start(reply_hold_seconds=60) as world:
        await eventually(lambda: not world.bridge.threads._is_behind)
        new = await reply(world, card, "New")
        for text in lost:
            text.status_callback = (text.status_callback or "").replace(
                (text.status_callback or "").split("/twilio")[0], play.core.app_url or ""
            )
            answer = await play.receipt(text, "delivered")
            assert answer is not None
            assert answer.status == 204
        await play.quiet()
        assert marks(new) == set()
        play.world.ahead += 61
        world.bridge.courier.wake()
        await eventually(lambda: received(world) == ["Lost", "Lost too", "New"])


async def test_replies_below_cards_that_are_not_known_yet_are_kept(
    start: Start, play: Playground, yesterday: Backup, eventually: Eventually
) -> None:
    """Reps answer in a thread of the lost database, before and after Twilio has told the text that it began with."""
    play.world.ahead += 3600
    async with start() as world:
        bob = await opened(world, BOB, "Hello?")
        await play.quiet(0.3)
    yesterday.restore()
    play.world.ahead += 600
    await reply(world, bob, "Nobody listens")
    play.faults.answer("twilio.messages.list", 503, times=None)
    async with start() as world:
        await reply(world, bob, "Hello Bob")
        await reply(world, bob, "See you")
        await play.quiet(0.5)
        assert received(world, BOB) == []
        play.faults.clear()
        await eventually(lambda: received(world, BOB) == ["Nobody listens", "Hello Bob", "See you"])
        await eventually(lambda: not world.bridge.threads._is_behind)
        assert [quoted(root) for root in world.roots()] == [["Hi, is my order ready?"], ["Hello?"]]


@pytest.mark.parametrize("hours", [0, 20])
async def test_what_was_edited_after_it_had_left_is_asked_about(
    start: Start, play: Playground, yesterday: Backup, eventually: Eventually, hours: int
) -> None:
    """A typo was mended in Slack too late for the customer: the words there are new, and the text has gone out."""
    async with start() as world:
        card = world.roots()[0]
        post = await reply(world, card, "Yse")
        await eventually(lambda: received(world) == ["Yse"])
        play.world.ahead += hours * 3600
        await play.edit(ANA, CHANNEL, post.ts, "Yes")
        await play.quiet(0.3)
    yesterday.restore()
    play.world.ahead += 600
    async with start() as world:
        await eventually(lambda: line(world, card, "could not find out whether this text went out"))
        await reply(world, card, "Next")
        await eventually(lambda: received(world) == ["Yse", "Next"])


async def test_a_reply_that_was_edited_after_the_backup_is_not_sent_as_it_was(
    start: Start, play: Playground, backup: Backup, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The backup has it as it stood in its hold, and Slack takes its time to tell that it left with other words."""
    monkeypatch.setattr(effects, "_SMS_LOOKS", (0.05, 4.0, 4.0))
    async with start(reply_hold_seconds=60) as world:
        card = await opened(world)
        post = await reply(world, card, "Yse")
        await play.quiet(0.3)
    backup.make()
    async with start(reply_hold_seconds=60) as world:
        await play.edit(ANA, CHANNEL, post.ts, "Yes")
        await play.quiet(0.3)
        play.world.ahead += 120
        world.bridge.courier.wake()
        await eventually(lambda: received(world) == ["Yes"])
        await play.quiet(0.3)
    backup.restore()
    play.world.ahead += 600
    for method in ("conversations.history", "conversations.replies"):
        play.faults.delay(method, 1.0)
    async with start() as world:
        await eventually(lambda: DELIVERED in marks(post))
        await play.quiet(0.5)
        assert received(world) == ["Yes"]


async def test_what_was_edited_and_has_not_left_is_sent(
    start: Start, play: Playground, yesterday: Backup, eventually: Eventually
) -> None:
    """Nothing in Twilio's list can be its old wording: it leaves by itself."""
    async with start() as world:
        card = world.roots()[0]
        await reply(world, card, "One")
        await eventually(lambda: received(world) == ["One"])
        await play.quiet(0.3)
    post = await reply(world, card, "Tow")
    await play.edit(ANA, CHANNEL, post.ts, "Two")
    yesterday.restore()
    play.world.ahead += 600
    async with start() as world:
        await eventually(lambda: received(world) == ["One", "Two"])


async def test_a_refusal_is_said_once(
    start: Start, play: Playground, yesterday: Backup, eventually: Eventually
) -> None:
    """The lost database has said that a reply was not sent: its line is found, and none is added."""
    refused = {"code": 20003, "message": "Authenticate", "status": 401}
    play.faults.answer("twilio.messages.create", 401, body=refused, times=None)
    async with start() as world:
        card = world.roots()[0]
        await reply(world, card, "Yes")
        await eventually(lambda: line(world, card, "❗"))
        await play.quiet(0.3)
    said = lines(world, card)
    yesterday.restore()
    play.world.ahead += 300
    async with start() as world:
        await eventually(lambda: not world.bridge.threads._is_behind)
        await play.quiet(1.0)
        assert lines(world, card) == said
