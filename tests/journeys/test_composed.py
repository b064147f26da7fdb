"""A text that was not written in the thread, when things go wrong: shown once, sent once, and never out of order."""

import asyncio

import pytest

from desk import starting
from desk.access import Actor
from playground.playground import Playground
from playground.seed import CHANNEL
from sms import numbers
from storage import conversations, inboxes, messages
from tests.conftest import Eventually, Start, World
from tests.journeys.conftest import Backup
from tests.journeys.scene import line, lines, opened, pass_time, received, reply, shape, waits
from tests.journeys.screen import ALICE, ANA, BEN, BOB

POST = "chat.postMessage"
WROTE = f"<@{ANA}> wrote to the customer:"


async def write(world: World, body: str = "Composed", *, to: str = ALICE, cause: str = "V1", by: str = ANA) -> None:
    """Text a number as a modal does."""
    async with world.bridge.database.write() as session:
        [inbox] = await inboxes.list_(session, world.bridge.workspace.id)
        await starting.begin(
            session,
            Actor(workspace_id=inbox.workspace_id, user_id=by, source="form"),
            inbox.id,
            to,
            read_number=numbers.dialled,
            name="",
            body=body,
            cause=cause,
            now=world.clock.now(),
        )


async def test_a_restart_repeats_nothing(start: Start, play: Playground, eventually: Eventually) -> None:
    """Our own line is no reply that was missed: after the threads are read back nothing more is sent or said."""
    async with start() as world:
        await write(world)
        await eventually(lambda: received(world) == ["Composed"])
        await play.quiet()
    play.world.ahead += 300
    async with start() as world:
        await eventually(lambda: not world.bridge.threads._is_behind)
        await play.quiet(0.5)
        assert received(world) == ["Composed"]
        [card] = world.roots()
        assert len(lines(world, card)) == 2


async def test_what_is_held_outlives_a_restart(start: Start, play: Playground, eventually: Eventually) -> None:
    """The bridge is down while the hold passes."""
    async with start(reply_hold_seconds=60) as world:
        await write(world)
        await eventually(lambda: play.ephemerals(ANA))
        assert received(world) == []
    play.world.ahead += 120
    async with start(reply_hold_seconds=60) as world:
        await eventually(lambda: received(world) == ["Composed"])


async def test_who_deletes_its_line_takes_it_back(start: Start, eventually: Eventually) -> None:
    """An admin of Slack may delete what the bridge has posted: while it is held it does not leave."""
    async with start(reply_hold_seconds=60) as world:
        card = await opened(world)
        await write(world)
        shown = await eventually(lambda: line(world, card, WROTE))
        await eventually(lambda: world.play.ephemerals(ANA))
        await world.play.event(world.play.slack.changed_event(shown, shape(world, shown), "message_deleted"))
        await eventually(lambda: waits(world.roots()[0]))
        pass_time(world, seconds=61)
        await world.play.quiet()
        assert received(world) == []


async def test_it_leaves_in_its_place(start: Start, eventually: Eventually) -> None:
    """Before and behind it replies were written in the thread: the customer reads all in the order of the thread."""
    async with start(reply_hold_seconds=60) as world:
        card = await opened(world)
        await reply(world, card, "First")
        await write(world, "Second")
        await eventually(lambda: line(world, card, WROTE))
        await reply(world, card, "Third")
        await world.play.quiet()
        pass_time(world, seconds=61)
        await eventually(lambda: received(world) == ["First", "Second", "Third"])


@pytest.mark.usefixtures("soon", "hurried")
async def test_it_waits_for_what_was_missed(start: Start, play: Playground, eventually: Eventually) -> None:
    """A reply was written while the bridge was down: it leaves before what is composed once it is back."""
    async with start() as world:
        card = await opened(world)
        await play.quiet()
    await play.post(BEN, CHANNEL, "Missed", thread_ts=card.ts)
    play.world.ahead += 60
    held = play.faults.hold("conversations.replies")
    async with start() as world:
        await write(world)
        await eventually(lambda: line(world, card, WROTE))
        await play.quiet()
        assert received(world) == []
        held.release()
        await eventually(lambda: received(world) == ["Missed", "Composed"])


@pytest.mark.usefixtures("soon", "hurried")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_restored_database_sends_nothing_again(
    start: Start, play: Playground, backup: Backup, eventually: Eventually
) -> None:
    """The backup knows of a text that was still to be shown; the lost database has shown and sent it meanwhile."""
    async with start() as world:
        card = await opened(world)
        await reply(world, card, "Hello")
        await eventually(lambda: line(world, card, "answered first"))
        await play.quiet()
        held = play.faults.hold(POST)
        await play.press(ANA, CHANNEL, card.ts, "more", value="release")
        await eventually(lambda: held.held)
        await write(world)
        backup.make()
        held.release()
        await eventually(lambda: received(world) == ["Hello", "Composed"])
        await play.quiet()
    backup.restore()
    play.world.ahead += 900
    async with start() as world:
        await eventually(lambda: not world.bridge.threads._is_behind)
        await play.quiet(1.0)
        assert received(world) == ["Hello", "Composed"]
        assert len([said for said in lines(world, card) if WROTE in said]) == 1
        shown = line(world, card, WROTE)

        async def is_known() -> bool:
            async with world.bridge.database.read() as session:
                known = await messages.find_by_ts(session, world.bridge.workspace.id, CHANNEL, shown.ts)
            return known is not None and known.sid is not None

        await eventually(is_known)
        await play.quiet()
        assert received(world) == ["Hello", "Composed"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_replicas_begin_one_conversation(start: Start, eventually: Eventually) -> None:
    """Two people text the same number through two replicas, and one of them twice: one card, and each text once."""
    async with start() as one, start() as two:
        people = [f"+1415555{4000 + number}" for number in range(4)]
        await asyncio.gather(
            *(write(world, "From Ana", to=to, cause=f"A{to}") for world in (one, two) for to in people),
            *(write(two, "From Ben", to=to, cause=f"B{to}", by=BEN) for to in people),
        )

        def all_sent() -> bool:
            pass_time(two, seconds=10)
            return all(sorted(received(two, to)) == ["From Ana", "From Ben"] for to in people)

        await eventually(all_sent)
        await two.play.quiet()
        assert all_sent()
        assert len(two.roots()) == 4


async def test_it_answers_until_it_fails(world: World, eventually: Eventually) -> None:
    """The contact waits no longer once it is written, also before it is shown; and again when it did not arrive."""
    card = await opened(world)
    held = world.play.faults.hold(POST)
    await write(world)
    await eventually(lambda: held.held)

    async def waits_in_rows() -> bool:
        async with world.bridge.database.read() as session:
            thread = await conversations.find_thread(session, world.bridge.workspace.id, CHANNEL, card.ts)
            assert thread is not None
            return (
                await conversations.get(session, thread.workspace_id, thread.conversation_id)
            ).waiting_since is not None

    assert not await waits_in_rows()
    refusal = {"code": 30005, "message": "Unknown", "status": 400}
    world.play.faults.answer("twilio.messages.create", 400, body=refusal)
    held.release()
    await eventually(lambda: line(world, card, "❗"))
    assert await waits_in_rows()


async def test_a_text_to_one_contact_does_not_keep_that_to_another(world: World, eventually: Eventually) -> None:
    """The same modal, submitted again with another number, is another text."""
    await write(world)
    await write(world, to=BOB)
    await eventually(lambda: received(world) == ["Composed"])
    await eventually(lambda: received(world, BOB) == ["Composed"])
